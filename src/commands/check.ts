/**
 * `drill check`: judges run folders again, offline, from their histories alone; or bare histories, ours or
 * foreign ones.
 */
import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ArgumentsCamelCase, InferredOptionTypes } from 'yargs';
import { isDrillError, messageOf, UsageError } from '../errors.js';
import type { Value } from '../history/event.js';
import type { Command, Io } from './command.js';
import { EXIT_OF } from './exit-codes.js';
import { catalogOf, pluginOption } from './plugin-option.js';
import { runFolders } from './run-folders.js';

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
  'accounts',
  'terms',
  'sequential',
  'monotonic-reads',
  'read-your-writes',
  'stale-reads',
] as const;

const OPTIONS = {
  format: {
    choices: ['auto', 'jsonl', 'json', 'edn', 'jepsen-log', 'kv'] as const,
    default: 'auto' as const,
    describe: 'the format of a history, which then is judged as a bare one',
  },
  model: {
    choices: MODELS,
    describe: 'what a history must keep to [default: by what it holds; of a run, its expectations]',
  },
  initial: {
    type: 'string',
    describe: 'what registers hold at first (JSON, else a text), or the sum of a bank [default: null]',
  },
  'failed-cas': {
    choices: ['nothing', 'mismatch'] as const,
    describe: 'what a cas says that failed without an error: nothing, or that the value was another one',
    defaultDescription: 'nothing, as in Jepsen',
  },
  plugin: pluginOption,
  timeout: {
    type: 'string',
    default: '10s',
    describe: 'how long each bare history may be read and searched',
  },
  json: {
    type: 'boolean',
    default: false,
    describe: 'the verdict as JSON: of a history with every key that fails, of a run its verdict.json',
  },
  verify: {
    type: 'string',
    describe: 'a PEM file with the public key that run folders must be signed with (`run --sign`)',
  },
} as const;

type Given = ArgumentsCamelCase<InferredOptionTypes<typeof OPTIONS>>;
type Args = Partial<Given> & Pick<Given, 'format' | 'timeout' | 'json'> & { paths: string[] };

const STANDARD_INPUT = '-';

export const check: Command<Args> = {
  command: 'check <paths..>',
  describe: 'judge run folders, or bare histories, again, offline',
  builder: (yargs) =>
    yargs
      .positional('paths', {
        type: 'string',
        array: true,
        demandOption: true,
        describe:
          'the folder that `drill run` prints, those of executions, history files, gzip or not; - is standard input',
      })
      .options(OPTIONS)
      .example(
        '$0 check .drill/2026-01-01T00-00-00.000Z/split-brain/1',
        'the verdict again, from the history',
      )
      .example('$0 check jepsen.edn --model register', 'exit 0: holds, 1: does not, 3: unknown')
      .example('zstd -dc history.jsonl.zst | $0 check -', 'a history from standard input'),
  async handler(args, io) {
    const paths = (await Promise.all(args.paths.map((path) => runFolders(path, io.cwd)))).flat();
    if (paths.length === 1) return checkOne(paths[0]!, args, io);
    const codes: number[] = [];
    for (const path of paths) {
      try {
        codes.push(await checkOne(path, args, io));
      } catch (error) {
        if (!isDrillError(error) || io.signal.aborted) throw error;
        io.stderr(`drill: ${error.message}\n`);
        codes.push(error.exitCode);
      }
    }
    // What does not hold outweighs what could not be read, and that what was not decided.
    return [1, 2, 3].find((code) => codes.includes(code)) ?? 0;
  },
};

/** The beginning of our histories; others may have an index and a time first, too. */
const OURS = /^\{"index":0,"time":\d+,"type":"run"/;
const OURS_BYTES = 64;

async function checkOne(path: string, args: Args, io: Io): Promise<number> {
  const { peeked, historyBytes } = await import('../histories/formats/input.js');
  const { file, isFolder, bytes } = await opened(path, io);
  if (isFolder && args.format !== 'auto' && args.format !== 'jsonl') {
    throw new UsageError({
      where: '--format',
      expected: 'auto or jsonl for a run folder, whose history is history.jsonl',
      found: `"${args.format}"`,
      todo: 'name the history file itself',
    });
  }
  const name = path === STANDARD_INPUT ? 'standard input' : file;
  const { head, chunks } = await peeked(historyBytes(name, bytes), OURS_BYTES);
  // A run is judged by its drill, unless it is asked for as a history like any other.
  const asked = [args.model, args.initial, args.failedCas].some((given) => given !== undefined);
  if (!asked && args.format === 'auto' && (isFolder || OURS.test(head.toString('utf8'))))
    return checkRun(
      { name: path, file: path === STANDARD_INPUT ? undefined : file, isFolder },
      chunks,
      args,
      io,
    );
  if (args.verify !== undefined) throw unsigned(`${name}, judged as a bare history`);
  return checkForeign(name, chunks, args, io);
}

/** The raw bytes of what a path names, and which file they are of. */
async function opened(
  path: string,
  io: Io,
): Promise<{ file: string; isFolder: boolean; bytes: AsyncIterable<Uint8Array> }> {
  const { fileBytes } = await import('../histories/formats/input.js');
  if (path === STANDARD_INPUT && io.stdin !== undefined)
    return { file: path, isFolder: false, bytes: io.stdin() };
  const whole = resolve(io.cwd, path);
  const found = await stat(whole).catch((error: unknown) => {
    throw new UsageError({
      where: path,
      expected: 'a run folder or a history file',
      found: messageOf(error),
      todo: 'give the folder that holds history.jsonl',
    });
  });
  const isFolder = found.isDirectory();
  const file = isFolder ? join(whole, 'history.jsonl') : whole;
  return { file, isFolder, bytes: fileBytes(file) };
}

/** `file` is undefined for standard input. */
async function checkRun(
  { name, file, isFolder }: { name: string; file: string | undefined; isFolder: boolean },
  chunks: AsyncIterable<Buffer>,
  args: Args,
  io: Io,
): Promise<number> {
  const [catalog, { decodeStream }, { judge }, { verdictJson }, { storyText }] = await Promise.all([
    catalogOf(args.plugin, io),
    import('../history/codec.js'),
    import('../checker/judge.js'),
    import('../report/json.js'),
    import('../report/story.js'),
  ]);
  const folder = file === undefined ? undefined : dirname(file);
  const flaw = args.verify === undefined ? undefined : await signatureFlawOf(folder, args.verify, io);
  const history = await decodeStream(chunks).catch((error: unknown) => {
    throw new UsageError({
      where: file ?? name,
      expected: 'a history',
      found: messageOf(error),
      todo: 'give a run folder with its history.jsonl',
    });
  });
  const verdict = judge(history, catalog);
  const json = verdictJson(verdict);
  // The drill as resolved is the file that runs it again.
  const source = folder !== undefined && isFolder ? { file: join(name, 'drill.yaml'), folder: name } : {};
  io.stdout(
    args.json
      ? json
      : storyText(
          { ...source, verdict },
          { colors: io.color, columns: io.columns(), whole: !io.interactive },
        ),
  );
  // The document stays one: all else is told beside it.
  const tell = args.json ? io.stderr : io.stdout;
  // What cannot be judged here differs from what lies beside for that reason alone.
  const isKnown = verdict.findings.every((one) => one.checker !== 'judge' || one.verdict === 'pass');
  const isSame =
    folder === undefined || !isKnown || (await isAsBeside(folder, json, history.run?.drill, tell));
  if (args.verify !== undefined) tell(`${flaw ?? `signed with the key of ${args.verify}`}\n`);
  return isSame && flaw === undefined ? EXIT_OF[verdict.verdict] : EXIT_OF.fail;
}

/** Whether what lies beside a history says the same; tells what differs. */
async function isAsBeside(
  folder: string,
  json: string,
  drill: unknown,
  tell: (text: string) => void,
): Promise<boolean> {
  const { besideHistory } = await import('./beside.js');
  const { compared, differences } = besideHistory(folder, json, drill);
  if (compared.length === 0) return true;
  tell(
    differences.length === 0
      ? `identical to ${compared.join(' and ')}\n`
      : `DIFFERENT from what lies beside the history:\n${differences.map((line) => `  ${line}\n`).join('')}`,
  );
  return differences.length === 0;
}

async function signatureFlawOf(
  folder: string | undefined,
  file: string,
  io: Io,
): Promise<string | undefined> {
  const { keyOf, signatureFlaw } = await import('../run/signature.js');
  const key = keyOf(resolve(io.cwd, file), 'public', '--verify');
  if (folder === undefined) throw unsigned('standard input');
  return signatureFlaw(folder, key);
}

/** The error for what there can be no signature of. */
function unsigned(found: string): UsageError {
  return new UsageError({
    where: '--verify',
    expected: 'a run folder, which `run --sign` signs',
    found,
    todo: 'leave --verify out',
  });
}

async function checkForeign(
  name: string,
  chunks: AsyncIterable<Buffer>,
  args: Args,
  io: Io,
): Promise<number> {
  const [{ checkBytes }, { historyJson }, { parseDuration }, { systemClock }] = await Promise.all([
    import('../histories/check-history.js'),
    import('../report/history-json.js'),
    import('../drill/units.js'),
    import('../clock.js'),
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
  const result = await checkBytes(name, chunks, {
    format: args.format,
    timeoutMs,
    clock: systemClock,
    ...(args.model === undefined ? {} : { model: args.model }),
    ...(args.initial === undefined ? {} : { initial: initialOf(args.initial) }),
    ...(args.failedCas === undefined ? {} : { failedCas: args.failedCas }),
  });
  io.stdout(args.json ? historyJson(result) : result.text);
  return { ok: 0, illegal: 1, unknown: 3 }[result.verdict];
}

/** The value of --initial: JSON, else the text itself. */
function initialOf(text: string): Value | bigint {
  if (/^-?\d{16,}$/.test(text)) return BigInt(text);
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}
