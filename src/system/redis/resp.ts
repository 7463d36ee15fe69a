/**
 * A client of RESP2, the protocol of Redis (https://redis.io/docs/latest/develop/reference/protocol-spec/): commands go
 * out as arrays of bulk strings, replies come back in order. It runs in a supervisor's container too, where no packages
 * are, and tells apart what was surely not sent from what may have been carried out.
 */
import { connect, type Socket } from 'node:net';
import { EnvironmentError, messageOf } from '../../errors.js';
import type { Endpoint } from '../../reference/client.js';

/** What Redis answers to one command. An error reply says that it was not carried out. */
export type Reply = string | number | null | Reply[] | Refusal;

export class Refusal {
  /** Such as `READONLY You can't write against a read only replica.` */
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** How an exchange ended: with a reply to each command, before anything was sent, or somewhere in between. */
export type RedisExchange =
  | { kind: 'replies'; replies: Reply[] }
  | { kind: 'unsent'; error: string }
  | { kind: 'doubt'; error: string };

export type Command = readonly (string | number)[];

export function encode(commands: readonly Command[]): string {
  const words = (command: Command) =>
    command.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`).join('');
  return commands.map((command) => `*${command.length}\r\n${words(command)}`).join('');
}

/** The reply that begins at `start` and where it ends; undefined where it has not come as a whole. */
export function decode(received: Buffer, start: number): { reply: Reply; end: number } | undefined {
  const line = received.indexOf('\r\n', start);
  if (line < 0) return undefined;
  const end = line + 2;
  const text = received.toString('utf8', start + 1, line);
  switch (received.toString('latin1', start, start + 1)) {
    case '+':
      return { reply: text, end };
    case '-':
      return { reply: new Refusal(text), end };
    case ':':
      return { reply: Number(text), end };
    case '$': {
      const length = Number(text);
      if (length < 0) return { reply: null, end };
      if (received.length < end + length + 2) return undefined;
      return { reply: received.toString('utf8', end, end + length), end: end + length + 2 };
    }
    case '*':
      return Number(text) < 0 ? { reply: null, end } : items(received, end, Number(text));
    default:
      throw new EnvironmentError({ expected: 'a reply of RESP2', found: JSON.stringify(text.slice(0, 40)) });
  }
}

function items(received: Buffer, start: number, count: number): { reply: Reply[]; end: number } | undefined {
  const reply: Reply[] = [];
  let at = start;
  while (reply.length < count) {
    const next = decode(received, at);
    if (!next) return undefined;
    reply.push(next.reply);
    at = next.end;
  }
  return { reply, end: at };
}

/** Over connections that are kept: one exchange at a time on each, as many as there are exchanges at once. */
export class RedisClient {
  readonly #address: Endpoint;
  readonly #greeting: readonly Command[];
  readonly #refusal: (replies: readonly Reply[]) => string | undefined;
  readonly #lines = new Set<Line>();
  #idle: Line[] = [];

  /**
   * `greeting` goes out first on each connection; where `refusal` says what is wrong with the replies, that connection is
   * not used, and nothing else was sent.
   */
  constructor(
    address: Endpoint,
    greeting: readonly Command[] = [],
    refusal: (replies: readonly Reply[]) => string | undefined = () => undefined,
  ) {
    this.#address = address;
    this.#greeting = greeting;
    this.#refusal = refusal;
  }

  /** Sends the commands together. Gives up, with the connection, when the signal is aborted. Never rejects. */
  async exchange(commands: readonly Command[], signal: AbortSignal): Promise<RedisExchange> {
    const kept = this.#idle.pop();
    const line = kept ?? this.#open();
    const refusal = kept ? undefined : await this.#greet(line, signal);
    if (refusal !== undefined) {
      line.fail(refusal);
      return { kind: 'unsent', error: refusal };
    }
    const result = await line.exchange(commands, signal);
    if (line.isOpen) this.#idle.push(line);
    return result;
  }

  /** Closes every connection; what is under way ends in doubt. */
  close(): void {
    for (const line of this.#lines) line.fail('closed');
  }

  #open(): Line {
    const line: Line = new Line(this.#address, () => {
      this.#lines.delete(line);
      this.#idle = this.#idle.filter((other) => other !== line);
    });
    this.#lines.add(line);
    return line;
  }

  /** Says why the connection is not to be used. */
  async #greet(line: Line, signal: AbortSignal): Promise<string | undefined> {
    if (this.#greeting.length === 0) return undefined;
    const greeted = await line.exchange(this.#greeting, signal);
    return greeted.kind === 'replies' ? this.#refusal(greeted.replies) : greeted.error;
  }
}

/** One connection. */
class Line {
  readonly #socket: Socket;
  readonly #closed: () => void;
  #received: Buffer = Buffer.alloc(0);
  #asked: { commands: readonly Command[]; sent: boolean; done(result: RedisExchange): void } | undefined;
  #replies: Reply[] = [];
  isOpen = true;

  constructor(address: Endpoint, closed: () => void) {
    this.#closed = closed;
    this.#socket = connect({ ...address, noDelay: true });
    this.#socket.on('connect', () => this.#send());
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.on('error', (error) => this.fail(error.message || String(error)));
    this.#socket.on('close', () => this.fail('the connection was closed'));
  }

  exchange(commands: readonly Command[], signal: AbortSignal): Promise<RedisExchange> {
    const abort = () => this.fail(signal.aborted ? 'timed out' : 'closed');
    signal.addEventListener('abort', abort, { once: true });
    return new Promise<RedisExchange>((done) => {
      this.#replies = [];
      this.#asked = { commands, sent: false, done };
      if (signal.aborted || !this.isOpen) abort();
      else if (!this.#socket.connecting) this.#send();
    }).finally(() => signal.removeEventListener('abort', abort));
  }

  /** What is under way ends: in doubt, where it was sent. */
  fail(error: string): void {
    if (this.isOpen) {
      this.isOpen = false;
      this.#socket.destroy();
      this.#closed();
    }
    this.#end({ kind: this.#asked?.sent ? 'doubt' : 'unsent', error });
  }

  #send(): void {
    if (!this.#asked) return;
    this.#asked.sent = true;
    this.#socket.write(encode(this.#asked.commands));
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    try {
      for (let next = decode(this.#received, 0); next; next = decode(this.#received, 0)) {
        this.#received = this.#received.subarray(next.end);
        this.#replies.push(next.reply);
      }
    } catch (error) {
      this.fail(messageOf(error));
    }
    if (this.#asked && this.#replies.length >= this.#asked.commands.length)
      this.#end({ kind: 'replies', replies: this.#replies });
  }

  #end(result: RedisExchange): void {
    const asked = this.#asked;
    this.#asked = undefined;
    asked?.done(result);
  }
}
