/** `drill validate`: whether drill files are right, without running anything. */
import { UsageError } from '../errors.js';
import type { Command } from './command.js';
import { catalogOf, pluginOption } from './plugin-option.js';

export const validate: Command<{ files: string[]; plugin?: string[] }> = {
  command: 'validate <files..>',
  describe: 'check drill files (files, folders or globs) without running them',
  builder: (yargs) =>
    yargs
      .positional('files', { type: 'string', array: true, demandOption: true, describe: 'drill files' })
      .option('plugin', pluginOption),
  async handler({ files, plugin }, io) {
    const [{ findDrills }, { notesOf }, { loadFile }, catalog] = await Promise.all([
      import('../drill/find.js'),
      import('../drill/load.js'),
      import('../run/load-drills.js'),
      catalogOf(plugin, io),
    ]);
    let exitCode = 0;
    for (const file of await findDrills(files, io.cwd)) {
      try {
        const drills = await loadFile(file, io.cwd, catalog, io.env);
        for (const note of new Set(drills.flatMap(({ drill }) => notesOf(drill))))
          io.stdout(`note: ${note}\n`);
        for (const { drill } of drills) {
          const tags = drill.tags?.length ? ` [${drill.tags.join(', ')}]` : '';
          io.stdout(`ok ${file}: ${drill.name}${tags}\n`);
        }
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        io.stderr(`${error.message}\n\n`);
        exitCode = error.exitCode;
      }
    }
    return exitCode;
  },
};
