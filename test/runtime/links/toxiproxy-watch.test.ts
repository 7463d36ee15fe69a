import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { seeded } from '../../../src/random.js';
import { ask } from '../../../src/runtime/links/proxies/ask.js';
import {
  SILENCE,
  ToxiproxyWatch,
  type WatchedServer,
} from '../../../src/runtime/links/proxies/toxiproxy-watch.js';
import { startToxiproxy } from '../../../src/toxiproxy/server.js';
import { HaltingClock } from '../../halting-clock.js';

const SERVER: WatchedServer = {
  kind: 'given',
  url: 'http://127.0.0.1:8474',
  proxy: 'run.a.b',
  own: 'toxiproxy',
};

/** A server whose answers the test decides, and what the watch on it has told. */
function stand(server: Partial<WatchedServer> = {}) {
  const clock = new HaltingClock();
  const told = { lost: [] as { message: string; since: number }[], late: [] as [string, number, number][] };
  let latency = 1;
  let answer: (url: string) => number | Error | undefined = () => 200;
  let lateness = 0;
  const watch = new ToxiproxyWatch({
    clock,
    servers: [{ ...SERVER, ...server }],
    ownLateness: () => lateness,
    onLost: ({ message }, since) => told.lost.push({ message, since }),
    onLate: (...late) => told.late.push(late),
    ask: (url) =>
      new Promise((resolve, reject) => {
        const given = answer(url);
        if (given === undefined) return;
        clock.timer(latency, () => (typeof given === 'number' ? resolve(given) : reject(given)));
      }),
  });
  onTestFinished(() => watch.stop());
  return {
    clock,
    watch,
    told,
    answers: (how: typeof answer, after = 1) => {
      answer = how;
      latency = after;
    },
    /** Time passes, and what is told meanwhile is heard. */
    async go(ms: number) {
      for (let passed = 0; passed < ms; passed += 5) {
        clock.go(5);
        for (let turn = 0; turn < 5; turn++) await Promise.resolve();
      }
    },
    /** This process stands still, as when it is stopped by a signal. */
    halt(ms: number) {
      lateness += ms;
      clock.stand(ms);
    },
  };
}

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:8474'), { code: 'ECONNREFUSED' });

describe('the watch on a Toxiproxy', () => {
  test('says nothing as long as it answers, late or not', async () => {
    const { told, answers, go } = stand();
    await go(10_000);
    answers(() => 200, 900);
    await go(10_000);
    expect(told.lost).toEqual([]);
  });

  test('one that hangs is lost, since its last good answer, and told of once', async () => {
    const { clock, told, answers, go, watch } = stand();
    await go(1000);
    const before = clock.now();
    answers(() => undefined);
    await go(2 * SILENCE);
    expect(told.lost).toHaveLength(1);
    expect(told.lost[0]?.message).toBe(
      'Toxiproxy at http://127.0.0.1:8474 (given) no longer answers: no answer within 3 s; ' +
        'the links of this drill went through it',
    );
    expect(told.lost[0]?.since).toBeLessThanOrEqual(before);
    expect(told.lost[0]?.since).toBeGreaterThanOrEqual(before - 500);
    expect(watch.lost).toBe(SERVER.url);
  });

  test('one that hangs for less than that is not', async () => {
    const { told, answers, go } = stand();
    await go(1000);
    answers(() => undefined);
    await go(SILENCE - 500);
    answers(() => 200);
    await go(5000);
    expect(told.lost).toEqual([]);
  });

  test('one that refuses connections is lost at once', async () => {
    const { told, answers, go } = stand();
    await go(1000);
    answers(() => refused);
    await go(500);
    expect(told.lost.map(({ message }) => message)).toEqual([expect.stringContaining(refused.message)]);
  });

  test('one reset of a connection is not the end of a server', async () => {
    const { told, answers, go } = stand();
    let resets = 0;
    answers((url) => (url.endsWith('/version') && resets++ % 2 === 0 ? refused : 200));
    await go(5000);
    expect(resets).toBeGreaterThan(5);
    expect(told.lost).toEqual([]);
  });

  test('what keeps this process from asking is no proof, unless it lasts', async () => {
    const { told, answers, go } = stand();
    const full = Object.assign(new Error('connect EMFILE'), { code: 'EMFILE' });
    answers(() => full);
    await go(SILENCE - 500);
    answers(() => 200);
    await go(1000);
    expect(told.lost).toEqual([]);
    answers(() => full);
    await go(SILENCE + 500);
    expect(told.lost.map(({ message }) => message)).toEqual([expect.stringContaining('EMFILE')]);
  });

  test('one that was started anew has none of the proxies, and is lost', async () => {
    const { told, answers, go } = stand();
    await go(1000);
    answers((url) => (url.endsWith('/proxies/run.a.b') ? 404 : 200));
    await go(2000);
    expect(told.lost.map(({ message }) => message)).toEqual([expect.stringContaining('it was started anew')]);
  });

  test('a process of ours that ends is lost at once, with how it ended', async () => {
    let end: (detail: string) => void = () => {};
    const ended = new Promise<string>((resolve) => {
      end = resolve;
    });
    const { told, go } = stand({ ended, kind: 'embedded' });
    await go(1000);
    end('signal SIGKILL (9)');
    await go(10);
    expect(told.lost[0]?.message).toContain(
      '(embedded) no longer answers: its process has ended (signal SIGKILL (9))',
    );
  });

  test('a runner that stood still does not lose it', async () => {
    const { told, go, halt } = stand();
    await go(1000);
    for (let round = 0; round < 20; round++) {
      halt(60_000);
      await go(500);
    }
    expect(told.lost).toEqual([]);
    expect(told.late).toEqual([]);
  });

  test('a late answer of a server of ours is told, less what this process itself was late', async () => {
    const { told, answers, go } = stand();
    await go(1000);
    expect(told.late).toEqual([]);
    answers(() => 200, 150);
    await go(1000);
    expect(told.late.map(([name, , took]) => [name, took])).toEqual(Array(3).fill(['toxiproxy', 150]));
    // Those that were asked meanwhile are late for the same reason.
    answers(() => 200, 1500);
    await go(2240);
    expect(told.late.slice(4).map(([, , took]) => took)).toEqual([1500]);
  });

  test("a late answer of somebody else's server is not: it may be far away", async () => {
    const { own: _own, ...others } = SERVER;
    const { told, answers, go } = stand({ ...others, own: undefined as unknown as string });
    answers(() => 200, 150);
    await go(1000);
    expect(told.late).toEqual([]);
  });

  test('it is there at the end only if it answers what was asked after the end', async () => {
    const { told, answers, go, watch } = stand();
    // What was asked before the end is answered after it, and proves nothing.
    answers(() => 200, 600);
    await go(1010);
    answers(() => undefined);
    let holds: string | undefined;
    void watch.confirm().then(() => {
      holds = told.lost.length > 0 ? 'lost' : 'there';
    });
    await go(SILENCE - 1000);
    expect(holds).toBeUndefined();
    await go(2500);
    expect(holds).toBe('lost');
    const healthy = stand();
    let confirmed = false;
    void healthy.watch.confirm().then(() => {
      confirmed = true;
    });
    await healthy.go(10);
    expect(confirmed).toBe(true);
  });
});

test('a server is asked over a connection of its own, and closed ones are told from hanging ones', async () => {
  const clock = systemClock;
  const server = await startToxiproxy({ listen: '127.0.0.1:0', clock, random: seeded(1) });
  const { signal } = new AbortController();
  expect(await ask(`${server.url}/version`, signal)).toBe(200);
  expect(await ask(`${server.url}/proxies/none`, signal)).toBe(404);
  await server.close();
  await expect(ask(`${server.url}/version`, signal)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
