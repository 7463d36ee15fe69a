/** A Toxiproxy whose API is slow to take toxics: one at a time, each after a while, as on a busy machine. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { systemClock as clock, sleep } from '../../../src/clock.js';

/**
 * Stands in front of the server at `upstream`; every toxic waits `ms` milliseconds before it is put on, or where only the
 * answer is slow, after that. Gives its URL.
 */
export async function slowApi(upstream: string, ms: number, slow: 'all' | 'answer' = 'all'): Promise<string> {
  let turn: Promise<unknown> = Promise.resolve();
  const server = createServer(async (asked, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = asked;
    const isToxic = method === 'POST' && url.endsWith('/toxics');
    const pass = () =>
      new Promise<void>((resolve) => {
        const onward = request(new URL(url, upstream), { method, headers }, async (response) => {
          if (isToxic && slow === 'answer') await sleep(clock, ms);
          answer.writeHead(response.statusCode ?? 502, response.headers);
          response.pipe(answer).on('close', resolve);
        });
        onward.on('error', () => resolve(void answer.destroy()));
        onward.end(Buffer.concat(chunks));
      });
    if (!isToxic || slow === 'answer') return pass();
    turn = turn.then(() => sleep(clock, ms)).then(pass);
    return turn as Promise<void>;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
