/** `drill run`: runs drills, shows them while they run, and leaves verdicts and reports behind. */
import type { Judgement } from '../checker/verdict.js';
import type { AskedRuntime } from '../run/choose-runtime.js';
import type { Command } from './command.js';
import { EXIT_OF } from './exit-codes.js';
import { runtimeOption, setUp } from './run-setup.js';
import { wholeNumber, wholeNumberIfGiven } from './whole-number.js';

interface Args {
  files: string[];
  runtime: AskedRuntime;
  out?: string;
  seed?: number;
  repeat: number;
  parallel: number;
  keep: boolean;
  toxiproxy?: string;
}

export const run: Command<Args> = {
  command: 'run <files..>',
  describe: 'run drills (files, folders or globs) and judge them',
  builder: (yargs) =>
    yargs
      .positional('files', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'drill files, folders or globs',
      })
      .option('runtime', runtimeOption)
      .option('out', { type: 'string', describe: 'the output folder [default: .drill/<timestamp>]' })
      .option('seed', {
        type: 'number',
        coerce: wholeNumberIfGiven('seed', 0),
        describe: 'the seed of all random choices [default: a fresh one, printed]',
      })
      .option('repeat', {
        type: 'number',
        default: 1,
        coerce: wholeNumber('repeat', 1),
        describe: 'how often each drill is run',
      })
      .option('parallel', {
        type: 'number',
        default: 1,
        coerce: wholeNumber('parallel', 1),
        describe: 'how many run at once',
      })
      .option('keep', {
        type: 'boolean',
        default: false,
        describe:
          'leave the topology of the first execution that does not pass as it is at its end; none is begun after it',
      })
      .option('toxiproxy', {
        type: 'string',
        describe: 'a Toxiproxy to use: a URL (local processes), an image (containers), or embedded',
      })
      .example('$0 run drills/split-brain.yaml', 'one drill')
      .example('$0 run drills/ --parallel 2 --out results', 'the library, with reports in results/'),
  async handler(args, io) {
    const { drills, runtime, live } = await setUp(args.files, args, io);
    const [{ runDrills }, { verdictTable }, { addressesText }] = await Promise.all([
      import('../run/run-drills.js'),
      import('../report/table.js'),
      import('../report/addresses.js'),
    ]);
    const several = drills.length * args.repeat > 1;
    try {
      const { out, runs } = await runDrills({
        drills,
        runtime: runtime.name,
        out: args.out,
        seed: args.seed,
        repeat: args.repeat,
        parallel: args.parallel,
        keep: args.keep,
        toxiproxy: args.toxiproxy,
        environment: io.env,
        signal: io.signal,
        watch(drill, execution) {
          const shown = live.open(several ? `${drill.drill.name} ${execution}/${args.repeat}` : '');
          return {
            onEvent: (event) => shown.event(event),
            onDone(run) {
              shown.close();
              live.print(verdictTable(run, { colors: io.color, columns: io.columns() }));
              if (run.kept) live.print(`kept as it is: run ${run.kept.run}\n\n${addressesText(run.kept)}`);
            },
          };
        },
      });
      live.stop();
      io.stdout(`${tallyOf(runs.map(({ verdict }) => verdict.verdict))}; reports in ${out}\n`);
      if (io.signal.aborted) return 130;
      return worst(runs.map(({ verdict }) => verdict.verdict));
    } finally {
      live.stop();
    }
  },
};

/** `3 passed, 1 failed, 1 inconclusive`, leaving out what there is none of. */
function tallyOf(verdicts: readonly Judgement[]): string {
  const counts = (['pass', 'fail', 'inconclusive'] as const).map((verdict) => {
    const count = verdicts.filter((each) => each === verdict).length;
    return { count, word: verdict === 'pass' ? 'passed' : verdict === 'fail' ? 'failed' : verdict };
  });
  const given = counts.filter(({ count }) => count > 0).map(({ count, word }) => `${count} ${word}`);
  return given.join(', ') || 'nothing was run';
}

/** The exit code of several verdicts: one failure is a failure, else one inconclusive is inconclusive. */
function worst(verdicts: readonly Judgement[]): number {
  if (verdicts.includes('fail')) return EXIT_OF.fail;
  return verdicts.length === 0 || verdicts.includes('inconclusive') ? EXIT_OF.inconclusive : EXIT_OF.pass;
}
