/** One request to a server's HTTP API, over a connection of its own, so that it proves that the server accepts some. */
import { type ClientRequest, get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

/** Resolves with the status of the answer to `GET url`. Rejects with the connection's own error, or when aborted. */
export type Ask = (url: string, signal: AbortSignal) => Promise<number>;

export const ask: Ask = (url, signal) =>
  new Promise((resolve, reject) => {
    const get = url.startsWith('https:') ? getSecure : getPlain;
    const request: ClientRequest = get(url, { agent: false, signal }, (response) => {
      response.on('error', () => undefined);
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('error', reject);
  });
