/**
 * The embedded Toxiproxy as a process of its own:
 *
 *     node dist/toxiproxy/process.js --listen 127.0.0.1:0 [--seed N] [--lifeline]
 *
 * It prints one line of JSON once it is ready, `{"event":"listening","url":"http://127.0.0.1:PORT"}`, and exits
 * with 0 on SIGTERM and SIGINT. With `--lifeline` it also exits when its standard input ends, so that it cannot
 * outlive the process that holds the other end.
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../clock.js';
import { isDrillError, messageOf } from '../errors.js';
import { freshSeed, seeded } from '../random.js';
import { startToxiproxy } from './server.js';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      listen: { type: 'string', default: '127.0.0.1:8474' },
      seed: { type: 'string' },
      lifeline: { type: 'boolean', default: false },
    },
  });
  const random = seeded(values.seed ?? freshSeed());
  const server = await startToxiproxy({ listen: values.listen, clock: systemClock, random });
  const stop = () => server.close().finally(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (values.lifeline) {
    process.stdin.once('close', stop);
    process.stdin.resume();
  }
  process.stdout.write(`${JSON.stringify({ event: 'listening', url: server.url })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(isDrillError(error) ? error.exitCode : 2);
});
