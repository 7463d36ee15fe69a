/**
 * The keeper: a process of its own that is the runner of one execution and may outlive the command that asked for
 * it. It is spoken to over the channel to its parent (protocol.ts); later on, SIGTERM tells it to take everything
 * down. Where it is killed, its reaper does that.
 */
import { setMaxListeners } from 'node:events';
import process from 'node:process';
import { CATALOG } from '../../catalog.js';
import { EnvironmentError, isError, linesOf, UsageError } from '../../errors.js';
import { withPluginFiles } from '../plugins.js';
import { keep } from './keeper.js';
import type { Job, Order, Told } from './protocol.js';

const ending = new AbortController();
setMaxListeners(0, ending.signal);
const end = () => ending.abort(new EnvironmentError('interrupted'));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);

let left = false;
let answer: (stay: boolean) => void = () => {};
ending.signal.addEventListener('abort', () => answer(false));

let begin: (job: Job) => void = () => {};
let begun = false;
const given = new Promise<Job>((resolve) => {
  begin = resolve;
});
// One listener from the first moment on: an order may come right behind the job.
process.on('message', (message: Job | Order) => {
  if (typeof message !== 'string') {
    begun = true;
    begin(message);
  }
  if (message === 'stay' || message === 'down') answer(message === 'stay');
  if (message === 'interrupt') end();
  if (message === 'leave') left = true;
});
process.on('disconnect', () => {
  if (!begun) process.exit(0);
  if (!left) end();
});
const job = await given;

let sent: Promise<unknown> = Promise.resolve();
const tell = (told: Told) => {
  // Who listens no more was told all that they wanted to know, or is dead.
  if (process.connected) sent = new Promise((resolve) => process.send?.(told, resolve));
};

try {
  const catalog = await withPluginFiles(CATALOG, job.plugins, '/', job.file);
  await keep(job, catalog, {
    tell,
    mayStay: () =>
      new Promise((resolve) => {
        answer = resolve;
        if (ending.signal.aborted) resolve(false);
        else tell({ tell: 'may-stay' });
      }),
    signal: ending.signal,
  });
} catch (error) {
  const kind =
    error instanceof UsageError ? 'usage' : error instanceof EnvironmentError ? 'environment' : 'internal';
  const message = kind === 'internal' && isError(error) ? (error.stack ?? '') : linesOf(error);
  tell({ tell: 'failed', kind, message });
}
// What was told must be out before the process ends.
await sent;
process.exit(0);
