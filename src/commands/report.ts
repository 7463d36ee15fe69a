/** `drill report`: runs told from their folders: timelines, their reports again, or a history in Jepsen's EDN. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Verdict } from '../checker/verdict.js';
import { messageOf, UsageError } from '../errors.js';
import type { History } from '../history/history.js';
import type { ReportedRun } from '../report/run.js';
import type { Command } from './command.js';
import { catalogOf, pluginOption } from './plugin-option.js';
import { runFolders } from './run-folders.js';

const FORMATS = ['text', 'json', 'markdown', 'junit', 'edn'] as const;
type Format = (typeof FORMATS)[number];

interface Told {
  folder: string;
  history: History;
  verdict: Verdict;
}

/** Pieces of text, so that a long history need not be one string. */
const TELL: Readonly<Record<Format, (told: readonly Told[]) => Promise<Iterable<string>>>> = {
  async text(all) {
    if (all.length > 1) {
      const { runsText } = await import('../report/runs.js');
      return [runsText(all)];
    }
    const { historyText } = await import('../report/history-text.js');
    return all.map(({ history, verdict }) => historyText(history, verdict));
  },
  async json(all) {
    const { verdictJson } = await import('../report/json.js');
    const texts = all.map(({ verdict }) => verdictJson(verdict));
    return texts.length === 1 ? texts : [`[\n${texts.map((text) => text.trimEnd()).join(',\n')}\n]\n`];
  },
  async markdown(all) {
    const { summaryMarkdown } = await import('../report/summary.js');
    return [summaryMarkdown(all.map(reported))];
  },
  async junit(all) {
    const { junitXml } = await import('../report/junit.js');
    return [junitXml(all.map(reported))];
  },
  async edn(all) {
    const { toEdn } = await import('../report/to-edn.js');
    const [one, ...others] = all;
    if (one && others.length === 0) return toEdn(one.history.events);
    throw new UsageError({
      where: '--format edn',
      expected: 'the folder of one execution, whose history it is',
      found: `${all.length} of them`,
      todo: `name one, such as ${one?.folder}`,
    });
  },
};

/** The drill as resolved is the file that runs it again. */
function reported({ folder, history, verdict }: Told): ReportedRun {
  const started = history.run?.started;
  return { file: `${folder}/drill.yaml`, folder, verdict, ...(started === undefined ? {} : { started }) };
}

export const report: Command<{ folder: string; plugin?: string[]; format: Format }> = {
  command: 'report <folder>',
  describe:
    'tell a run from its folder: timeline and findings; list those of a call; reports; a history in EDN',
  builder: (yargs) =>
    yargs
      .positional('folder', {
        type: 'string',
        demandOption: true,
        describe: 'the folder that `drill run` prints, or that of one execution, with its history.jsonl',
      })
      .option('plugin', pluginOption)
      .option('format', { choices: FORMATS, default: 'text' as const, describe: 'what to print' })
      .example('$0 report results/split-brain/1 --format edn', "the history for Jepsen's own tools"),
  async handler({ folder, plugin, format }, io) {
    const [catalog, { decodeHistory }, { judge }] = await Promise.all([
      catalogOf(plugin, io),
      import('../history/codec.js'),
      import('../checker/judge.js'),
    ]);
    const told: Told[] = [];
    for (const one of await runFolders(folder, io.cwd)) {
      const bytes = await readFile(join(resolve(io.cwd, one), 'history.jsonl')).catch((error: unknown) => {
        throw new UsageError({
          where: one,
          expected: 'a folder that `drill run` made, with a history.jsonl for each execution',
          found: messageOf(error),
          todo: 'give the folder that it printed, or <out>/<drill>/<execution>',
        });
      });
      const history = decodeHistory(bytes);
      told.push({ folder: one.replace(/(?<=.)\/+$/, ''), history, verdict: judge(history, catalog) });
    }
    for (const piece of await TELL[format](told)) io.stdout(piece);
    return 0;
  },
};
