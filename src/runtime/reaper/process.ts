/**
 * The reaper: a small process of its own that outlives the runner.
 *
 *     node reaper/process.js <run> <folder> <runner's pid>.<start>
 *
 * It is started before anything else of a run, holds the run's block of ports, and listens to a pipe from the
 * runner. When the pipe ends without the word `done`, what is there is taken down: at the word `abandon` for a runner
 * that waits for it, else for one that is dead.
 */
import process from 'node:process';
import { systemClock } from '../../clock.js';
import { messageOf } from '../../errors.js';
import { parseRunner } from '../label.js';
import { reserveBlock } from '../process/ports.js';
import { QUIET, reap } from './reap.js';
import { RunFolder } from './run-folder.js';

const [run = '', path = '', runner = ''] = process.argv.slice(2);
const folder = new RunFolder(path);

// Whoever wants to end the runner may reach us too (a closed terminal, Ctrl-C): then we are needed most.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.stdout.on('error', () => {});

let said = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => {
  said += text;
});
process.stdin.on('error', () => {});
process.stdin.on('close', async () => {
  const quiet = said.includes('abandon') ? 0 : QUIET;
  if (!said.includes('done')) await reap(run, folder, systemClock, new Set([process.pid]), undefined, quiet);
  process.exit(0);
});

try {
  const block = await reserveBlock(run);
  folder.create(parseRunner(runner) ?? { pid: 0, started: '' });
  tell({ event: 'ready', first: block.first, count: block.count });
} catch (error) {
  tell({ event: 'failed', message: messageOf(error) });
}

function tell(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
