/** The embedded Toxiproxy as a process of its own, built for the test from the sources as they are. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Api } from './harness.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'toxiproxy-'));
  const project = join(folder, 'tsconfig.json');
  const root = resolve('.');
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      rootDir: join(root, 'src'),
      outDir: join(folder, 'dist'),
      declaration: false,
      typeRoots: [join(root, 'node_modules/@types')],
    },
    files: [join(root, 'src/toxiproxy/process.ts')],
    include: [],
  };
  writeFileSync(project, JSON.stringify(config));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], {
    stdio: 'inherit',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [join(folder, 'dist/toxiproxy/process.js'), ...args]);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function ready(child: ChildProcess): Promise<Api> {
  const [line] = await once(child.stdout as NodeJS.ReadableStream, 'data');
  expect(String(line)).toMatch(/^\{"event":"listening","url":"http:\/\/127\.0\.0\.1:\d+"\}\n$/);
  return new Api(JSON.parse(String(line)).url);
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'it says where it listens and exits with 0 on %s',
  async (signal) => {
    const child = run('--listen', '127.0.0.1:0');
    const api = await ready(child);
    expect((await api.call('GET', '/version')).status).toBe(200);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
  },
);

test('with --lifeline it ends when its standard input does, with connections open', async () => {
  const child = run('--listen', '127.0.0.1:0', '--lifeline');
  const api = await ready(child);
  const { listen } = JSON.parse(
    (await api.call('POST', '/proxies', { name: 'p', upstream: api.url.slice(7) })).body,
  );
  const through = new Api(`http://${listen}`);
  expect((await through.call('GET', '/version')).status).toBe(200);
  child.stdin?.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('without --lifeline it does not mind the end of its standard input', async () => {
  const child = run('--listen', '127.0.0.1:0');
  child.stdin?.end();
  const api = await ready(child);
  expect((await api.call('GET', '/version')).status).toBe(200);
});

test('a busy address and an unknown option are said on standard error', async () => {
  const api = await ready(run('--listen', '127.0.0.1:0'));
  for (const [args, text, code] of [
    [['--listen', api.url.slice(7)], 'address already in use; choose another address', 3],
    [['--nonsense'], "Unknown option '--nonsense'", 2],
  ] as const) {
    const child = run(...args);
    const [[message], [exit]] = await Promise.all([
      once(child.stderr as NodeJS.ReadableStream, 'data'),
      once(child, 'exit'),
    ]);
    expect(String(message)).toContain(text);
    expect(exit).toBe(code);
  }
});
