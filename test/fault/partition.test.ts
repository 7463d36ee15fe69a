import { expect, test } from 'vitest';
import type { Clock } from '../../src/clock.js';
import { kill } from '../../src/fault/kill.js';
import { partition } from '../../src/fault/partition.js';
import { pause } from '../../src/fault/pause.js';
import { ANSWER, SILENCE } from '../../src/runtime/links/expectation.js';
import { proxyName } from '../../src/runtime/links/proxies/toxiproxy-links.js';
import { echoSystem, openStand, view } from './stand.js';

const sees = (evidence: { subject: string; observed: string }[], subject: string) =>
  evidence.find((one) => one.subject === subject)?.observed;

test('aims at the cut links and at those beside them that must stay open', () => {
  const aim = partition.aim({ isolate: 'primary', except: ['client:west'], mode: 'drop' }, view);
  expect(aim.targets).toEqual(['a']);
  expect(aim.cuts.map(({ link }) => link)).toEqual(['a->b', 'a->c', 'b->a', 'c->a']);
  expect(aim.open).toEqual(['client:west->a', 'a->power']);
  expect(aim.text).toContain('(drop)');
});

for (const [mode, observed] of [
  ['refuse', /^disabled; greeting refused/],
  [
    'drop',
    /^timeout fault-1_upstream, timeout fault-1_downstream; connects are accepted; greeting silent .*, it did not arrive$/,
  ],
  [
    'stall',
    /^bandwidth fault-1_upstream, bandwidth fault-1_downstream; greeting silent .*, it did not arrive$/,
  ],
] as const) {
  test(`${mode}: witnessed on the server and by a greeting, on each link, and healed likewise`, async () => {
    const { inject } = await openStand();
    const { witness, heal, span, aim } = await inject(partition, {
      isolate: 'a',
      except: ['client:west'],
      mode,
    });
    const seen = await witness();
    expect(seen).toMatchObject({ witnessed: true });
    expect(seen.evidence).toHaveLength(aim.cuts.length + aim.open.length);
    expect(Math.min(aim.cuts.length, aim.open.length)).toBeGreaterThan(0);
    for (const { link } of aim.cuts) expect(sees(seen.evidence, link)).toMatch(observed);
    for (const link of aim.open) expect(sees(seen.evidence, link)).toMatch(/^no toxics; greeting answered/);
    const healed = await heal();
    expect(healed).toMatchObject({ witnessed: true });
    expect(span.last).toBeGreaterThan(span.at);
    expect(healed.at).toBeGreaterThan(span.last);
    expect(healed.last).toBeGreaterThan(healed.at);
    for (const { link } of aim.cuts)
      expect(sees(healed.evidence, link)).toMatch(/^no toxics; greeting answered/);
  });
}

test('one way: what one side sends is lost, what the other sends arrives', async () => {
  const { inject } = await openStand();
  const { witness } = await inject(partition, { from: 'a', to: 'b', mode: 'drop' });
  const { witnessed, evidence } = await witness();
  expect(witnessed).toBe(true);
  expect(sees(evidence, 'a->b')).toMatch(/silent .*, it did not arrive$/);
  expect(sees(evidence, 'b->a')).toMatch(/greeting (silent|closed) .*, it arrived$/);
  expect(sees(evidence, 'a->c')).toMatch(/answered/);
});

test('one way that is both ways in truth is not witnessed', async () => {
  const { inject, links } = await openStand();
  const { witness, name } = await inject(partition, { from: 'a', to: 'b', mode: 'drop' });
  await links.apply(name, { mode: 'drop', cuts: [{ link: 'b->a', streams: ['upstream'] }] });
  const { witnessed, evidence } = await witness();
  expect(witnessed).toBe(false);
  expect(sees(evidence, 'b->a')).toMatch(/it did not arrive$/);
});

test('a cut that the server says is there but that lets greetings through is not witnessed', async () => {
  const { effectsWith } = await openStand();
  const aim = partition.aim({ link: 'a->b', mode: 'drop' }, view);
  const greet = async () => ({ outcome: 'answered' as const, arrived: true, took: 1 });
  const injection = await partition.inject('fault-1', aim, effectsWith({ greet }));
  const { witnessed, evidence } = await injection.witness();
  expect(witnessed).toBe(false);
  expect(evidence[0]).toMatchObject({ subject: 'a->b', expected: 'silent, nothing arrives' });
});

test('a cut that was undone behind our back is not witnessed', async () => {
  const { inject, client, run } = await openStand();
  const { witness } = await inject(partition, { link: 'a->b', mode: 'drop' });
  const proxy = await client.get(proxyName(run, 'a->b'));
  await (await proxy.getToxic('fault-1_upstream')).remove();
  const { witnessed, evidence } = await witness();
  expect(witnessed).toBe(false);
  expect(evidence[0]?.observed).toContain('the server should say: fault-1_upstream, fault-1_downstream');
});

for (const mode of ['refuse', 'drop', 'stall'] as const) {
  test(`${mode}: a cut that others clear away in its midst does not last, and is healed all the same`, async () => {
    const { inject, client } = await openStand();
    const { witness, still, heal } = await inject(partition, { from: 'a', to: 'b', mode });
    expect(await witness()).toMatchObject({ witnessed: true });
    expect(await still()).toMatchObject({ witnessed: true });
    // As another user of a shared server does.
    await client.reset();
    const { witnessed, evidence } = await still();
    expect(witnessed).toBe(false);
    const [expected, observed] =
      mode === 'refuse' ? ['disabled', 'enabled'] : ['fault-1_upstream', 'no toxics'];
    expect(evidence).toContainEqual({ subject: 'a->b', expected, observed });
    expect(await heal()).toMatchObject({ witnessed: true });
  });
}

test('whether a cut lasts is a question of its own toxics, whatever else is there', async () => {
  const { inject, client, run } = await openStand();
  const one = await inject(partition, { link: 'a->b', mode: 'drop' });
  const other = await inject(partition, { link: 'a->b', mode: 'stall' });
  const refused = await inject(partition, { link: 'a->b', mode: 'refuse' });
  const proxy = await client.get(proxyName(run, 'a->b'));
  await (await proxy.getToxic('fault-1_upstream')).remove();
  expect(await one.still()).toMatchObject({ witnessed: false });
  expect(await other.still()).toMatchObject({ witnessed: true });
  await other.heal();
  expect(await refused.still()).toMatchObject({ witnessed: true });
  // It does not matter either whether anybody is there to be cut off.
  await (await inject(kill, { target: 'b' })).witness();
  expect(await refused.still()).toMatchObject({ witnessed: true });
});

test('an exception that is none is not witnessed', async () => {
  const { inject, links } = await openStand();
  const { witness } = await inject(partition, { isolate: 'a', except: ['client:west'], mode: 'drop' });
  await links.apply('fault-1', { mode: 'drop', cuts: [{ link: 'client:west->a', streams: ['upstream'] }] });
  const { witnessed, evidence } = await witness();
  expect(witnessed).toBe(false);
  expect(sees(evidence, 'client:west->a')).toContain('the server should say: nothing of this fault');
});

test('a partition that cuts nothing is not witnessed', async () => {
  const { inject } = await openStand();
  const { witness } = await inject(partition, { isolate: 'a', except: ['a'], mode: 'drop' });
  expect(await witness()).toMatchObject({ witnessed: false, evidence: [{ observed: 'none' }] });
});

test('greetings to a dead or stopped destination prove nothing: there the server has the word', async () => {
  const { inject } = await openStand();
  await (await inject(kill, { target: 'b' })).witness();
  await (await inject(pause, { target: 'c' })).witness();
  const { witness, heal } = await inject(partition, { isolate: 'a', mode: 'drop' });
  const seen = await witness();
  expect(seen.witnessed).toBe(true);
  const healed = await heal();
  expect(healed.witnessed).toBe(true);
  expect(sees(healed.evidence, 'a->b')).toContain("its destination is dead: by the server's word alone");
  expect(sees(healed.evidence, 'a->c')).toContain('its destination is stopped');
});

test('nothing arrives at a destination that does not listen yet: there the server has the word', async () => {
  const { inject, cluster } = await openStand();
  await (await inject(kill, { target: 'b' })).witness();
  await cluster.start('b', { command: [process.execPath, '-e', 'setInterval(() => {}, 1e6)'] });
  const { witness } = await inject(partition, { isolate: 'b', mode: 'drop' });
  const seen = await witness();
  expect(seen.witnessed).toBe(true);
  expect(sees(seen.evidence, 'a->b')).toContain(
    "its destination does not listen: by the server's word alone",
  );
});

test('overlapping partitions are witnessed and healed apart', async () => {
  const { inject } = await openStand();
  const one = await inject(partition, { isolate: 'a', mode: 'refuse' });
  const other = await inject(partition, { isolate: 'b', mode: 'drop' });
  expect((await one.witness()).witnessed).toBe(true);
  expect((await other.witness()).witnessed).toBe(true);
  const healed = await one.heal();
  expect(healed.witnessed).toBe(true);
  expect(sees(healed.evidence, 'a->b')).toContain("another fault holds it too: by the server's word alone");
  expect(sees(healed.evidence, 'a->c')).toMatch(/answered/);
  const last = await other.heal();
  expect(last.witnessed).toBe(true);
  expect(sees(last.evidence, 'a->b')).toMatch(/answered/);
});

test('a fault that takes hold of an open link while that is looked at does not keep its witness waiting', async () => {
  const { effectsWith, greet: send, links } = await openStand();
  let waited = 0;
  const greet: typeof send = async (link, patience) => {
    if (link === 'a->c') {
      waited += patience.answer;
      await links.apply('fault-9', { mode: 'drop', cuts: [{ link, streams: ['upstream'] }] });
    }
    return send(link, patience);
  };
  const aim = partition.aim({ isolate: 'a', except: ['c'], mode: 'drop' }, view);
  const { witness } = await partition.inject('fault-1', aim, effectsWith({ greet }));
  const { witnessed, evidence } = await witness();
  expect(witnessed).toBe(true);
  expect(sees(evidence, 'a->c')).toContain('another fault holds it too');
  expect(waited).toBeLessThan(ANSWER);
});

for (const mode of ['refuse', 'drop', 'stall'] as const) {
  test(`${mode}: a witness of a short cut has spoken in time, by what there was time for`, async () => {
    const { inject, effects } = await openStand();
    const { witness, heal } = await inject(partition, { isolate: 'a', mode });
    const { witnessed, evidence } = await witness(effects.clock.now() + SILENCE / 3);
    expect(witnessed).toBe(true);
    expect(sees(evidence, 'a->b')).toMatch(
      mode === 'refuse' ? /^disabled/ : /fault-1_upstream.*(as its time allows|by the server's word alone)$/,
    );
    expect(await heal()).toMatchObject({ witnessed: true });
  });
}

test('a short cut that lets a greeting through is not witnessed, nor one of which the server knows nothing', async () => {
  const { inject, effects, effectsWith, client } = await openStand();
  const aim = partition.aim({ link: 'a->b', mode: 'drop' }, view);
  const greet = async () => ({ outcome: 'answered' as const, arrived: true, took: 1 });
  const open = await partition.inject('fault-9', aim, effectsWith({ greet }));
  const soon = () => effects.clock.now() + SILENCE / 3;
  expect(await open.witness(soon())).toMatchObject({ witnessed: false });
  const { witness } = await inject(partition, { link: 'a->c', mode: 'drop' });
  await client.reset();
  expect(await witness(soon())).toMatchObject({ witnessed: false });
});

test('a greeting that had enough time and did not arrive was kept from it, though the fault is a short one', async () => {
  const { effects, effectsWith, greet: send } = await openStand();
  const aim = partition.aim({ from: 'a', to: 'b', mode: 'drop' }, view);
  const greet: typeof send = async (_link, { answer }) => {
    return { outcome: 'silent', arrived: false, took: answer };
  };
  const injection = await partition.inject('fault-1', aim, effectsWith({ greet }));
  // The link back should bring it, and has more than a second for it; with less, nobody could say.
  expect(await injection.witness(effects.clock.now() + 1500)).toMatchObject({ witnessed: false });
  const { witnessed, evidence } = await injection.witness(effects.clock.now() + 40);
  expect(witnessed).toBe(true);
  expect(sees(evidence, 'b->a')).toMatch(/its time allows no longer look: by the server's word alone$/);
});

test('an open link that answers late is given the time', async () => {
  const { effectsWith, links } = await openStand();
  const aim = partition.aim({ isolate: 'a', except: ['c'], mode: 'drop' }, view);
  await links.apply('slow', {
    toxics: [
      {
        link: 'a->c',
        stream: 'downstream',
        toxicity: 1,
        type: 'latency',
        attributes: { latency: 3 * SILENCE, jitter: 0 },
      },
    ],
  });
  // As when not a link is slow but who answers: the server tells of nothing.
  const state: typeof links.state = async (link) => {
    const { enabled, toxics } = await links.state(link);
    return { enabled, toxics: toxics.filter(({ name }) => !name.startsWith('slow')) };
  };
  const quiet = {
    apply: links.apply.bind(links),
    heal: links.heal.bind(links),
    close: links.close.bind(links),
    state,
  };
  const { witness } = await partition.inject('fault-1', aim, effectsWith({ links: quiet }));
  const { witnessed, evidence } = await witness();
  expect(witnessed).toBe(true);
  expect(sees(evidence, 'a->c')).toMatch(/^no toxics; greeting answered after/);
});

test('an open link has its full time, however long this machine was held up at the first look', async () => {
  const { effects, effectsWith, greet: send } = await openStand();
  let heldUp = 0;
  const late: Clock = { ...effects.clock, now: () => effects.clock.now() + heldUp };
  const asked: number[] = [];
  const greet: typeof send = async (link, patience) => {
    if (link !== 'a->c') return send(link, patience);
    asked.push(patience.answer);
    if (asked.length > 1) return send(link, patience);
    heldUp += 2 * ANSWER;
    return { outcome: 'silent', arrived: false, took: patience.answer };
  };
  const aim = partition.aim({ isolate: 'a', except: ['c'], mode: 'drop' }, view);
  const { witness } = await partition.inject('fault-1', aim, effectsWith({ clock: late, greet }));
  expect(await witness()).toMatchObject({ witnessed: true });
  expect(asked).toEqual([SILENCE, ANSWER]);
});

test('a link over which nobody takes greetings is cut by the word of the server', async () => {
  const { greet, arrivalOf, ...mute } = echoSystem;
  const { inject } = await openStand(mute);
  const { witness, heal } = await inject(partition, { from: 'a', to: 'b', mode: 'drop' });
  for (const { witnessed, evidence } of [await witness(), await heal()]) {
    expect(witnessed).toBe(true);
    expect(sees(evidence, 'a->b')).toMatch(/; by the server's word alone$/);
    // The power device takes greetings of its own, whatever the system.
    expect(sees(evidence, 'a->power')).toMatch(/greeting answered/);
  }
});

test('a system that can only be asked for its role is witnessed by that', async () => {
  const { greet, arrivalOf, ...rest } = echoSystem;
  const role = async (...asked: [Parameters<typeof greet>[0], AbortSignal]) => {
    await greet(asked[0], 'role', asked[1]);
    return { role: 'primary' as const };
  };
  const { inject } = await openStand(Object.assign(rest, { role }));
  const { witness } = await inject(partition, { from: 'a', to: 'b', mode: 'drop' });
  const { witnessed, evidence } = await witness();
  expect(witnessed).toBe(true);
  expect(sees(evidence, 'a->b')).toMatch(/silent for \d+ ms$/);
});
