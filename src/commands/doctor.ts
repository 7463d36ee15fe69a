/** `drill doctor`: what this machine can run and what is missing. */
import type { Command } from './command.js';

const MARK = { ok: 'ok', absent: '-', missing: 'MISSING' } as const;

export const doctor: Command = {
  command: 'doctor',
  describe: 'say what this machine can run and what is missing',
  builder: (yargs) => yargs,
  async handler(_args, io) {
    const [{ diagnose }, { systemClock }] = await Promise.all([
      import('../runtime/diagnosis.js'),
      import('../clock.js'),
    ]);
    const found = await diagnose(io.env, systemClock);
    for (const { subject, state, found: text, todo } of found) {
      io.stdout(`${MARK[state].padEnd(8)} ${subject.padEnd(18)} ${text}${todo ? `; ${todo}` : ''}\n`);
    }
    const missing = found.filter(({ state }) => state === 'missing');
    io.stdout(
      missing.length === 0 ? 'this machine can run drills\n' : 'this machine cannot run drills yet\n',
    );
    return missing.length === 0 ? 0 : 3;
  },
};
