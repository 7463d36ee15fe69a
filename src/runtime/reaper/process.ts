/**
 * The reaper: a small process of its own that outlives the runner.
 *
 *     node reaper/process.js <run> <folder> <runner's pid>.<start> [nodes]
 *
 * It is started before anything else of a run, holds the run's block of ports, and listens to a pipe from the
 * runner. Where `nodes` are processes of this machine, it makes the control group that they live in, or follows what
 * they start where it can make none. When the pipe ends without the word `done`, what is there is taken down: at the word `abandon` for a runner
 * that waits for it, else for one that is dead.
 */
import { basename } from 'node:path';
import process from 'node:process';
import { systemClock } from '../../clock.js';
import { messageOf } from '../../errors.js';
import { makeGroup } from '../control-group.js';
import { parseRunner } from '../label.js';
import { reserveBlock } from '../process/ports.js';
import { follow } from './follow.js';
import { QUIET, reap } from './reap.js';
import { RunFolder } from './run-folder.js';

const [run = '', path = '', runner = '', nodes = ''] = process.argv.slice(2);
const folder = new RunFolder(path);

// Whoever wants to end the runner may reach us too (a closed terminal, Ctrl-C): then we are needed most.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.stdout.on('error', () => {});

const ending = new AbortController();
let said = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => {
  said += text;
});
process.stdin.on('error', () => {});
process.stdin.on('close', async () => {
  ending.abort();
  const quiet = said.includes('abandon') ? 0 : QUIET;
  if (!said.includes('done')) await reap(run, folder, systemClock, new Set([process.pid]), undefined, quiet);
  process.exit(0);
});

try {
  const block = await reserveBlock(run);
  folder.create(parseRunner(runner) ?? { pid: 0, started: '' });
  if (nodes) {
    const group = await makeGroup(basename(path));
    if (group === undefined) follow(folder, systemClock, ending.signal);
    else folder.noteGroup(group);
  }
  tell({ event: 'ready', first: block.first, count: block.count });
} catch (error) {
  tell({ event: 'failed', message: messageOf(error) });
}

function tell(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
