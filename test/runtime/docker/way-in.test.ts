/** What comes in to a node, without containers: on loopback. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { freshId, freshSecret } from '../../../src/random.js';
import { ExpectedGreetings } from '../../../src/runtime/docker/agent/expected-greetings.js';
import { answerLine, greetingLine } from '../../../src/runtime/docker/agent/greeting-line.js';
import { openWayIn } from '../../../src/runtime/docker/agent/way-in.js';
import { Ports, reserveBlock } from '../../../src/runtime/ports.js';
import { dialled } from '../links/conformance.js';
import { eventually } from '../opened.js';

const [NODE, EDGE, PEER] = ['127.0.0.1', '127.0.0.9', '127.0.0.5'];
const SECRET = freshSecret();
const PORTS = new Ports(await reserveBlock(freshId()));

/** A node whose connections do what `serve` says, and the way in to it. Without it nobody listens. */
async function stand(serve?: (socket: Socket) => void) {
  /** What each connection brought to the node, and how it ended. */
  const visits: { said: string; end?: string }[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const seen: (typeof visits)[number] = { said: '' };
    visits.push(seen);
    socket.on('error', ({ name, code }: NodeJS.ErrnoException) => {
      seen.end ??= code ?? name;
    });
    socket.on('data', (data) => {
      seen.said += data.toString('latin1');
    });
    socket.on('end', () => {
      seen.end ??= 'end';
      if (!serve || serve.length === 0) socket.end();
    });
    serve?.(socket);
  });
  // Of the kernel's own choice, a port where nobody listens could be the one that a connection to it begins at.
  const [port = 0] = await PORTS.take(1);
  if (serve) {
    await new Promise<void>((resolve) => server.listen(port, NODE, resolve));
    onTestFinished(() => void server.close());
  }
  const expected = new ExpectedGreetings();
  const way = { listen: EDGE, to: NODE, ports: [port], sources: { [PEER]: NODE }, secret: SECRET };
  const servers = await openWayIn(way, expected, clock);
  onTestFinished(() => servers.forEach((one) => void one.close()));
  const comeIn = (options = {}) =>
    connect({ host: EDGE, port, localAddress: PEER, noDelay: true, ...options });
  const dial = () => dialled(async () => comeIn());
  return { dial, comeIn, visits, expected, entrance: { peer: PEER, port } };
}

const echo = (socket: Socket) => void socket.pipe(socket);
const listen = (_: Socket) => {};

test('a greeting is answered and told of; the node sees a connection that says nothing', async () => {
  const { dial, visits, expected, entrance } = await stand(echo);
  let arrived = false;
  expected.expect('t-1', entrance, () => {
    arrived = true;
  });
  const greeting = dial();
  greeting.say(greetingLine(SECRET, 't-1'));
  await greeting.heard(answerLine('t-1'));
  expect(greeting.text()).toBe(answerLine('t-1'));
  expect(arrived).toBe(true);
  await eventually('the node sees its end', () => visits[0]?.end);
  expect(visits).toMatchObject([{ said: '' }]);
});

test('one that nobody expects any more, such as one that was held by a link, goes no further either', async () => {
  const { dial, visits } = await stand(echo);
  const greeting = dial();
  greeting.say(greetingLine(SECRET, 'late'));
  await greeting.heard(answerLine('late'));
  await eventually('the node sees its end', () => visits[0]?.end);
  expect(visits[0]?.said).toBe('');
});

test('a node that speaks first is heard before its peer has said a word, and before the answer', async () => {
  const { dial } = await stand((socket) => void socket.write('220 ready\r\n'));
  const silent = dial();
  await silent.heard('220 ready\r\n');
  silent.say(greetingLine(SECRET, 't-1'));
  await silent.heard(answerLine('t-1'));
  expect(silent.text()).toBe(`220 ready\r\n${answerLine('t-1')}`);
});

test('bytes reach the node as they were, in their order, however much they resemble a greeting', async () => {
  const { comeIn, visits } = await stand(listen);
  const line = greetingLine(SECRET, 'a');
  const letters = fc.string({ unit: fc.constantFrom('d', 'r', 'X', '\n', '\0', 'ÿ'), maxLength: 40 });
  const said = fc
    .tuple(fc.nat(line.length - 3), letters)
    .map(([length, rest]) => `${line.slice(0, length)}X${rest}`);
  await fc.assert(
    fc.asyncProperty(said, fc.array(fc.nat(60), { maxLength: 4 }), async (text, at) => {
      const before = visits.length;
      const socket = comeIn();
      await once(socket, 'connect');
      const ends = [...at.map((one) => Math.min(one, text.length)), text.length];
      let from = 0;
      for (const end of ends.sort((one, other) => one - other)) {
        await new Promise((done) => socket.write(Buffer.from(text.slice(from, end), 'latin1'), done));
        from = end;
      }
      const seen = await eventually('it comes in', () => visits[before]);
      await eventually('all of it arrives', () => seen.said.length >= text.length || undefined);
      expect(seen).toEqual({ said: text });
      socket.destroy();
    }),
    { numRuns: 60 },
  );
});

test('the beginning of a greeting that nothing follows is passed on after a moment', async () => {
  const { dial, visits } = await stand(listen);
  dial().say('drill-gr');
  await eventually('it arrives', () => visits[0]?.said === 'drill-gr' || undefined);
});

test.each(['', 'drill-gr', 'hello'])(
  'an end after "%s" is passed on, and the node can still answer',
  async (said) => {
    const { comeIn, visits } = await stand((socket) => void socket.on('end', () => socket.end('bye')));
    const socket = comeIn();
    socket.end(said);
    let heard = '';
    for await (const chunk of socket) heard += chunk;
    expect(heard).toBe('bye');
    expect(visits).toEqual([{ said, end: 'end' }]);
  },
);

test('a node that ends first is heard ending, and still hears', async () => {
  const { comeIn, visits } = await stand((socket) => void socket.end('go on'));
  const socket = comeIn({ allowHalfOpen: true });
  socket.resume();
  await once(socket, 'end');
  socket.end('that was all');
  await eventually('it arrives', () => visits[0]?.end);
  expect(visits).toEqual([{ said: 'that was all', end: 'end' }]);
});

test('who is gone is gone for the other side too', async () => {
  const sockets: Socket[] = [];
  const { dial, comeIn, visits } = await stand((socket) => void sockets.push(socket));
  const cut = dial();
  await eventually('it comes in', () => sockets[0]);
  sockets[0]?.resetAndDestroy();
  expect(await cut.ended()).toMatch(/closed|ECONNRESET/);
  const gone = comeIn();
  await eventually('it comes in', () => sockets[1]);
  gone.resetAndDestroy();
  await eventually('the node sees it', () => visits[1]?.end);
});

test('much goes through in both directions, byte for byte', async () => {
  const { comeIn } = await stand(echo);
  const sent = Buffer.alloc(8e6, 'drill-greeting ');
  const socket = comeIn();
  socket.end(sent);
  const heard: Buffer[] = [];
  for await (const chunk of socket) heard.push(chunk as Buffer);
  expect(Buffer.concat(heard).equals(sent)).toBe(true);
});

test('where nobody listens, a connection is closed at once; while a greeting is expected, that is answered', async () => {
  const { dial, expected, entrance } = await stand();
  expect(await dial().ended()).toBe('closed');

  const stop = expected.expect('t-1', entrance, () => {});
  const elsewhere = expected.expect('t-2', { ...entrance, port: 1 }, () => {});
  onTestFinished(elsewhere);
  const silent = dial();
  // Whoever speaks is seen to be no greeting, and has no reason to wait.
  const speaking = dial();
  speaking.say('PING\r\n');
  expect(await speaking.ended()).toMatch(/closed|ECONNRESET/);
  const greeting = dial();
  greeting.say(greetingLine(SECRET, 't-1'));
  await greeting.heard(answerLine('t-1'));
  expect(await silent.ended()).toBe('closed');
  stop();
});

test('what is held back for a greeting that does not come is closed when that is given up', async () => {
  const { dial, expected, entrance } = await stand();
  const stop = expected.expect('t-1', entrance, () => {});
  const silent = dial();
  const other = dial();
  other.say('PING\r\n');
  await other.ended();
  let ended: string | undefined;
  const end = silent.ended().then((how) => {
    ended = how;
  });
  // The one that came later has ended by now.
  const third = dial();
  third.say('PING\r\n');
  await third.ended();
  expect(ended).toBeUndefined();
  stop();
  await end;
  expect(ended).toBe('closed');
});

test('a node that closes whoever comes is greeted all the same', async () => {
  const { dial, expected, entrance } = await stand((socket) => void socket.end());
  expect(await dial().ended()).toBe('closed');
  expected.expect('t-1', entrance, () => {});
  const greeting = dial();
  greeting.say(greetingLine(SECRET, 't-1'));
  await greeting.heard(answerLine('t-1'));
});
