/** Cuts a stream of text into lines, without ever holding more than one line of bounded length. */

/** Longer lines are cut here, characters: a node that never ends its line must not fill our memory. */
const LONGEST = 65_536;

export class Lines {
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (this.#rest.length > LONGEST) this.end();
  }

  /** There is no more: what was not ended by a line feed is a line too. */
  end(): void {
    if (this.#rest !== '') this.#onLine(this.#rest);
    this.#rest = '';
  }
}
