/**
 * The entry of the process on a node's edge: the agent, the way in, and with `--toxiproxy` the embedded server.
 *
 *     node runtime/docker/agent/process.js --listen 10.99.0.2:8475 [--api 8474] [--way-in JSON] [--toxiproxy] [--seed N] [--datagrams]
 *         [--closed-to 10.99.0.64/26,...]
 *
 * The secret of the way in is in its environment. It prints one line of JSON once it is ready, `{"event":"listening"}`.
 */
import { BlockList } from 'node:net';
import { parseArgs } from 'node:util';
import { systemClock } from '../../../clock.js';
import { EnvironmentError, messageOf } from '../../../errors.js';
import { freshSeed, seeded } from '../../../random.js';
import { splitHostPort } from '../../../toxiproxy/address.js';
import { startToxiproxy } from '../../../toxiproxy/server.js';
import { startAgent } from './agent.js';
import { openDatagrams } from './datagrams.js';
import { ExpectedGreetings } from './expected-greetings.js';
import { openWayIn, SECRET_VARIABLE, type Way } from './way-in.js';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      listen: { type: 'string', default: '127.0.0.1:8475' },
      api: { type: 'string', default: '8474' },
      toxiproxy: { type: 'boolean', default: false },
      seed: { type: 'string' },
      'way-in': { type: 'string' },
      'closed-to': { type: 'string', default: '' },
      datagrams: { type: 'boolean', default: false },
    },
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
  if (values.toxiproxy) {
    const random = seeded(values.seed ?? freshSeed());
    await startToxiproxy({ listen: `127.0.0.1:${values.api}`, clock: systemClock, random });
  }
  const expected = new ExpectedGreetings();
  const way = values['way-in'];
  const secret = process.env[SECRET_VARIABLE];
  if (way !== undefined) {
    if (!secret) throw new EnvironmentError({ expected: `a secret in ${SECRET_VARIABLE}`, found: 'none' });
    await openWayIn({ ...(JSON.parse(way) as Way), secret }, expected, systemClock);
  }
  const { host, port } = splitHostPort(values.listen);
  const address = { host, port: Number(port) };
  const datagrams = values.datagrams ? await openDatagrams(address, systemClock) : undefined;
  const closedTo = new BlockList();
  for (const range of values['closed-to'].split(',').filter(Boolean)) {
    const [net = '', bits] = range.split('/');
    closedTo.addSubnet(net, Number(bits));
  }
  await startAgent({
    ...address,
    api: Number(values.api),
    expected,
    clock: systemClock,
    datagrams,
    closedTo,
  });
  process.stdout.write(`${JSON.stringify({ event: 'listening' })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(2);
});
