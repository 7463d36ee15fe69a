/**
 * A shell in a container's network that loads and tells packet filters for as long as a run goes on. It is small, so
 * that what it starts is started in a millisecond or two; a runner that starts a program stands still for longer, in
 * the midst of the fault that the program is to bring about.
 *
 *     runner                     sh, in the network
 *     load\n<rules>.\n  --> iptables-restore
 *                      <-- (its complaints) = <exit code>\n
 *     dump\n           --> iptables-save
 *                      <-- (the rules) = <exit code>\n
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { type Clock, within } from '../../clock.js';
import { EnvironmentError } from '../../errors.js';
import { Turns } from '../../turns.js';
import { toolEnvironment } from './packet-tools.js';

// What loads the next rules is started ahead: it takes several times as long to start as to do its work. Other programs
// of this machine may be at their own rules: their turn is waited for.
const SCRIPT = `
exec 3>&1
orders() {
  while read -r order; do
    case $order in
      load) while IFS= read -r rule && [ "$rule" != . ]; do printf '%s\\n' "$rule"; done; return ;;
      dump) iptables-save -c >&3 2>&1; echo "= $?" >&3 ;;
    esac
  done
  kill $$
}
while :; do
  orders | iptables-restore --noflush --wait 5 2>&1
  echo "= $?"
done`;
/** How an answer ends. */
const END = /(?:^|\n)= (\d+)\n$/;
/** How long one may take, ms; it takes some ten. */
const PATIENCE = 10_000;

export class PacketShell {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #clock: Clock;
  #said = '';
  #ended: string | undefined;
  #answered: () => void = () => {};
  readonly #turns = new Turns();
  /** The answer to a dump that has not been asked for yet: all who want one until then share it. */
  #nextDump: Promise<string> | undefined;

  /** Enters the network of the process with this number. It ends by itself where this process does. */
  constructor(pid: number, environment: Readonly<Record<string, string | undefined>>, clock: Clock) {
    this.#clock = clock;
    const args = [`--net=/proc/${pid}/ns/net`, 'sh', '-c', SCRIPT];
    const child = spawn('nsenter', args, { env: toolEnvironment(environment) });
    this.#child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
      if (END.test(this.#said)) this.#answered();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
    const end = (how: string) => {
      this.#ended ??= how;
      this.#answered();
    };
    // What cannot be written to it is told by its end.
    child.stdin.on('error', () => {});
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(`its shell has ended: ${signal ?? `exit code ${code}`}`));
  }

  /** Loads rules in the form of `iptables-restore --noflush`. Rejects with its complaints. */
  async load(rules: string): Promise<void> {
    const order = `load\n${rules}${rules.endsWith('\n') ? '' : '\n'}.\n`;
    await this.#turns.next(() => this.#ask(order, 'iptables-restore'));
  }

  /** The rules of every table with their counts, in the form of `iptables-save -c`. */
  dump(): Promise<string> {
    this.#nextDump ??= this.#turns.next(() => {
      this.#nextDump = undefined;
      return this.#ask('dump\n', 'iptables-save');
    });
    return this.#nextDump;
  }

  /** What it started to read orders outlives it, until there are none to read. */
  kill(): void {
    this.#child.kill('SIGKILL');
    this.#child.stdin.destroy();
  }

  async #ask(text: string, what: string): Promise<string> {
    this.#said = '';
    const answered = new Promise<void>((resolve) => {
      this.#answered = resolve;
    });
    if (this.#ended === undefined) {
      this.#child.stdin.write(text);
      await within(this.#clock, PATIENCE, what, () => answered).catch((error: unknown) => {
        this.kill();
        throw error;
      });
    }
    const [end, code] = END.exec(this.#said) ?? [];
    const said = this.#said.slice(0, end === undefined ? undefined : -end.length);
    if (code === '0') return `${said}\n`;
    const how = code === undefined ? this.#ended : `exit code ${code}`;
    throw new EnvironmentError(`${said.trim() || 'no word'} (${how})`);
  }
}
