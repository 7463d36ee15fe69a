/** What the operating system says of processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { expect, onTestFinished, test } from 'vitest';
import { identify, type ProcessState, stateOf } from '../../src/runtime/os-process.js';
import { eventually } from './opened.js';

test.runIf(existsSync('/proc/self/stat'))(
  'a big process that was killed is ending before it is gone',
  async () => {
    // One thread, and so much memory that giving it back takes a while.
    // On a busy machine it is not to end while we wait for our turn to look.
    const dd = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=512M', 'count=100000'];
    const child = spawn('nice', ['-n', '19', ...dd], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const seen = identify(child.pid as number);
    if (!seen) throw new Error('expected it to be alive');
    const resident = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${seen.pid}/status`, 'utf8'))?.[1]);
    await eventually('it has its memory', () => resident() > 2 ** 19 || undefined);
    const states: ProcessState[] = [stateOf(seen)];
    process.kill(seen.pid, 'SIGKILL');
    for (let looks = 0; states.at(-1) !== 'gone' && looks < 1e6; looks++) {
      const state = stateOf(seen);
      if (state !== states.at(-1)) states.push(state);
    }
    expect(states).toEqual(['running', 'ending', 'gone']);
  },
);

/** Listens, and has more to do than its threads can on few processors: some of them end later than its first one. */
const BUSY = `
const { pbkdf2 } = require('node:crypto');
const again = () => pbkdf2('word', 'salt', 1e7, 64, 'sha512', again);
for (let thread = 0; thread < 4; thread++) again();
require('node:http').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

test.runIf(existsSync('/proc/net/tcp'))('a process that is gone listens no more', async () => {
  const isListened = (port: number) => {
    const place = `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A `;
    return readFileSync('/proc/net/tcp', 'utf8').includes(place);
  };
  for (let kill = 0; kill < 5; kill++) {
    const child = spawn('nice', ['-n', '19', process.execPath, '-e', BUSY], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const port = Number(said);
    expect(isListened(port)).toBe(true);
    const seen = identify(child.pid as number);
    if (!seen) throw new Error('expected it to be alive');
    process.kill(seen.pid, 'SIGKILL');
    for (let looks = 0; stateOf(seen) !== 'gone' && looks < 1e6; looks++);
    expect(isListened(port), `kill ${kill}`).toBe(false);
  }
});
