/** What virtual links do with what is sent over them, and what they say of themselves. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock.js';
import { seeded } from '../../../src/random.js';
import type { Exchange } from '../../../src/reference/client.js';
import { type Host, SimWay } from '../../../src/runtime/sim/connection.js';
import { SimLink } from '../../../src/runtime/sim/link.js';
import { SimLinks } from '../../../src/runtime/sim/sim-links.js';
import type { CutMode, Stream } from '../../../src/topology/grudge.js';

function stand() {
  const clock = new VirtualClock();
  const link = new SimLink('a->b', clock, seeded(1));
  const links = new SimLinks(clock, new Map([['a->b', link]]));
  const arrived: { path: string; at: number }[] = [];
  const host: Host = {
    isRunning: true,
    take({ path }, connection, reply) {
      arrived.push({ path, at: clock.now() });
      if (path === '/nobody') connection.end('the connection was closed');
      else reply(200, 'x'.repeat(1000));
    },
    left() {},
  };
  const way = new SimWay(link, host);
  /** What has become of an exchange after so long, ms. */
  const come = async (ms: number, exchange: Promise<Exchange>): Promise<Exchange | 'nothing yet'> => {
    let result: Exchange | 'nothing yet' = 'nothing yet';
    exchange.then((one) => {
      result = one;
    });
    const until = clock.now() + ms;
    await clock.pass(() => new Promise<void>((resolve) => void clock.timer(until - clock.now(), resolve)));
    return result;
  };
  const cut = (mode: CutMode, ...streams: Stream[]) => ({ mode, cuts: [{ link: 'a->b', streams }] });
  const toxic = (type: string, attributes: Record<string, number>, stream: Stream = 'downstream') => ({
    toxics: [{ link: 'a->b', stream, type, toxicity: 1, attributes }],
  });
  return {
    clock,
    link,
    links,
    way,
    arrived,
    come,
    cut,
    toxic,
    get: (path: string) => way.exchange('GET', path, ''),
  };
}

describe('a virtual link', () => {
  it('brings what is sent there and back, within a millisecond', async () => {
    const { get, come, arrived } = stand();
    expect(await come(1, get('/'))).toMatchObject({ kind: 'answer', status: 200 });
    expect(arrived[0]?.at).toBeGreaterThan(0);
  });

  it('leaves in doubt what nobody took, and what was given up', async () => {
    const { get, come, way } = stand();
    expect(await come(1, get('/nobody'))).toEqual({ kind: 'doubt', error: 'the connection was closed' });
    const giving = new AbortController();
    const asked = way.exchange('GET', '/', '', giving.signal);
    giving.abort();
    expect(await come(1, asked)).toEqual({ kind: 'doubt', error: 'timed out' });
    expect(await come(1, way.exchange('GET', '/', '', giving.signal))).toMatchObject({ kind: 'unsent' });
  });

  it('that refuses closes what is open, and takes nothing new', async () => {
    const { get, come, links, cut } = stand();
    const asked = get('/');
    await links.apply('fault-1', cut('refuse', 'upstream', 'downstream'));
    expect(await come(1, asked)).toMatchObject({ kind: 'doubt' });
    expect(await come(1, get('/'))).toEqual({ kind: 'unsent', error: 'connection refused' });
    await links.heal('fault-1');
    expect(await come(1, get('/'))).toMatchObject({ kind: 'answer' });
  });

  it('that drops loses what is sent, in the direction that is meant, and closes at the heal what lost something', async () => {
    const { get, come, links, cut, arrived } = stand();
    await links.apply('fault-1', cut('drop', 'downstream'));
    const asked = get('/one');
    expect(await come(10_000, asked)).toBe('nothing yet');
    expect(arrived).toHaveLength(1);
    await links.heal('fault-1');
    expect(await come(1, asked)).toMatchObject({ kind: 'doubt' });
    await links.apply('fault-2', cut('drop', 'upstream'));
    expect(await come(10_000, get('/two'))).toBe('nothing yet');
    expect(arrived).toHaveLength(1);
  });

  it('that stalls holds what is sent, and delivers it after the heal', async () => {
    const { get, come, links, cut, arrived } = stand();
    await links.apply('fault-1', cut('stall', 'upstream'));
    const asked = get('/');
    expect(await come(10_000, asked)).toBe('nothing yet');
    expect(arrived).toHaveLength(0);
    await links.heal('fault-1');
    expect(await come(1, asked)).toMatchObject({ kind: 'answer' });
  });

  it('keeps what one fault holds when another is healed', async () => {
    const { get, come, links, cut } = stand();
    await links.apply('fault-1', cut('stall', 'upstream'));
    await links.apply('fault-2', cut('stall', 'upstream'));
    const asked = get('/');
    await links.heal('fault-1');
    expect(await come(10, asked)).toBe('nothing yet');
    await links.heal('fault-2');
    expect(await come(1, asked)).toMatchObject({ kind: 'answer' });
  });

  it.each([
    ['latency', { latency: 100, jitter: 20 }, 80, 121.1],
    ['bandwidth', { rate: 10 }, 108, 109.1],
    ['slicer', { average_size: 100, size_variation: 0, delay: 10_000 }, 110, 111.1],
  ])('makes answers late by %s', async (type, attributes, least, most) => {
    const { get, come, links, toxic } = stand();
    await links.apply('fault-1', toxic(type, attributes));
    const asked = get('/');
    expect(await come(least, asked)).toBe('nothing yet');
    expect(await come(most - least, asked)).toMatchObject({ kind: 'answer' });
  });

  it.each([
    ['timeout', { timeout: 50 }, 50],
    ['reset_peer', { timeout: 0 }, 0],
    ['limit_data', { bytes: 500 }, 0],
  ])('ends connections by %s', async (type, attributes, least) => {
    const { get, come, links, toxic } = stand();
    await links.apply('fault-1', toxic(type, attributes));
    expect(await come(least + 1.1, get('/'))).toMatchObject({ kind: 'doubt' });
  });

  it('lets a toxic hit the connections that drew it, and those for good', async () => {
    const { come, links, link } = stand();
    const half = { link: 'a->b', stream: 'upstream' as const, type: 'latency', toxicity: 0.5 };
    await links.apply('fault-1', { toxics: [{ ...half, attributes: { latency: 100 } }] });
    const host: Host = {
      isRunning: true,
      take: (_asked, _from, reply) => reply(200, ''),
      left() {},
    };
    const ways = Array.from({ length: 40 }, () => new SimWay(link, host));
    const rounds: boolean[][] = [];
    for (let round = 0; round < 2; round++) {
      const late: boolean[] = [];
      for (const way of ways) {
        const asked = way.exchange('GET', '/', '');
        late.push((await come(50, asked)) === 'nothing yet');
        await come(100, asked);
      }
      rounds.push(late);
    }
    expect(rounds[1]).toEqual(rounds[0]);
    const hit = rounds[0]!.filter(Boolean).length;
    expect(hit).toBeGreaterThan(5);
    expect(hit).toBeLessThan(35);
  });
});

describe('the witness of a virtual link', () => {
  it('sees what is there, and nothing where nothing was done', async () => {
    const { links, cut, toxic } = stand();
    for (const changed of [
      cut('drop', 'upstream'),
      cut('stall', 'upstream', 'downstream'),
      cut('refuse', 'upstream', 'downstream'),
      toxic('latency', { latency: 5 }),
    ]) {
      expect(await links.look('fault-1', { changed })).toMatchObject({ witnessed: false });
      expect(await links.look('fault-1', { open: ['a->b'] })).toMatchObject({ witnessed: true });
      await links.apply('fault-1', changed);
      expect(await links.look('fault-1', { changed })).toMatchObject({ witnessed: true });
      expect(await links.look('fault-2', { changed })).toMatchObject({ witnessed: false });
      expect(await links.look('fault-1', { open: ['a->b'] })).toMatchObject({ witnessed: false });
      expect(await links.look('fault-2', { open: ['a->b'] })).toMatchObject({ witnessed: true });
      await links.heal('fault-1');
    }
    expect(await links.look('fault-1', {})).toMatchObject({ witnessed: false });
  });

  it('does not take a cut of one stream for one of both', async () => {
    const { links, cut } = stand();
    await links.apply('fault-1', cut('drop', 'upstream'));
    expect(await links.look('fault-1', { changed: cut('drop', 'upstream', 'downstream') })).toEqual({
      witnessed: false,
      evidence: [
        {
          subject: 'a->b',
          expected: 'drop on the upstream, drop on the downstream',
          observed: 'drop on the upstream; the downstream passes',
        },
      ],
    });
  });
});
