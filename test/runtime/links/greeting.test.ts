import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { systemClock, VirtualClock } from '../../../src/clock.js';
import { greetingsOf } from '../../../src/run/greetings.js';
import type { LinkPlace } from '../../../src/runtime/links/cluster.js';
import { greeter } from '../../../src/runtime/links/greeting.js';
import type { System } from '../../../src/system/system.js';

type Greet = (token: string, signal: AbortSignal) => Promise<void>;

function stand(greet: Greet | undefined, port?: number) {
  const clock = new VirtualClock(0);
  const system = {
    name: 'scripted',
    ...(greet && {
      greet: (_: unknown, token: string, signal: AbortSignal) => greet(token, signal),
      arrivalOf: () => undefined,
    }),
  } as unknown as System;
  const greetings = greetingsOf(() => system);
  const place = () =>
    ({ link: { name: 'a->b', from: 'a', to: 'b', port }, dial: { host: '127.0.0.1', port: 1 } }) as LinkPlace;
  return { clock, ...greeter({ clock, place, greetings }) };
}
const never = () => new Promise<void>(() => {});
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

test('answered: it has arrived, whatever the log says', async () => {
  const { greet } = stand(async () => {});
  expect(await greet('a->b', { answer: 100 })).toEqual({ outcome: 'answered', arrived: true, took: 0 });
});

test('silent: when time is up, and whoever sent it is told to give up', async () => {
  let signal: AbortSignal | undefined;
  const { greet, clock } = stand((_, given) => {
    signal = given;
    return never();
  });
  const greeting = greet('a->b', { answer: 100 });
  clock.advance(101);
  expect(await greeting).toEqual({ outcome: 'silent', arrived: false, took: 101 });
  expect(signal?.aborted).toBe(true);
});

test('silent, but seen to arrive: at once or later, as long as it may take', async () => {
  let token = '';
  const { greet, clock, arrived } = stand((given) => {
    token = given;
    return never();
  });
  const early = greet('a->b', { answer: 100 });
  arrived(token);
  clock.advance(101);
  expect(await early).toMatchObject({ outcome: 'silent', arrived: true });

  const late = greet('a->b', { answer: 100, arrival: 500 });
  clock.advance(101);
  await settle();
  clock.advance(200);
  arrived(token);
  await settle();
  clock.advance(101);
  expect(await late).toMatchObject({ outcome: 'silent', arrived: true, took: 402 });

  const lost = greet('a->b', { answer: 100, arrival: 500 });
  arrived('somebody else');
  clock.advance(101);
  await settle();
  clock.advance(400);
  expect(await lost).toMatchObject({ outcome: 'silent', arrived: false });
});

test('one that is slow to arrive is not given up before, and its answer is heard', async () => {
  let [token, answer] = ['', () => {}];
  let signal: AbortSignal | undefined;
  const { greet, clock, arrived } = stand((given, ending) => {
    [token, signal] = [given, ending];
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  const greeting = greet('a->b', { answer: 100, arrival: 500 });
  clock.advance(101);
  await settle();
  clock.advance(200);
  expect(signal?.aborted).toBe(false);
  arrived(token);
  await settle();
  clock.advance(90);
  answer();
  expect(await greeting).toMatchObject({ outcome: 'answered', arrived: true, took: 391 });
});

test('refused and closed are told apart, wherever the reason stands in the error', async () => {
  const refused = await new Promise<Error>((resolve) => void connect(1, '127.0.0.1').once('error', resolve));
  const wrapped = new Error('fetch failed', { cause: refused });
  const both = new AggregateError([new Error('no route'), refused]);
  for (const [error, outcome] of [
    [refused, 'refused'],
    [wrapped, 'refused'],
    [both, 'refused'],
    [new Error('socket hang up'), 'closed'],
    [Object.assign(new Error('read'), { code: 'ECONNRESET' }), 'closed'],
  ] as const) {
    const { greet } = stand(() => Promise.reject(error));
    expect(await greet('a->b', { answer: 100 })).toMatchObject({ outcome, arrived: false });
  }
});

test('where nobody takes greetings, none is sent: a system that has no answer, a further port', async () => {
  expect(await stand(undefined).greet('a->b', { answer: 100 })).toBeUndefined();
  let greeted = false;
  const further = stand(async () => {
    greeted = true;
  }, 26379);
  expect(await further.greet('a->b', { answer: 100 })).toBeUndefined();
  expect(greeted).toBe(false);
});

/** Edges that open no doors. */
const CLOSED = { door: async () => undefined, knock: () => undefined };

test("a link's own end is greeted in place of whoever listens behind it, on whichever port", async () => {
  const clock = new VirtualClock(0);
  const closed: string[] = [];
  const place = (name: string) =>
    ({ link: { name, from: 'a', to: 'b', port: 26379 }, greetable: name === 'a->b:26379' }) as LinkPlace;
  let send = async () => {};
  const { greet } = greeter({
    clock,
    place,
    edges: {
      ...CLOSED,
      async greeting(link, token, onArrival) {
        // Making ready takes its time, which is not the greeting's.
        clock.advance(50);
        if (token.length > 64 || !/^[0-9a-z-]+$/.test(token)) throw new Error('expected a token');
        onArrival();
        return { send: () => send(), close: () => void closed.push(link) };
      },
    },
  });
  expect(await greet('a->b:26379', { answer: 100 })).toEqual({ outcome: 'answered', arrived: true, took: 0 });
  expect(closed).toEqual(['a->b:26379']);
  expect(await greet('a->c', { answer: 100 })).toBeUndefined();
  send = () => Promise.reject(new Error('closed'));
  expect(await greet('a->b:26379', { answer: 100 })).toMatchObject({ outcome: 'closed', arrived: true });
  expect(closed).toHaveLength(2);
});

test('a greeting that was closed before its arrival was told has arrived all the same', async () => {
  const { greet } = greeter({
    clock: systemClock,
    place: () => ({ link: { name: 'a->b', from: 'a', to: 'b' }, greetable: true }) as LinkPlace,
    edges: {
      ...CLOSED,
      async greeting(_link, _token, onArrival) {
        const send = () => {
          systemClock.timer(10, onArrival);
          return Promise.reject(new Error('closed'));
        };
        return { send, close: () => {} };
      },
    },
  });
  expect(await greet('a->b', { answer: 150 })).toMatchObject({ outcome: 'closed', arrived: true });
});

test("a link's end that is gone is an error that names it", async () => {
  const clock = new VirtualClock(0);
  const { greet } = greeter({
    clock,
    place: () => ({ greetable: true }) as LinkPlace,
    edges: { ...CLOSED, greeting: () => never() as Promise<never> },
  });
  const greeting = greet('a->b', { answer: 100 });
  clock.advance(10_000);
  await expect(greeting).rejects.toThrow('the end of a->b took longer than 10000 ms');
});
