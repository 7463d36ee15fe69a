/** `drill run`: runs drills, shows them while they run, and leaves verdicts and reports behind. */
import type { InferredOptionTypes } from 'yargs';
import { type Judgement, judgementOf } from '../checker/verdict.js';
import type { ReportedRun } from '../report/run.js';
import type { Command, Io } from './command.js';
import { configuredDefaults } from './config-file.js';
import { EXIT_OF } from './exit-codes.js';
import { pluginOption } from './plugin-option.js';
import { runtimeOption, setUp } from './run-setup.js';
import { SELECTION_OPTIONS } from './selection.js';
import { wholeNumberFrom, wholeNumberIfGiven } from './whole-number.js';

const MOST_REPEATS = 100_000;
const MOST_PARALLEL = 1000;

const OPTIONS = {
  runtime: runtimeOption,
  plugin: pluginOption,
  out: { type: 'string', describe: 'the output folder [default: .drill/<timestamp>]' },
  seed: {
    type: 'string',
    coerce: wholeNumberIfGiven('seed', 0),
    describe: 'the seed of all random choices [default: a fresh one, printed]',
  },
  repeat: {
    type: 'string',
    default: 1,
    coerce: wholeNumberFrom('repeat', 1, MOST_REPEATS),
    describe: 'how often each drill is run',
  },
  parallel: {
    type: 'string',
    default: 1,
    coerce: wholeNumberFrom('parallel', 1, MOST_PARALLEL),
    describe: 'how many run at once',
  },
  ...SELECTION_OPTIONS,
  bail: {
    type: 'boolean',
    default: false,
    describe: 'begin no further execution after the first that does not pass',
  },
  keep: {
    type: 'boolean',
    default: false,
    describe:
      'leave the topology of the first execution that does not pass as it is at its end; none is begun after it',
  },
  toxiproxy: {
    type: 'string',
    describe: 'a Toxiproxy to use: a URL (local processes), an image (containers), or embedded',
  },
  sign: {
    type: 'string',
    describe: 'a PEM file with a private key of Ed25519, to sign each execution with; see `check --verify`',
  },
  quiet: { type: 'boolean', default: false, describe: 'print only what did not pass, and the last line' },
  verbose: { type: 'boolean', default: false, describe: 'print every event as it happens, each on a line' },
  json: {
    type: 'boolean',
    default: false,
    describe:
      'print one JSON document with all verdicts on standard output; everything else goes to standard error',
  },
} as const;

type Args = InferredOptionTypes<typeof OPTIONS> & { files: string[] };

export const run: Command<Args> = {
  command: 'run <files..>',
  describe: 'run drills (files, folders, globs or names) and judge them',
  builder: async (yargs, { cwd }) =>
    yargs
      .positional('files', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'drill files, folders, globs, or names of drills that ship',
      })
      .options(OPTIONS)
      .config(
        await configuredDefaults(
          cwd,
          Object.keys(OPTIONS).filter((name) => name !== 'plugin'),
        ),
      )
      .example('$0 run drills/split-brain.yaml', 'one drill')
      .example('$0 run split-brain', 'one that ships')
      .example('$0 run drills/ --out results', 'the library, with reports in results/')
      .example('$0 run drills/ --tag smoke --bail', 'those with `tags: [smoke]`, up to the first that fails')
      .epilogue(
        'Defaults for these options, but for --plugin, come from the nearest drill.config.yaml (.yml, .json) from the working folder upwards.',
      ),
  async handler(args, io) {
    const { json, quiet } = args;
    const told: Io = json
      ? { ...io, stdout: io.stderr, fold: undefined, color: false, interactive: false }
      : io;
    const { catalog, drills, runtime, live } = await setUp(args.files, args, told);
    const [{ runDrills }, { storyText }, { addressesText }] = await Promise.all([
      import('../run/run-drills.js'),
      import('../report/story.js'),
      import('../report/addresses.js'),
    ]);
    const asked = drills.length * args.repeat;
    try {
      const { out, runs } = await runDrills({
        catalog,
        drills,
        runtime: runtime.name,
        out: args.out,
        seed: args.seed,
        repeat: args.repeat,
        parallel: args.parallel,
        bail: args.bail,
        keep: args.keep,
        toxiproxy: args.toxiproxy,
        sign: args.sign,
        environment: io.env,
        signal: io.signal,
        watch(drill, execution) {
          const shown = live?.open(asked > 1 ? `${drill.drill.name} ${execution}/${args.repeat}` : '');
          const print = (text: string) => (live ? live.print(text) : told.stdout(text));
          return {
            onEvent: (event) => shown?.event(event),
            onDone(run) {
              shown?.close();
              if (quiet && run.verdict.verdict === 'pass') return;
              print(
                `${storyText(run, { colors: told.color, columns: io.columns(), whole: !io.interactive })}\n`,
              );
              if (run.kept) print(`kept as it is: run ${run.kept.run}\n\n${addressesText(run.kept)}`);
            },
          };
        },
      });
      live?.stop();
      const verdicts = runs.map(({ verdict }) => verdict.verdict);
      told.stdout(`${tallyOf(verdicts, asked)}${runs.length > 0 ? `; reports in ${out}` : ''}\n`);
      if (json) io.stdout(jsonOf(out, runs, asked));
      if (io.signal.aborted) return 130;
      return EXIT_OF[judgementOf(runs.map(({ verdict }) => verdict))];
    } finally {
      live?.stop();
    }
  },
};

/** What `--json` prints: the verdicts as in verdict.json, each with where it comes from. */
function jsonOf(out: string, runs: readonly ReportedRun[], asked: number): string {
  const verdict = judgementOf(runs.map((one) => one.verdict));
  const listed = runs.map(({ file, folder, started, verdict: one }) => ({ file, folder, started, ...one }));
  return `${JSON.stringify({ verdict, out, not_begun: asked - runs.length, runs: listed }, null, 2)}\n`;
}

/** `3 passed, 1 failed, 1 inconclusive, 2 not begun`, leaving out what there is none of. */
function tallyOf(verdicts: readonly Judgement[], asked: number): string {
  const counts = (['pass', 'fail', 'inconclusive'] as const).map((verdict) => {
    const count = verdicts.filter((each) => each === verdict).length;
    return { count, word: verdict === 'pass' ? 'passed' : verdict === 'fail' ? 'failed' : verdict };
  });
  const given = counts.filter(({ count }) => count > 0).map(({ count, word }) => `${count} ${word}`);
  if (given.length === 0) return 'nothing was run';
  const rest = asked - verdicts.length;
  return [...given, ...(rest > 0 ? [`${rest} not begun`] : [])].join(', ');
}
