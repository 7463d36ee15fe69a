/** `drill validate`: whether drill files are right, without running anything. */
import type { Command } from './command.js';

export const validate: Command<{ files: string[] }> = {
  command: 'validate <files..>',
  describe: 'check drill files (files, folders or globs) without running them',
  builder: (yargs) =>
    yargs.positional('files', { type: 'string', array: true, demandOption: true, describe: 'drill files' }),
  async handler({ files }, io) {
    const [{ findDrills }, { notesOf }, { loadOne }, { CATALOG }, { UsageError }] = await Promise.all([
      import('../drill/find.js'),
      import('../drill/load.js'),
      import('../run/load-drills.js'),
      import('../catalog.js'),
      import('../errors.js'),
    ]);
    let exitCode = 0;
    for (const file of await findDrills(files, io.cwd)) {
      try {
        const { drill } = await loadOne(file, io.cwd, CATALOG, io.env);
        for (const note of notesOf(drill)) io.stdout(`note: ${note}\n`);
        const tags = drill.tags?.length ? ` [${drill.tags.join(', ')}]` : '';
        io.stdout(`ok ${file}: ${drill.name}${tags}\n`);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        io.stderr(`${error.message}\n\n`);
        exitCode = error.exitCode;
      }
    }
    return exitCode;
  },
};
