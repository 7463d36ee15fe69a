/**
 * `drill check`: judges a run folder again, offline, from its history alone; or a bare history, ours or a
 * foreign one.
 */
import type { Command, Io } from './command.js';
import { EXIT_OF } from './exit-codes.js';

/** The models by name, told here so that the help needs no checker; a test keeps them equal to the checkers' own. */
export const MODELS = [
  'register',
  'cas-register',
  'append',
  'set',
  'counter',
  'queue',
  'fifo-queue',
  'bank',
  'terms',
  'sequential',
  'monotonic-reads',
  'read-your-writes',
  'stale-reads',
] as const;

interface Args {
  path: string;
  format: 'auto' | 'jsonl' | 'edn' | 'jepsen-log' | 'kv';
  model?: (typeof MODELS)[number];
  timeout: string;
}

export const check: Command<Args> = {
  command: 'check <path>',
  describe: 'judge a run folder, or a bare history, again, offline',
  builder: (yargs) =>
    yargs
      .positional('path', {
        type: 'string',
        demandOption: true,
        describe: 'the folder that `drill run` prints, that of one execution, or a history file',
      })
      .option('format', {
        choices: ['auto', 'jsonl', 'edn', 'jepsen-log', 'kv'] as const,
        default: 'auto' as const,
        describe: 'the format of a history, which then is judged as a bare one',
      })
      .option('model', {
        choices: MODELS,
        describe: 'what a history must keep to [default: by what it holds; of a run, its expectations]',
      })
      .option('timeout', {
        type: 'string',
        default: '10s',
        describe: 'how long a bare history may be searched',
      })
      .example(
        '$0 check .drill/2026-01-01T00-00-00.000Z/split-brain/1',
        'the verdict again, from the history',
      )
      .example('$0 check jepsen.edn --model register', 'exit 0: holds, 1: does not, 3: unknown'),
  async handler(args, io) {
    const { runFolders } = await import('./run-folders.js');
    const codes: number[] = [];
    for (const path of await runFolders(args.path, io.cwd)) codes.push(await checkOne({ ...args, path }, io));
    return [1, 2, 3].find((code) => codes.includes(code)) ?? 0;
  },
};

async function checkOne(args: Args, io: Io): Promise<number> {
  const { stat } = await import('node:fs/promises');
  const { join, resolve } = await import('node:path');
  const { UsageError, messageOf } = await import('../errors.js');
  const path = resolve(io.cwd, args.path);
  const found = await stat(path).catch((error: unknown) => {
    throw new UsageError({
      where: args.path,
      expected: 'a run folder or a history file',
      found: messageOf(error),
      todo: 'give the folder that holds history.jsonl',
    });
  });
  const isFolder = found.isDirectory();
  const file = isFolder ? join(path, 'history.jsonl') : path;
  if (isFolder && args.format !== 'auto' && args.format !== 'jsonl') {
    throw new UsageError({
      where: '--format',
      expected: 'auto or jsonl for a run folder, whose history is history.jsonl',
      found: `"${args.format}"`,
      todo: 'name the history file itself',
    });
  }
  // A run is judged by its drill, unless it is asked for as a history like any other.
  const asked = args.model !== undefined || args.format !== 'auto';
  if (!asked && (isFolder || (await isOurs(file)))) return checkRun(file, args.path, io);
  return checkForeign(file, args, io);
}

/** The beginning of our histories; others may have an index and a time first, too. */
const OURS = /^\{"index":0,"time":\d+,"type":"run"/;

/** Whether a file begins as our histories do. */
async function isOurs(file: string): Promise<boolean> {
  const { open } = await import('node:fs/promises');
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    return OURS.test(buffer.subarray(0, bytesRead).toString('utf8'));
  } finally {
    await handle.close();
  }
}

async function checkRun(file: string, named: string, io: Io): Promise<number> {
  const [
    { createReadStream },
    { decodeStream },
    { judge },
    { verdictJson },
    { verdictTable },
    { dirname },
    errors,
  ] = await Promise.all([
    import('node:fs'),
    import('../history/codec.js'),
    import('../checker/judge.js'),
    import('../report/json.js'),
    import('../report/table.js'),
    import('node:path'),
    import('../errors.js'),
  ]);
  const history = await decodeStream(createReadStream(file)).catch((error: unknown) => {
    throw new errors.UsageError({
      where: file,
      expected: 'a history',
      found: errors.messageOf(error),
      todo: 'give a run folder with its history.jsonl',
    });
  });
  const verdict = judge(history);
  io.stdout(
    verdictTable(
      { file: named, folder: dirname(file), verdict },
      { colors: io.color, columns: io.columns() },
    ),
  );
  await compare(file, verdictJson(verdict), io);
  return EXIT_OF[verdict.verdict];
}

/** Says whether the verdict that lies beside the history is the same. */
async function compare(file: string, json: string, io: Io): Promise<void> {
  const [{ readFile }, { dirname, join }] = await Promise.all([
    import('node:fs/promises'),
    import('node:path'),
  ]);
  const before = await readFile(join(dirname(file), 'verdict.json'), 'utf8').catch(() => undefined);
  if (before === undefined) return;
  io.stdout(
    before === json ? 'identical to verdict.json\n' : 'DIFFERENT from verdict.json, which lies beside it\n',
  );
}

async function checkForeign(file: string, args: Args, io: Io): Promise<number> {
  const [{ checkFile }, { parseDuration }, { systemClock }, { UsageError }] = await Promise.all([
    import('../checker/check-history.js'),
    import('../drill/units.js'),
    import('../clock.js'),
    import('../errors.js'),
  ]);
  const timeoutMs = parseDuration(args.timeout);
  if (timeoutMs === undefined) {
    throw new UsageError({
      where: '--timeout',
      expected: 'a duration with a unit',
      found: `"${args.timeout}"`,
      todo: 'write 10s',
    });
  }
  const model = args.model === undefined ? {} : { model: args.model };
  const result = await checkFile(file, { format: args.format, ...model, timeoutMs, clock: systemClock });
  io.stdout(result.text.endsWith('\n') ? result.text : `${result.text}\n`);
  return { ok: 0, illegal: 1, unknown: 3 }[result.verdict];
}
