/** What the embedded server refuses that the real one takes, since it would not live through it. */
import { expect, test } from 'vitest';
import { startServer } from './harness.js';

const PROXY = JSON.stringify({ name: 'p', listen: '127.0.0.1:0', upstream: '127.0.0.1:9' });
const TOO_LARGE = '{"error":"http: request body too large","status":413}\n';
/** `text`, made `size` bytes long by white space. */
const padded = (text: string, size: number) => text + ' '.repeat(size - text.length);
const MB = 1024 * 1024;

test('a body of 1 MB is taken, a byte more is not', async () => {
  const api = await startServer();
  const over = await api.call('POST', '/proxies', padded(PROXY, MB + 1));
  expect([over.status, over.body]).toEqual([413, TOO_LARGE]);
  expect((await api.call('GET', '/proxies')).body).toBe('{}');
  expect((await api.call('POST', '/proxies', padded(PROXY, MB))).status).toBe(201);
});

test('a list that is far too large is refused, and the server goes on', async () => {
  const api = await startServer();
  // As objects these would take some gigabytes.
  const { status, body } = await api.call('POST', '/populate', `[${'{},'.repeat(17 * MB)}{}]`);
  expect([status, body]).toEqual([413, TOO_LARGE]);
  expect((await api.call('GET', '/version')).status).toBe(200);
});

test('what is within the limit is judged as ever, however much it holds', async () => {
  const api = await startServer();
  for (const [body, error] of [
    [`[${'{},'.repeat(349_000)}{}]`, 'missing required field: name at proxy 1'],
    ['['.repeat(MB), 'bad request body: exceeded max depth'],
  ] as const) {
    const answer = await api.call('POST', '/populate', body);
    expect([answer.status, answer.body]).toEqual([400, `{"error":"${error}","status":400,"proxies":null}`]);
  }
});
