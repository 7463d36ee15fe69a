/** Health by a command's exit code: an argument list, never a shell string. */
import { execFile } from 'node:child_process';
import { EnvironmentError, messageOf } from '../errors.js';
import type { Health, Probe } from './probe.js';

/** How much a command may write, bytes, before it is killed. */
const LONGEST = 1_048_576;

/** Healthy where the exit code is 0. Rejects where the command cannot be run or is killed. */
export function execProbe(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Probe<Health> {
  const [file = '', ...args] = command;
  return {
    name: `exit code of ${command.join(' ')}`,
    look: (signal) =>
      new Promise((resolve, reject) => {
        const options = {
          env: { ...environment },
          signal,
          killSignal: 'SIGKILL' as const,
          maxBuffer: LONGEST,
        };
        execFile(file, args, options, (error, stdout, stderr) => {
          if (signal.aborted) return reject(signal.reason);
          if (error && typeof error.code !== 'number')
            return reject(
              new EnvironmentError(
                { where: file, expected: 'it to run', found: messageOf(error) },
                { cause: error },
              ),
            );
          const wrote = (stderr || stdout).trim().split('\n').at(-1);
          const detail = `exit code ${error?.code ?? 0}${wrote ? `: ${wrote}` : ''}`;
          resolve({ healthy: !error, detail });
        });
      }),
  };
}
