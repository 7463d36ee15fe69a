/** `drill clean`: removes what a killed runner left behind. */
import type { Command } from './command.js';
import { keptName } from './down.js';

export const clean: Command<{ all: boolean; images: boolean }> = {
  command: 'clean',
  describe: 'remove what the runs of a killed runner left behind (processes, containers, folders)',
  builder: (yargs) =>
    yargs
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'also what belongs to runs that are still going on, and what `drill up` or `--keep` left',
      })
      .option('images', {
        type: 'boolean',
        default: false,
        describe: 'also the images that earlier runs made; the next one makes those again that it needs',
      }),
  async handler({ all, images }, io) {
    const [{ clean: remove }, { systemClock }] = await Promise.all([
      import('../runtime/reaper/clean.js'),
      import('../clock.js'),
    ]);
    const removed = await remove({ all, images, clock: systemClock, environment: io.env });
    io.stdout(
      `removed ${removed.processes} processes, ${removed.inEngine} containers, networks and volumes, and ${removed.folders} folders\n`,
    );
    if (images) io.stdout(`removed ${removed.images} images\n`);
    for (const one of removed.kept) io.stdout(`left alone: ${keptName(one)}; \`drill down\` removes it\n`);
    for (const left of removed.left) io.stderr(`left behind: ${left}\n`);
    return removed.left.length === 0 ? 0 : 3;
  },
};
