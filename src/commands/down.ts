/** `drill down`: removes what `drill up` or `--keep` left. */
import { resolve } from 'node:path';
import { UsageError } from '../errors.js';
import type { KeptRun, TakenDown } from '../runtime/reaper/kept.js';
import type { Command } from './command.js';

export const down: Command<{ run?: string; all: boolean }> = {
  command: 'down [run]',
  describe: 'remove what `drill up` or `drill run --keep` left; drills under way are not touched',
  builder: (yargs) =>
    yargs
      .positional('run', {
        type: 'string',
        describe: "a run's label, a drill's name or a drill file; may be left out where only one is up",
      })
      .option('all', { type: 'boolean', default: false, describe: 'all that is up' }),
  async handler({ run, all }, io) {
    const [{ isUnderWay, keptRuns, takeDown }, { systemClock }] = await Promise.all([
      import('../runtime/reaper/kept.js'),
      import('../clock.js'),
    ]);
    const up = keptRuns();
    const asked = (one: KeptRun) =>
      run === undefined || one.run === run || one.drill === run || one.file === resolve(io.cwd, run);
    const meant = all ? up : up.filter(asked);
    if (run === undefined && !all && up.length > 1) {
      throw new UsageError({
        expected: 'which one to remove, or --all',
        found: `${up.length} that are up:\n${up.map((one) => `  ${keptName(one)}\n`).join('')}`,
        todo: 'name one: drill down RUN',
      });
    }
    if (meant.length === 0) {
      if (run !== undefined && isUnderWay(run)) {
        throw new UsageError({
          where: `run ${run}`,
          expected: 'one that `drill up` or `--keep` left',
          found: 'a drill that is under way',
          todo: 'end it with Ctrl-C where it was started',
        });
      }
      const others = up.map((one) => `  ${keptName(one)}\n`).join('');
      io.stdout(
        `nothing to remove: ${run !== undefined && !all && others ? `"${run}" is not up; up are:\n${others}` : 'nothing is up\n'}`,
      );
      return 0;
    }
    let exitCode = 0;
    for (const one of meant) {
      const taken = await takeDown(one, systemClock);
      io.stdout(`removed ${keptName(one)}: ${removedText(taken)}\n`);
      for (const left of taken.left) io.stderr(`left behind: ${left}; see \`drill clean\`\n`);
      if (taken.left.length > 0) exitCode = 3;
    }
    return exitCode;
  },
};

/** `50ea630fd0 (split-brain on docker, kept since 2026-01-01 12:00:00)` */
export function keptName({ run, drill, runtime, how, since }: KeptRun): string {
  const at = since.slice(0, 19).replace('T', ' ');
  return `${run} (${drill} on ${runtime}, ${how === 'up' ? 'up' : 'kept'} since ${at})`;
}

function removedText({ removed }: TakenDown): string {
  return Object.entries(removed)
    .map(([kind, count]) => `${count} ${count === 1 ? kind.replace(/(?<=ss)es$|s$/, '') : kind}`)
    .join(', ');
}
