/**
 * The entry of a reference node's or supervisor's process:
 *
 *     node dist/reference/process.js '{"kind":"node","name":"a",...}' [ways.js]
 *
 * The second argument is a module whose `waysOf` gives the ways to nodes of another kind, for a supervisor of such. Events
 * go to standard output, one JSON line each; what went wrong goes to standard error.
 */
import { pathToFileURL } from 'node:url';
import { systemClock as clock, soon } from '../clock.js';
import { HttpClient } from './client.js';
import { listen } from './http.js';
import { POWER_KEY, type Ports, Shell, type ShellConfig, type WaysOf } from './shell.js';
import { Storage } from './storage.js';
import { Peer, Power, patienceOf } from './transport.js';

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
  const { peers } = config;
  const module = process.argv[3];
  const others = module === undefined ? undefined : await waysIn(module);
  const ports: Ports = {
    clock,
    soon,
    print: (line) => void process.stdout.write(`${line}\n`),
    disk: (synced) => new Storage(config.data, synced, config.fsync),
    ways(around) {
      const patience = patienceOf(around.settings);
      const other = others?.(config, around);
      return (peer) => {
        const address = peers[peer];
        if (!address) throw new Error(`expected the address of ${peer} under \`peers\``);
        return other?.(peer, address) ?? new Peer(new HttpClient(address), clock, patience);
      };
    },
    power(patience) {
      const { power } = peers;
      return power && new Power(new HttpClient(power, process.env[POWER_KEY] ?? ''), clock, patience);
    },
  };
  const shell = new Shell(config, ports);
  await listen(config.listen, (...request) => shell.serve(...request));
  shell.start();
} catch (error) {
  process.stderr.write(`${config.name}: ${String(error)}\n`);
  process.exit(1);
}

async function waysIn(module: string): Promise<WaysOf> {
  return ((await import(pathToFileURL(module).href)) as { waysOf: WaysOf }).waysOf;
}
