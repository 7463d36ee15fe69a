/**
 * The entry of a reference node's or supervisor's process:
 *
 *     node dist/reference/process.js '{"kind":"node","name":"a",...}' [ways.js]
 *
 * The second argument is a module whose `waysOf` gives the ways to nodes of another kind, for a supervisor of such. Events go to standard output, one JSON line each; what went wrong goes to standard error.
 */
import { pathToFileURL } from 'node:url';
import { POWER_KEY, Shell, type ShellConfig, type Ways } from './shell.js';

const config = JSON.parse(process.argv[2] ?? '{}') as ShellConfig;

process.on('SIGTERM', () => process.exit(0));
process.on('SIGINT', () => process.exit(0));
process.stdout.on('error', () => process.exit(1));
if (config.lifeline) {
  process.stdin.on('end', () => process.exit(0));
  process.stdin.on('error', () => process.exit(0));
  process.stdin.resume();
}

try {
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  const module = process.argv[3];
  const ways =
    module === undefined
      ? {}
      : { ways: ((await import(pathToFileURL(module).href)) as WaysModule).waysOf(config) };
  await new Shell(config, process.env[POWER_KEY] ?? '', print, ways).start();
} catch (error) {
  process.stderr.write(`${config.name}: ${String(error)}\n`);
  process.exit(1);
}

interface WaysModule {
  waysOf(config: ShellConfig): Ways;
}
