/** `drill report`: a run told from its folder: its timeline, its reports again, or its history in Jepsen's EDN. */
import type { Verdict } from '../checker/verdict.js';
import type { History } from '../history/history.js';
import type { Command } from './command.js';

const FORMATS = ['text', 'json', 'markdown', 'junit', 'edn'] as const;
type Format = (typeof FORMATS)[number];

interface Told {
  folder: string;
  history: History;
  verdict: Verdict;
}

/** Pieces of text, so that a long history need not be one string. */
const TELL: Readonly<Record<Format, (told: Told) => Promise<Iterable<string>>>> = {
  async text({ history, verdict }) {
    const { historyText } = await import('../report/history-text.js');
    return [historyText(history, verdict)];
  },
  async json({ verdict }) {
    const { verdictJson } = await import('../report/json.js');
    return [verdictJson(verdict)];
  },
  async markdown({ folder, verdict }) {
    const { summaryMarkdown } = await import('../report/summary.js');
    return [summaryMarkdown([{ file: folder, folder, verdict }])];
  },
  async junit({ folder, verdict }) {
    const { junitXml } = await import('../report/junit.js');
    return [junitXml([{ file: folder, folder, verdict }])];
  },
  async edn({ history }) {
    const { toEdn } = await import('../history/formats/to-edn.js');
    return toEdn(history.events);
  },
};

export const report: Command<{ folder: string; format: Format }> = {
  command: 'report <folder>',
  describe: 'tell a run from its folder: timeline and findings, its reports, or its history in EDN',
  builder: (yargs) =>
    yargs
      .positional('folder', {
        type: 'string',
        demandOption: true,
        describe: 'a run folder, with its history.jsonl',
      })
      .option('format', { choices: FORMATS, default: 'text' as const, describe: 'what to print' })
      .example('$0 report results/split-brain/1 --format edn', "the history for Jepsen's own tools"),
  async handler({ folder, format }, io) {
    const [{ readFile }, { join, resolve }, { decodeHistory }, { judge }, errors] = await Promise.all([
      import('node:fs/promises'),
      import('node:path'),
      import('../history/codec.js'),
      import('../checker/judge.js'),
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
    for (const piece of await TELL[format]({ folder, history, verdict: judge(history) })) io.stdout(piece);
    return 0;
  },
};
