/**
 * An HTTP client for services of any making, over connections that are kept. It tells apart what was surely not sent
 * from what may have arrived.
 */
import { Agent, type ClientRequest, request } from 'node:http';
import { EnvironmentError, isError, messageOf } from './errors.js';
import type { Address } from './runtime/address.js';

/** How much of an answer is read, bytes. */
const LONGEST = 1_000_000;

/** How an exchange ended: with an answer, before anything was sent, or somewhere in between. */
export type Exchange =
  | { kind: 'answer'; status: number; text: string }
  | { kind: 'unsent'; error: Error }
  | { kind: 'doubt'; error: Error };

export interface Asked {
  method: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export class ServiceClient {
  readonly #address: Address;
  readonly #agent: Agent;

  constructor(address: Address) {
    this.#address = address;
    this.#agent = new Agent({ keepAlive: true });
  }

  /**
   * Gives up (with the connection) when the signal is aborted. Never rejects, and always ends: what cannot be sent at
   * all is `unsent`.
   */
  exchange({ method, path, headers, body }: Asked, signal: AbortSignal): Promise<Exchange> {
    return new Promise((resolve) => {
      let [sent, answered] = [false, false];
      const end = (error: Error) => resolve({ kind: sent ? 'doubt' : 'unsent', error });
      if (signal.aborted) {
        end(new EnvironmentError('given up before it was sent'));
        return;
      }
      const bodyless = body === '' && (method === 'GET' || method === 'HEAD');
      let asking: ClientRequest;
      try {
        asking = request({
          ...this.#address,
          agent: this.#agent,
          method,
          path: escaped(path),
          headers: { ...headers, ...(bodyless ? {} : { 'Content-Length': Buffer.byteLength(body) }) },
          signal,
        });
      } catch (error) {
        // What cannot stand in a request (a header's value, say) is refused before anything is sent.
        end(isError(error) ? error : new EnvironmentError(messageOf(error)));
        return;
      }
      asking.once('socket', (socket) => {
        if (!socket.connecting) sent = true;
        else
          socket.once('connect', () => {
            sent = true;
          });
      });
      asking.once('response', (response) => {
        answered = true;
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          if (length < LONGEST) chunks.push(chunk);
          length += chunk.length;
        });
        response.once('error', end);
        response.once('aborted', () =>
          end(new EnvironmentError('the connection was closed within the answer')),
        );
        response.once('end', () =>
          resolve({
            kind: 'answer',
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      asking.on('error', (error) => end(signal.aborted ? new EnvironmentError('timed out') : error));
      // Not every end is an error: an answer that changes the protocol (101) just closes the connection.
      asking.once('close', () => {
        if (!answered) end(new EnvironmentError('the connection was closed without an answer'));
      });
      asking.end(body);
    });
  }

  /** Closes every connection; what is under way ends in doubt. */
  close(): void {
    this.#agent.destroy();
  }
}

/**
 * A path as it may stand in a request: what is beyond ASCII is percent-encoded as UTF-8, as URL does it. The rest stays
 * as it was written, with what is percent-encoded already.
 */
function escaped(path: string): string {
  return path.replace(/[^\x21-\x7e]+/g, (text) =>
    Buffer.from(text, 'utf8').toString('hex').toUpperCase().replace(/../g, '%$&'),
  );
}
