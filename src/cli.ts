#!/usr/bin/env node
/**
 * argv -> command -> exit code. The only reader of process.argv and process.env, and the only caller of exit.
 *
 * Exit codes: 0 every expectation met, 1 an expectation failed, 2 the command line or a drill file is wrong,
 * 3 inconclusive, 130 interrupted.
 */
import yargs from 'yargs';
import type { Command, Io } from './commands/command.js';
import { COMMANDS } from './commands/index.js';
import { isDrillError, messageOf, UsageError } from './errors.js';
import { VERSION } from './version.js';

const INTERRUPTED = 130;

/** Only for a program that hangs in its own teardown: the second Ctrl-C ends it, and the reaper cleans up. */
function interruptible(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(INTERRUPTED);
      controller.abort(new Error('interrupted'));
    });
  }
  // A reader that has gone away (`drill run ... | head`) is no reason to leave anything running.
  process.stdout.on('error', () => controller.abort(new Error('the reader of the output is gone')));
  return controller.signal;
}

function surroundings(): Io {
  const { env } = process;
  const plain = env['NO_COLOR'] !== undefined || env['CI'] === 'true' || env['TERM'] === 'dumb';
  const terminal = process.stdout.isTTY === true;
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    env,
    cwd: process.cwd(),
    color: terminal && !plain,
    interactive: terminal && env['CI'] !== 'true' && env['TERM'] !== 'dumb',
    columns: () => process.stdout.columns ?? 100,
    rows: () => process.stdout.rows ?? 24,
    signal: interruptible(),
  };
}

function report(error: unknown, io: Io): number {
  if (io.signal.aborted) return INTERRUPTED;
  if (isDrillError(error)) {
    io.stderr(`drill: ${error.message}\n`);
    return error.exitCode;
  }
  const stack = error instanceof Error && error.stack ? `${error.stack}\n` : '';
  io.stderr(`drill: internal error: ${messageOf(error)}; please report it with this:\n${stack}`);
  return 3;
}

async function main(argv: readonly string[]): Promise<number> {
  const io = surroundings();
  let exitCode: Promise<number> = Promise.resolve(0);
  const parser = yargs(argv)
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
  await parser.parseAsync();
  return exitCode;
}

function register(
  parser: ReturnType<typeof yargs>,
  command: Command<never>,
  io: Io,
  started: (exitCode: Promise<number>) => void,
): void {
  parser.command(
    command.command,
    command.describe,
    (args) => command.builder(args),
    (args) => started(command.handler(args as never, io).catch((error: unknown) => report(error, io))),
  );
}

main(process.argv.slice(2)).then(
  (code) => {
    // What was written to a pipe must be out before the process ends.
    process.exitCode = code;
    process.stdout.write('', () => process.exit(code));
  },
  (error: unknown) => {
    process.stderr.write(`drill: ${messageOf(error)}\n`);
    process.exit(isDrillError(error) ? error.exitCode : 2);
  },
);
