/** `drill report`: the timeline of one run as text, from its folder. */
import type { Command } from './command.js';

export const report: Command<{ folder: string }> = {
  command: 'report <folder>',
  describe: 'show the timeline and the findings of a run from its folder',
  builder: (yargs) =>
    yargs.positional('folder', {
      type: 'string',
      demandOption: true,
      describe: 'a run folder, with its history.jsonl',
    }),
  async handler({ folder }, io) {
    const [{ readFile }, { join, resolve }, { decodeHistory }, { judge }, { historyText }, errors] =
      await Promise.all([
        import('node:fs/promises'),
        import('node:path'),
        import('../history/codec.js'),
        import('../checker/judge.js'),
        import('../report/history-text.js'),
        import('../errors.js'),
      ]);
    const bytes = await readFile(join(resolve(io.cwd, folder), 'history.jsonl')).catch((error: unknown) => {
      throw new errors.UsageError({
        where: folder,
        expected: 'a run folder with a history.jsonl',
        found: errors.messageOf(error),
        todo: 'give <out>/<drill>/<execution>',
      });
    });
    const history = decodeHistory(bytes);
    io.stdout(historyText(history, judge(history)));
    return 0;
  },
};
