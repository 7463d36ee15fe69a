#!/usr/bin/env node
/**
 * argv -> command -> exit code. The only reader of process.argv and process.env, and the only caller of exit.
 *
 * Exit codes: 0 every expectation met, 1 an expectation failed, 2 the command line or a drill file is wrong,
 * 3 inconclusive, 130 interrupted.
 */
import type { Argv } from 'yargs';
import { systemClock } from './clock.js';
import { checkedArguments, parsedArguments } from './commands/arguments.js';
import { mayColor } from './commands/color.js';
import type { Command, Io } from './commands/command.js';
import { erasure, folded, outputGuard } from './commands/output.js';
import { isDrillError, isError, messageOf, UsageError } from './errors.js';
import { assertOpenFiles } from './runtime/machine.js';
import { VERSION } from './version.js';

const INTERRUPTED = 130;
const INCONCLUSIVE = 3;
/** How long everything may take to be taken down after an error that nobody caught, ms. The reaper does the rest. */
const LAST_PATIENCE = 60_000;

const outputColor = mayColor(process.env, process.stdout.isTTY === true);
const safeOutput = outputGuard(outputColor);
const safeErrors = outputGuard(false);
/** The ways out of the program, over its two streams; nothing else may write to them. */
function tell(text: string, over = 0): void {
  process.stdout.write(erasure(over) + safeOutput(text));
}
/** On GitHub Actions. */
function fold(title: string, text: string): void {
  process.stdout.write(folded(title, text, safeOutput));
}
function tellError(text: string): void {
  process.stderr.write(safeErrors(text));
}

/** What ends a command before its time. */
interface Ending {
  signal: AbortSignal;
  /** Whether it was an error that nobody caught: whatever else comes of the command is no evidence. */
  isDefect(): boolean;
}

function ending(): Ending {
  const controller = new AbortController();
  let defect = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Only for a program that hangs in its own teardown: the second Ctrl-C ends it, and the reaper cleans up.
      if (controller.signal.aborted) process.exit(INTERRUPTED);
      controller.abort(new Error('interrupted'));
    });
  }
  // A reader that has gone away (`drill run ... | head`) is no reason to leave anything running.
  process.stdout.on('error', () => controller.abort(new Error('the reader of the output is gone')));
  process.stderr.on('error', () => {});
  // Rejections that nobody handles come here, too. Node by itself would end with 1: "an expectation failed".
  process.on('uncaughtException', (error) => {
    // What comes after the first one may follow from it.
    if (defect) return;
    defect = true;
    tellError(`${defectText(error)}drill: taking everything down\n`);
    systemClock.timer(LAST_PATIENCE, () => process.exit(INCONCLUSIVE));
    controller.abort(error);
  });
  return { signal: controller.signal, isDefect: () => defect };
}

function defectText(error: unknown): string {
  const stack = isError(error) && error.stack ? ` with this:\n${error.stack}` : '';
  return `drill: internal error: ${messageOf(error)}; please report it${stack}\n`;
}

function surroundings(signal: AbortSignal): Io {
  const env = { ...process.env };
  // Whatever is asked from here is on this machine or the user's own Toxiproxy: no proxy lies on the way to that, also
  // where Node is told to use those of the environment (NODE_USE_ENV_PROXY).
  for (const name of ['no_proxy', 'NO_PROXY']) process.env[name] = '*';
  const terminal = process.stdout.isTTY === true;
  return {
    stdout: tell,
    stderr: tellError,
    fold: env['GITHUB_ACTIONS'] === 'true' ? fold : undefined,
    stdin: () => process.stdin,
    env,
    cwd: process.cwd(),
    color: outputColor,
    interactive: terminal && env['CI'] !== 'true' && env['TERM'] !== 'dumb',
    columns: () => process.stdout.columns ?? 100,
    rows: () => process.stdout.rows ?? 24,
    signal,
  };
}

function report(error: unknown, io: Io): number {
  if (io.signal.aborted) return INTERRUPTED;
  if (isDrillError(error)) {
    io.stderr(`drill: ${error.message}\n`);
    return error.exitCode;
  }
  io.stderr(defectText(error));
  return INCONCLUSIVE;
}

async function main(argv: readonly string[], io: Io): Promise<number> {
  // To load the rest takes many files at once.
  assertOpenFiles();
  const [{ default: yargs }, { COMMANDS }] = await Promise.all([
    import('yargs'),
    import('./commands/index.js'),
  ]);
  let exitCode: Promise<number> = Promise.resolve(0);
  const parser = yargs()
    .scriptName('drill')
    .usage(
      '$0 <command>\n\nFailover drills for high-availability systems: one file, one command, a verdict with evidence.',
    )
    .version(VERSION)
    .strict()
    .strictCommands()
    .demandCommand(1, 'expected a command; see drill --help')
    .recommendCommands()
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .example('$0 run drills/split-brain.yaml', 'run one drill')
    .example('$0 run drills/ --repeat 20 --parallel 2', 'run the library twenty times')
    .epilogue(
      'Exit codes:\n  0 every expectation met\n  1 an expectation failed\n  2 the command line or a drill file is wrong\n  3 inconclusive\n  130 interrupted',
    )
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError({ message, todo: 'see drill --help' });
    });
  for (const command of COMMANDS) register(parser, command, io, (running) => (exitCode = running));
  // The parser's own words (help, version) come here; it would write them to the console by itself.
  await parser.parseAsync(checkedArguments(argv), {}, (_error, _args, help) => {
    if (help !== '') io.stdout(`${help}\n`);
  });
  return exitCode;
}

function register(
  parser: Argv,
  command: Command<never>,
  io: Io,
  started: (exitCode: Promise<number>) => void,
): void {
  parser.command(
    command.command,
    command.describe,
    (args) => command.builder(args, io),
    (args) =>
      started(
        command.handler(parsedArguments(args) as never, io).catch((error: unknown) => report(error, io)),
      ),
  );
}

const { signal, isDefect } = ending();
process.exitCode = INCONCLUSIVE;
// A command that has ended exits by itself. Where nothing is left to wait for before that, nobody knows how it went.
process.once('beforeExit', () => tellError(defectText('the command came to no end')));
main(process.argv.slice(2), surroundings(signal)).then(
  (ended) => {
    const code = isDefect() ? INCONCLUSIVE : ended;
    // What was written to a pipe must be out before the process ends.
    process.exitCode = code;
    process.stdout.write('', () => process.exit(code));
  },
  (error: unknown) => {
    tellError(`drill: ${messageOf(error)}\n`);
    process.exit(isDrillError(error) ? error.exitCode : 2);
  },
);
