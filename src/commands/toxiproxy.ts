/** `drill toxiproxy`: the embedded Toxiproxy server in the foreground. */
import type { Command } from './command.js';
import { wholeNumberIfGiven } from './whole-number.js';

export const toxiproxy: Command<{ listen: string; seed?: number }> = {
  command: 'toxiproxy',
  describe: "run the embedded Toxiproxy server (Toxiproxy's HTTP API) in the foreground",
  builder: (yargs) =>
    yargs
      .option('listen', {
        type: 'string',
        default: '127.0.0.1:8474',
        describe: 'host:port of the HTTP API; port 0 picks one',
      })
      .option('seed', {
        type: 'string',
        coerce: wholeNumberIfGiven('seed', 0),
        describe: 'seed for toxicity, jitter and slicing',
      }),
  async handler({ listen, seed }, io) {
    const [{ startToxiproxy }, { systemClock }, { freshSeed, seeded }] = await Promise.all([
      import('../toxiproxy/server.js'),
      import('../clock.js'),
      import('../random.js'),
    ]);
    const server = await startToxiproxy({ listen, clock: systemClock, random: seeded(seed ?? freshSeed()) });
    io.stdout(`toxiproxy listens on ${server.url}\n`);
    if (!io.signal.aborted) {
      await new Promise((resolve) => io.signal.addEventListener('abort', resolve, { once: true }));
    }
    await server.close();
    return 130;
  },
};
