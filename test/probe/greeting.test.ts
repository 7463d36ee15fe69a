import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/clock.js';
import { greeter } from '../../src/probe/greeting.js';
import type { LinkPlace } from '../../src/runtime/runtime.js';
import type { System } from '../../src/system/system.js';

type Greet = (token: string, signal: AbortSignal) => Promise<void>;

function stand(greet: Greet | undefined) {
  const clock = new VirtualClock(0);
  const system = {
    name: 'scripted',
    ...(greet && {
      greet: (_: unknown, token: string, signal: AbortSignal) => greet(token, signal),
      arrivalOf: () => undefined,
    }),
  } as unknown as System;
  const place = () =>
    ({ link: { name: 'a->b', from: 'a', to: 'b' }, dial: { host: '127.0.0.1', port: 1 } }) as LinkPlace;
  return { clock, ...greeter({ clock, system, place }) };
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
  expect(await late).toMatchObject({ outcome: 'silent', arrived: true, took: 101 });

  const lost = greet('a->b', { answer: 100, arrival: 500 });
  arrived('somebody else');
  clock.advance(101);
  await settle();
  clock.advance(400);
  expect(await lost).toMatchObject({ outcome: 'silent', arrived: false });
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

test('a system that cannot be greeted at all is an error that says what to do', async () => {
  const { greet } = stand(undefined);
  await expect(greet('a->b', { answer: 100 })).rejects.toThrow(
    'system scripted: expected a way to greet its nodes, so that faults on links can be witnessed, found none',
  );
});
