/** One HTTP request, over a connection of its own. */
import { request } from 'node:http';
import type { Address } from '../src/runtime/address.js';

/** How much of an answer is read, bytes. */
const LONGEST = 65_536;

export interface Answer {
  status: number;
  /** The beginning of the body, as text. */
  body: string;
}

/** One request over a connection of its own. Rejects when there is no answer. */
export function http(
  { host, port }: Address,
  path: string,
  signal: AbortSignal,
  method = 'GET',
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, method, headers, signal, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        if (length < LONGEST) chunks.push(chunk);
        length += chunk.length;
      });
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8').slice(0, LONGEST);
        resolve({ status: response.statusCode ?? 0, body });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}
