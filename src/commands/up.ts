/** `drill up`: brings the topology of a drill up and leaves it running, for people to try things on. */
import { UsageError } from '../errors.js';
import type { AskedRuntime } from '../runtime/choose-runtime.js';
import type { Command } from './command.js';
import { configuredDefaults } from './config-file.js';
import { pluginOption } from './plugin-option.js';
import { setUp, standingRuntimeOption } from './run-setup.js';
import { wholeNumberIfGiven } from './whole-number.js';

interface Args {
  file: string;
  runtime: AskedRuntime;
  plugin?: string[];
  out?: string;
  seed?: number;
}

export const up: Command<Args> = {
  command: 'up <file>',
  describe: 'bring the topology of a drill up, print its addresses, and leave it running',
  builder: async (yargs, { cwd }) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'a drill file' })
      .option('runtime', standingRuntimeOption)
      .option('plugin', pluginOption)
      .option('out', {
        type: 'string',
        describe: 'the folder for logs and history [default: .drill/<timestamp>]',
      })
      .option('seed', {
        type: 'string',
        coerce: wholeNumberIfGiven('seed', 0),
        describe: 'the seed of all random choices',
      })
      .config(await configuredDefaults(cwd, ['runtime', 'out', 'seed']))
      .example('$0 up drills/split-brain.yaml', 'nodes, supervisors and links, whole and in sync')
      .epilogue('No clients run and no steps are done. `drill down` removes it again.'),
  async handler({ file, runtime: asked, plugin, out, seed }, io) {
    const { catalog, drills, runtime, live } = await setUp([file], { runtime: asked, plugin }, io);
    const [drill, ...others] = drills;
    if (!drill || others.length > 0) {
      throw new UsageError({ where: file, expected: 'one drill file', found: `${drills.length}` });
    }
    const [{ bringUp }, { addressesText }, { systemClock }] = await Promise.all([
      import('../run/bring-up.js'),
      import('../report/addresses.js'),
      import('../clock.js'),
    ]);
    const shown = live?.open();
    try {
      const addresses = await bringUp({
        catalog,
        drill,
        runtime: runtime.name,
        out,
        seed,
        environment: io.env,
        clock: systemClock,
        signal: io.signal,
        onEvent: (event) => shown?.event(event),
      });
      shown?.close();
      live?.stop();
      io.stdout(`\n${addresses.drill} is up: run ${addresses.run}\n\n${addressesText(addresses)}`);
      return 0;
    } finally {
      live?.stop();
    }
  },
};
