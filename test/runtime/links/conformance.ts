/** What links must do, whichever Toxiproxy server carries them, and also where none does. */

import { connect, createServer, type Socket } from 'node:net';
import type { Toxiproxy } from 'toxiproxy-node-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import type { StatefulLinks } from '../../../src/runtime/links/links.js';
import { openToxiproxy, type ServerChoice } from '../../../src/runtime/links/proxies/server.js';
import { openLinks, proxyName } from '../../../src/runtime/links/proxies/toxiproxy-links.js';
import type { CutMode, Stream } from '../../../src/topology/grudge.js';
import { atEnd, shared } from '../../lifetime.js';
import { eventually, mesh, openProcesses } from '../opened.js';

const BOTH: Stream[] = ['upstream', 'downstream'];

/** The names of faults that tests use. */
const FAULTS = ['fault-1', 'fault-2', 'fault-3'];

/** How many words go there and back over the other link, one after the other, until something counts as not arriving. */
const WORDS = 3;

/** Two nodes, a and b, that remember what they were sent and answer `<text>!`, with a link in each direction. */
export interface Stand {
  links: StatefulLinks;
  run: string;
  /** What arrived: `b one`. */
  arrived: string[];
  /** A new connection over a link. */
  dial(link: string): Dialled;
  /** Of the server that carries the link; there is none where packets cross it as they are. */
  clientOf?(link: string): Toxiproxy;
  /** Makes it impossible to change a link; gives what is to be said of the next attempt. */
  spoil?(link: string): Promise<RegExp>;
}

export interface LinkSubject {
  /** Left out: packets cross the links as they are, and what is lost of a connection is sent again by its ends. */
  packets?: true;
  /** Opens a stand that goes away at the end. */
  open(): Promise<Stand>;
}

/** Links between servers of this process, over a Toxiproxy of this machine. */
export function localLinks(choice: Partial<ServerChoice>): LinkSubject {
  const onThisMachine = choice.path === undefined ? 'embedded' : 'toxiproxy-server on PATH';
  const expected = choice.asked?.kind === 'url' ? choice.asked.url : onThisMachine;
  return {
    async open() {
      const { cluster, run } = await openProcesses({ nodes: ['a', 'b'], links: mesh('a', 'b') });
      const { client, server } = await openToxiproxy({ clock, hosts: cluster.hosts, ...choice });
      expect(server).toBe(expected);
      const places = mesh('a', 'b').map((link) => cluster.places.link(link.name));
      const links = await openLinks({ client, clock, run }, places);
      const arrived: string[] = [];
      for (const node of ['a', 'b']) {
        const nodeServer = createServer((socket) => {
          socket.on('error', () => {});
          socket.on('data', (data) => {
            arrived.push(`${node} ${data}`);
            socket.write(`${data}!`);
          });
        });
        await new Promise<void>((resolve) => nodeServer.listen(cluster.places.listen(node), resolve));
        atEnd(() => void nodeServer.close());
      }
      const dial = (link: string) => dialled(async () => connect(cluster.places.link(link).dial));
      return { links, run, arrived, dial, clientOf: () => client, spoil: proxyRemoved(() => client, run) };
    },
  };
}

/** Spoils a link by removing its proxy behind the links' back. */
export function proxyRemoved(
  clientOf: (link: string) => Toxiproxy,
  run: string,
): NonNullable<Stand['spoil']> {
  return async (link) => {
    await (await clientOf(link).get(proxyName(run, link))).remove();
    return new RegExp(
      `Toxiproxy at http.*: expected "add toxic fault-1_upstream on ${link}" to be done, found .*404`,
    );
  };
}

export function linkConformance(name: string, { open, packets }: LinkSubject): void {
  /** What only a server can do. */
  const served = (what: string, work: () => Promise<void>) => (packets ? undefined : test(what, work));
  const cut = (mode: CutMode, link = 'a->b', streams = BOTH) => ({ mode, cuts: [{ link, streams }] });

  describe(`links over ${name}`, () => {
    const ready = shared(open);
    let tests = 0;
    /** The stand that the tests share, healed. What each says is marked, and it hears of nothing else. */
    const own = async () => {
      const stand = await ready();
      for (const fault of FAULTS) await stand.links.heal(fault);
      const mark = `${++tests}.`;
      const without = (text: string) => text.replaceAll(mark, '');
      return {
        ...stand,
        arrived: () => stand.arrived.filter((one) => one.includes(` ${mark}`)).map(without),
        /** Until whatever was said before would have arrived, if it could. */
        async overtaken() {
          for (let word = 0; word < WORDS; word++)
            expect(await stand.dial('b->a').ask(`meanwhile ${word}`)).toBe(`meanwhile ${word}!`);
        },
        dial(link: string) {
          const { say, text, heard, ask, ended } = stand.dial(link);
          return {
            say: (words: string) => say(mark + words),
            text: () => without(text()),
            heard: (words: string) => heard(mark + words),
            ask: async (words: string) => without(await ask(mark + words)),
            ended,
          };
        },
      };
    };
    test('carry bytes in both directions, each link by itself', async () => {
      const stand = await own();
      expect(await stand.dial('a->b').ask('one')).toBe('one!');
      expect(await stand.dial('b->a').ask('two')).toBe('two!');
      await eventually('both arrive', () => stand.arrived().length === 2 || undefined);
      // Each node tells in its own time.
      expect(stand.arrived().sort()).toEqual(['a two', 'b one']);
      expect(await stand.links.state('a->b')).toMatchObject({ enabled: true, toxics: [] });
    });

    test('refuse: live connections close, new ones are refused, and after the heal all is as before', async () => {
      const { links, dial } = await own();
      const before = dial('a->b');
      expect(await before.ask('one')).toBe('one!');
      await links.apply('fault-1', cut('refuse'));
      // Packets are refused as they come.
      if (packets) before.say('two');
      expect(await before.ended()).toBe('closed');
      expect(await dial('a->b').ended()).toBe('ECONNREFUSED');
      expect(await dial('b->a').ask('two')).toBe('two!');
      expect((await links.state('a->b')).enabled).toBe(false);
      await links.heal('fault-1');
      expect(await dial('a->b').ask('three')).toBe('three!');
    });

    served(
      'drop: bytes vanish on live and on new connections, and are not delivered after the heal',
      async () => {
        const { links, dial, arrived, overtaken } = await own();
        const before = dial('a->b');
        expect(await before.ask('one')).toBe('one!');
        await links.apply('fault-1', cut('drop'));
        await eventually('it arrives', () => arrived()[0]);
        before.say('lost');
        dial('a->b').say('lost too');
        await overtaken();
        expect(arrived()).toEqual(['b one']);
        await links.heal('fault-1');
        expect(await dial('a->b').ask('two')).toBe('two!');
        await eventually('it arrives', () => arrived()[1]);
        expect(arrived()).toEqual(['b one', 'b two']);
      },
    );

    const holding = packets ? 'drop' : 'stall';
    test(`${holding}: bytes are held, and delivered after the heal`, async () => {
      const { links, dial, arrived, overtaken } = await own();
      const before = dial('a->b');
      expect(await before.ask('one')).toBe('one!');
      await links.apply('fault-1', cut(holding));
      await eventually('it arrives', () => arrived()[0]);
      before.say('held');
      await overtaken();
      expect(arrived()).toEqual(['b one']);
      await links.heal('fault-1');
      expect(await before.heard('held!')).toBe(true);
      await eventually('it arrives', () => arrived()[1]);
      expect(arrived()).toEqual(['b one', 'b held']);
    });

    for (const mode of packets ? (['drop'] as const) : (['drop', 'stall'] as const)) {
      test(`${mode} of the upstream alone: nothing arrives`, async () => {
        const { links, dial, arrived, overtaken } = await own();
        await links.apply('fault-1', cut(mode, 'a->b', ['upstream']));
        const connection = dial('a->b');
        connection.say('one');
        await overtaken();
        expect([arrived(), connection.text()]).toEqual([[], '']);
      });

      test(`${mode} of the downstream alone: it arrives, and no answer comes back`, async () => {
        const { links, dial, arrived, overtaken } = await own();
        const connection = dial('a->b');
        // Packets need both directions for a connection to come about.
        const before = packets ? ['zero'] : [];
        for (const word of before) {
          await connection.ask(word);
          await eventually('it arrives', () => arrived()[0]);
        }
        await links.apply('fault-1', cut(mode, 'a->b', ['downstream']));
        connection.say('one');
        await eventually('it arrives', () => arrived()[before.length]);
        await overtaken();
        const all = [...before, 'one'].map((word) => `b ${word}`);
        expect([arrived(), connection.text()]).toEqual([all, before.map((word) => `${word}!`).join('')]);
      });
    }

    test('overlapping faults heal apart: a link is open when the last one that cuts it is healed', async () => {
      const { links, dial } = await own();
      await links.apply('fault-1', cut('refuse'));
      await links.apply('fault-2', cut('refuse'));
      await links.apply('fault-3', cut('drop'));
      await links.heal('fault-1');
      expect(await dial('a->b').ended()).toBe('ECONNREFUSED');
      await links.heal('fault-2');
      expect((await links.state('a->b')).toxics.map((toxic) => toxic.name).sort()).toEqual([
        'fault-3_downstream',
        'fault-3_upstream',
      ]);
      await links.heal('fault-3');
      expect(await dial('a->b').ask('one')).toBe('one!');
    });

    test('changes at the same time do not overtake each other', async () => {
      const { links, dial } = await own();
      for (let round = 0; round < 10; round++) {
        const first = links.apply('fault-1', cut('refuse'));
        const second = links.heal('fault-1');
        await Promise.all([first, second]);
        expect((await links.state('a->b')).enabled).toBe(true);
      }
      expect(await dial('a->b').ask('one')).toBe('one!');
    });

    served('toxics do what they say', async () => {
      const { links, dial } = await own();
      const toxic = { link: 'a->b', toxicity: 1 } as const;
      await links.apply('fault-1', {
        toxics: [
          { ...toxic, stream: 'downstream', type: 'latency', attributes: { latency: 120, jitter: 0 } },
          { ...toxic, stream: 'upstream', type: 'noop', attributes: {} },
        ],
      });
      const start = clock.now();
      expect(await dial('a->b').ask('one')).toBe('one!');
      expect(clock.now() - start).toBeGreaterThanOrEqual(119);
      await links.heal('fault-1');
      expect(await links.state('a->b')).toEqual({ enabled: true, toxics: [] });
    });

    test('a change that fails half way can still be healed', async () => {
      const { links, spoil, dial } = await open();
      const complaint = (await spoil?.('b->a')) ?? expect.fail('no way to spoil a link');
      const cuts = ['a->b', 'b->a'].map((link) => ({ link, streams: BOTH }));
      await expect(links.apply('fault-1', { mode: 'drop', cuts })).rejects.toThrow(complaint);
      await links.heal('fault-1');
      expect(await dial('a->b').ask('one')).toBe('one!');
    });

    test('healing what was never applied changes nothing', async () => {
      const { links, dial } = await own();
      await links.heal('fault-9');
      expect(await dial('a->b').ask('one')).toBe('one!');
    });

    served("closing removes the run's proxies and no others", async () => {
      const { links, clientOf } = await open();
      const client = clientOf?.('a->b') ?? expect.fail('no server');
      await client.createProxy({ name: 'theirs', listen: '127.0.0.1:0', upstream: '127.0.0.1:1' });
      onTestFinished(() =>
        client
          .get('theirs')
          .then((proxy) => proxy.remove())
          .catch(() => undefined),
      );
      await links.close();
      expect(Object.keys(await client.getAll())).toEqual(['theirs']);
    });
  });
}

export type Dialled = ReturnType<typeof dialled>;

/** A connection, and what came back on it. What is said before it is there waits for it. */
export function dialled(open: () => Promise<Socket>) {
  let text = '';
  let end: string | undefined;
  const fail = (error: NodeJS.ErrnoException) => {
    end ??= error.code ?? String(error);
  };
  const opened = open().then((socket) => {
    onTestFinished(() => void socket.destroy());
    socket.on('data', (data) => {
      text += String(data);
    });
    socket.on('error', fail);
    socket.on('close', () => {
      end ??= 'closed';
    });
    return socket;
  });
  opened.catch(fail);
  const say = (what: string) =>
    void opened.then(
      (socket) => socket.write(what),
      () => undefined,
    );
  const heard = (wanted: string) =>
    eventually(`${JSON.stringify(wanted)} comes back`, () => {
      if (text.includes(wanted)) return true;
      // Nothing more will come.
      if (end !== undefined) throw new Error(`expected "${wanted}", found "${text}" and the end (${end})`);
      return undefined;
    });
  return {
    say,
    text: () => text,
    heard,
    async ask(what: string) {
      say(what);
      await heard(`${what}!`);
      return text.slice(text.indexOf(what));
    },
    ended: () => eventually('the connection ends', () => end),
  };
}
