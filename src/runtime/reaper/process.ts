/**
 * The reaper: a small process of its own that outlives the runner. Its task is the first line of its input.
 *
 * It is started before anything else of a run, holds the run's block of ports, makes the run's folder, and listens to a
 * pipe from the runner. Where nodes are processes of this machine, it makes the control group that they live in, or
 * follows what they start where it can make none. When the pipe ends without the word `done`, what is there is taken
 * down: at the word `abandon` for a runner that waits for it, else for one that is dead.
 */
import { basename } from 'node:path';
import process from 'node:process';
import { systemClock } from '../../clock.js';
import { messageOf } from '../../errors.js';
import { makeGroup } from '../control-group.js';
import { reserveBlock } from '../ports.js';
import { follow } from './follow.js';
import { QUIET, reap } from './reap.js';
import type { Task } from './reaper.js';
import { RunFolder } from './run-folder.js';

// Whoever wants to end the runner may reach us too (a closed terminal, Ctrl-C): then we are needed most.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.stdout.on('error', () => {});

const ending = new AbortController();
let said = '';
let begun = false;
/** The run's, once it is made. Before that nothing of the run is there, and what bears its name is somebody else's. */
let made: RunFolder | undefined;
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => {
  said += text;
  const end = said.indexOf('\n');
  if (begun || end < 0) return;
  begun = true;
  const task = JSON.parse(said.slice(0, end)) as Task;
  said = said.slice(end + 1);
  void begin(task);
});
process.stdin.on('error', () => {});
process.stdin.on('close', async () => {
  ending.abort();
  const quiet = said.includes('abandon') ? 0 : QUIET;
  if (made && !said.includes('done')) await reap(made, systemClock, new Set([process.pid]), undefined, quiet);
  process.exit(0);
});

async function begin({ run, runner, nodes }: Task): Promise<void> {
  try {
    const block = await reserveBlock(run);
    const folder = new RunFolder(run);
    folder.create(runner);
    made = folder;
    if (nodes) {
      const group = await makeGroup(basename(folder.path));
      if (group === undefined) follow(folder, systemClock, ending.signal);
      else folder.noteGroup(group);
    }
    tell({ event: 'ready', first: block.first, count: block.count });
  } catch (error) {
    tell({ event: 'failed', message: messageOf(error) });
  }
}

function tell(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
