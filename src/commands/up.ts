/** `drill up`: brings the topology of a drill up and leaves it running, for people to try things on. */
import { UsageError } from '../errors.js';
import type { Command } from './command.js';
import { wholeNumberIfGiven } from './whole-number.js';

interface Args {
  file: string;
  runtime: 'auto' | 'docker' | 'process';
  out?: string;
  seed?: number;
}

export const up: Command<Args> = {
  command: 'up <file>',
  describe: 'bring the topology of a drill up, print its addresses, and leave it running',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'a drill file' })
      .option('runtime', {
        choices: ['auto', 'docker', 'process'] as const,
        default: 'auto' as const,
        describe: 'where nodes live; auto takes containers where an engine answers, else local processes',
      })
      .option('out', {
        type: 'string',
        describe: 'the folder for logs and history [default: .drill/<timestamp>]',
      })
      .option('seed', {
        type: 'number',
        coerce: wholeNumberIfGiven('seed', 0),
        describe: 'the seed of all random choices',
      })
      .example('$0 up drills/split-brain.yaml', 'nodes, supervisors and links, whole and in sync')
      .epilogue('No clients run and no steps are done. `drill down` removes it again.'),
  async handler({ file, runtime: asked, out, seed }, io) {
    const [
      { notesOf },
      { loadDrills },
      { bringUp },
      { chooseRuntime },
      { liveTerminal },
      { addressesText },
      { systemClock },
    ] = await Promise.all([
      import('../drill/load.js'),
      import('../run/run-drills.js'),
      import('../run/bring-up.js'),
      import('../run/choose-runtime.js'),
      import('../report/terminal.js'),
      import('../report/addresses.js'),
      import('../clock.js'),
    ]);
    const [drill, ...others] = await loadDrills([file], io.cwd, {}, io.env);
    if (!drill || others.length > 0) {
      throw new UsageError({ where: file, expected: 'one drill file', found: `${others.length + 1}` });
    }
    for (const note of notesOf(drill.drill)) io.stdout(`note: ${note}\n`);
    const runtime = await chooseRuntime({ asked, environment: io.env, clock: systemClock });
    io.stdout(`runtime ${runtime.name}: ${runtime.reason}\n`);
    const live = liveTerminal({
      write: io.stdout,
      columns: io.columns,
      rows: io.rows,
      interactive: io.interactive,
      colors: io.color,
      clock: systemClock,
    });
    const shown = live.open();
    try {
      const addresses = await bringUp({
        drill,
        runtime: runtime.name,
        out,
        seed,
        environment: io.env,
        clock: systemClock,
        signal: io.signal,
        onEvent: (event) => shown.event(event),
      });
      shown.close();
      live.stop();
      io.stdout(`\n${addresses.drill} is up: run ${addresses.run}\n\n${addressesText(addresses)}`);
      return 0;
    } finally {
      live.stop();
    }
  },
};
