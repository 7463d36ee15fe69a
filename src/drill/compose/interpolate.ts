/**
 * Variables in the values of a Compose file, as Compose fills them in:
 *
 *     $NAME ${NAME}              its value; nothing where it is not set
 *     ${NAME:-text} ${NAME-text} `text` where it is empty or not set; where it is not set
 *     ${NAME:+text} ${NAME+text} `text` where it is set and not empty; where it is set
 *     ${NAME:?text} ${NAME?text} an error where it is empty or not set; where it is not set
 *     $$                         a dollar sign, as is one before anything else
 */
export type Lookup = (name: string) => string | undefined;

/** The text, and which variables were not set; or what is wrong with it. */
type Interpolated = { text: string; unset: string[] } | { error: string; todo: string };

export function interpolate(text: string, lookup: Lookup): Interpolated {
  if (!text.includes('$')) return { text, unset: [] };
  const reader = new Reader(text, lookup);
  const filled = reader.read(0);
  return reader.problem ?? { text: filled, unset: reader.unset };
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const OPERATOR = /:?[-+?]/y;
/** How deep variables may stand in each other's defaults. */
const MOST_BRACES = 50;
/** How long a text may become: values can hold each other many times over. */
const MOST_SIGNS = 1_000_000;

class Reader {
  readonly unset: string[] = [];
  problem: { error: string; todo: string } | undefined;
  #at = 0;

  constructor(
    readonly text: string,
    readonly lookup: Lookup,
  ) {}

  /** Reads to the end, or to the brace that closes what is `depth` braces deep. */
  read(depth: number): string {
    let filled = '';
    if (depth > MOST_BRACES)
      this.#refuse(`variables more than ${MOST_BRACES} deep in each other`, 'name them one by one');
    while (this.#at < this.text.length && !this.problem) {
      const sign = this.text.charAt(this.#at);
      if (depth > 0 && sign === '}') return filled;
      this.#at += 1;
      filled += sign === '$' ? this.#variable(depth) : sign;
      if (filled.length > MOST_SIGNS)
        this.#refuse(`more than ${MOST_SIGNS} signs once it is filled in`, 'shorten it');
    }
    if (depth > 0) this.#refuse('a ${ that is never closed', 'close it with }');
    return filled;
  }

  #variable(depth: number): string {
    if (this.#take(/\$/y) !== undefined) return '$';
    if (this.#take(/\{/y) !== undefined) return this.#braced(depth);
    const name = this.#take(NAME);
    return name === undefined ? '$' : this.#valueOf(name);
  }

  #braced(depth: number): string {
    const name = this.#take(NAME);
    if (name === undefined) return this.#invalid();
    const operator = this.#take(OPERATOR);
    const value = this.lookup(name);
    if (operator === undefined)
      return this.#take(/\}/y) === undefined ? this.#invalid() : this.#valueOf(name);
    const given = value !== undefined && (value !== '' || !operator.startsWith(':'));
    const kind = operator.at(-1);
    const word = this.#word(kind === '-' ? !given : given, depth + 1);
    if (kind === '-') return given ? value : word;
    if (kind === '+') return given ? word : '';
    if (!given) this.#refuse(`no value for ${name}${word ? ` (${word})` : ''}`, 'set it in the environment');
    return value ?? '';
  }

  /** What stands after an operator. Where it is not used, it does not matter what is missing in it. */
  #word(used: boolean, depth: number): string {
    const known = this.unset.length;
    const word = this.read(depth);
    if (!used) {
      this.unset.length = known;
      if (this.problem?.error.startsWith('no value')) this.problem = undefined;
    }
    this.#take(/\}/y);
    return word;
  }

  #valueOf(name: string): string {
    const value = this.lookup(name);
    if (value === undefined) this.unset.push(name);
    return value ?? '';
  }

  #invalid(): string {
    if (this.#at >= this.text.length && this.text.lastIndexOf('${') > this.text.lastIndexOf('}'))
      this.#refuse('a ${ that is never closed', 'close it with }');
    this.#refuse('a ${ that begins no variable', 'write $${ for what is none');
    return '';
  }

  #refuse(error: string, todo: string): void {
    this.problem ??= { error, todo };
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}
