/**
 * The entry of a reference node's or supervisor's process:
 *
 *     node dist/reference/process.js '{"kind":"node","name":"a",...}'
 *
 * Events go to standard output, one JSON line each; what went wrong goes to standard error.
 */
import { POWER_KEY, Shell, type ShellConfig } from './shell.js';

const config = JSON.parse(process.argv[2] ?? '{}') as ShellConfig;

process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => process.exit(0));
process.stdout.on('error', () => process.exit(1));
if (config.lifeline) {
  process.stdin.on('end', () => process.exit(0));
  process.stdin.on('error', () => process.exit(0));
  process.stdin.resume();
}

const print = (line: string) => void process.stdout.write(`${line}\n`);
const start = async () => new Shell(config, process.env[POWER_KEY] ?? '', print).start();
start().catch((error: unknown) => {
  process.stderr.write(`${config.name}: ${String(error)}\n`);
  process.exit(1);
});
