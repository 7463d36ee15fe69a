/** One request to a server's HTTP API. */
import { type ClientRequest, get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

/** Resolves with the status of the answer to `GET url`. Rejects with the connection's own error, or when aborted. */
export type Ask = (url: string, signal: AbortSignal) => Promise<number>;

/** Over a connection of its own, so that it proves that the server accepts some. */
export const ask: Ask = (url, signal) => answered(url, { agent: false, signal });

/** Over a connection that is kept: a fraction of the cost, for what is asked all the time. */
export const askOften: Ask = (url, signal) => answered(url, { signal });

function answered(url: string, options: { agent?: false; signal: AbortSignal }): Promise<number> {
  return new Promise((resolve, reject) => {
    const get = url.startsWith('https:') ? getSecure : getPlain;
    const request: ClientRequest = get(url, options, (response) => {
      response.on('error', () => undefined);
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
  });
}
