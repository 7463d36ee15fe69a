/** Cuts of links between containers of any kind, witnessed by greetings that end at the edge. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { partition } from '../../../src/fault/partition.js';
import { toxic } from '../../../src/fault/toxic.js';
import type { StatefulLinks } from '../../../src/runtime/links/links.js';
import { proxyName } from '../../../src/runtime/links/proxies/toxiproxy-links.js';
import type { CutMode } from '../../../src/topology/grudge.js';
import { eventually, mesh } from '../opened.js';
import { withEngine } from './engine.js';
import { injecting, openLinked } from './linked.js';

const PROGRAM = new URL('programs/ports.mjs', import.meta.url).pathname;
// One of them is where the agent of an edge would listen.
const [ECHO, FIRST, SILENT, DEAD] = [7000, 7001, 8475, 7003];
const FURTHER = [FIRST, SILENT, DEAD];
/** Links to each of a node's ports. */
const TO_A = ['b->a', ...FURTHER.map((port) => `b->a:${port}`)];
const TO_B = ['a->b', ...FURTHER.map((port) => `a->b:${port}`)];

const sees = (evidence: readonly { subject: string; observed: string }[], subject: string) =>
  evidence.find((one) => one.subject === subject)?.observed;

/** Two nodes on the same ports; they listen on three of the four. */
async function stand() {
  const further = mesh('a', 'b').flatMap(({ name, ...ends }) =>
    FURTHER.map((port) => ({ name: `${name}:${port}`, ...ends, port })),
  );
  const several = { expose: [ECHO, ...FURTHER] };
  const layout = {
    nodes: ['a', 'b'],
    links: [...mesh('a', 'b'), ...further],
    containers: { a: several, b: several },
  };
  const linked = await openLinked(layout);
  const { cluster, told } = linked;
  const ports = [`echo:${ECHO}`, `first:${FIRST}`, `silent:${SILENT}`];
  const start = (node: string) => cluster.start(node, { command: [process.execPath, PROGRAM, ...ports] });
  await Promise.all(['a', 'b'].map(start));
  const listening = () => told.lines.filter(({ line }) => line.endsWith('listens')).length;
  await eventually('all listen', () => listening() === 6 || undefined);
  return { ...linked, ...injecting(linked, layout) };
}

withEngine(() => {
  describe('a partition of nodes whose system nobody knows', () => {
    const modes: [CutMode, RegExp][] = [
      ['refuse', /^disabled; greeting refused/],
      [
        'drop',
        /^timeout fault-\d_upstream, timeout fault-\d_downstream; connects are accepted; greeting silent .* did not arrive$/,
      ],
      [
        'stall',
        /^bandwidth fault-\d_upstream, bandwidth fault-\d_downstream; greeting silent .* did not arrive$/,
      ],
    ];

    test('is witnessed on each port, whatever it speaks and whether anything listens, and so is its heal', async () => {
      const { inject, dial, told, links } = await stand();
      for (const [mode, observed] of modes) {
        const { witness, heal, aim } = await inject(partition, { isolate: 'b', mode });
        expect(aim.cuts.map(({ link }) => link).sort()).toEqual([...TO_B, ...TO_A].sort());
        const seen = await witness();
        expect(seen, JSON.stringify(seen)).toMatchObject({ witnessed: true });
        for (const { link } of aim.cuts) expect(sees(seen.evidence, link), link).toMatch(observed);
        const healed = await heal();
        expect(healed, JSON.stringify(healed)).toMatchObject({ witnessed: true });
        for (const { link } of aim.cuts)
          expect(sees(healed.evidence, link), link).toMatch(/^no toxics; greeting answered/);
      }
      // What its peers say comes through as it is said, and nothing else ever did.
      const echo = dial('a->b');
      echo.say('drill-');
      echo.say('bit!');
      await echo.heard('drill-bit!');
      const first = dial(`a->b:${FIRST}`);
      await first.heard('220 ready\r\n');
      const silent = dial(`a->b:${SILENT}`);
      silent.say('anyone?');
      await eventually('it arrives', () => told.lines.find(({ line }) => line === `${SILENT} got anyone?`));
      expect(await dial(`a->b:${DEAD}`).ended()).toBe('closed');
      const got = told.lines.filter(({ line }) => line.includes('got'));
      expect(got.every(({ node }) => node === 'b')).toBe(true);
      expect(got.map(({ line }) => line.replace(/^\d+ got /, '')).join('')).toBe('drill-bit!anyone?');
      // Each port's link is one by itself.
      await links.apply('other', { mode: 'refuse', cuts: [{ link: `a->b:${FIRST}`, streams: [] }] });
      expect(await dial(`a->b:${FIRST}`).ended()).toBe('ECONNREFUSED');
      await dial(`b->a:${FIRST}`).heard('220 ready\r\n');
      const still = dial('a->b');
      still.say('still');
      await still.heard('still');
    });

    test('is witnessed one way, and not where it is both ways in truth', async () => {
      const { inject, links } = await stand();
      const one = await inject(partition, { from: 'a', to: 'b', mode: 'drop' });
      const seen = await one.witness();
      expect(seen, JSON.stringify(seen)).toMatchObject({ witnessed: true });
      for (const link of TO_B) expect(sees(seen.evidence, link)).toMatch(/silent .*, it did not arrive$/);
      for (const link of TO_A)
        expect(sees(seen.evidence, link)).toMatch(/greeting (silent|closed) .*, it arrived$/);
      await one.heal();
      const both = await inject(partition, { from: 'a', to: 'b', mode: 'drop' });
      await links.apply(both.name, { mode: 'drop', cuts: [{ link: 'b->a', streams: ['upstream'] }] });
      const { witnessed, evidence } = await both.witness();
      expect(witnessed).toBe(false);
      expect(sees(evidence, 'b->a')).toMatch(/it did not arrive$/);
    });

    test('is not witnessed where it was undone behind our back, on whichever port', async () => {
      const { inject, others, run } = await stand();
      const { witness, name, heal } = await inject(partition, { isolate: 'b', mode: 'drop' });
      const proxy = await others.get('a')?.get(proxyName(run, `a->b:${SILENT}`));
      await (await proxy?.getToxic(`${name}_upstream`))?.remove();
      // On a busy machine a greeting may come through later than it is looked for; it is no cut for that.
      await eventually('a greeting is seen to come through', async () => {
        const { witnessed, evidence } = await witness();
        expect(witnessed).toBe(false);
        const observed = sees(evidence, `a->b:${SILENT}`);
        expect(observed).toMatch(/; the server should say: /);
        return observed?.includes('it arrived; ') || undefined;
      });

      // Nor does the server's word alone do, where a link lets through what it should not.
      await heal();
      const lying: StatefulLinks = {
        apply: async () => ({ at: 0, last: 0 }),
        heal: async () => ({ at: 0, last: 0 }),
        state: async () => ({ enabled: false, toxics: [] }),
        close: async () => {},
      };
      const open = await inject(partition, { link: 'b->a', mode: 'refuse' }, { links: lying });
      expect(await open.witness()).toMatchObject({
        witnessed: false,
        evidence: expect.arrayContaining([
          expect.objectContaining({
            subject: 'b->a',
            observed: expect.stringMatching(/^disabled; greeting answered/),
          }),
        ]),
      });
    });

    test('is witnessed whatever the node does: dead, or stopped', async () => {
      const { inject, cluster } = await stand();
      await cluster.kill('b', 'SIGKILL');
      await cluster.pause('a');
      onTestFinished(() => cluster.resume('a').then(() => undefined));
      const { witness, heal } = await inject(partition, { isolate: 'b', mode: 'drop' });
      for (const { witnessed, evidence } of [await witness(), await heal()]) {
        expect(witnessed, JSON.stringify(evidence)).toBe(true);
        expect(evidence.length).toBeGreaterThan(0);
        for (const { observed } of evidence) expect(observed).not.toContain("by the server's word alone");
      }
    });
  });

  test('a toxic on a further port is witnessed by its effect', async () => {
    const { inject } = await stand();
    const { witness, heal } = await inject(toxic, {
      link: 'a->b',
      type: 'latency',
      stream: 'downstream',
      attributes: { latency: 80 },
    });
    const { witnessed, evidence } = await witness();
    expect(witnessed).toBe(true);
    expect(evidence.map(({ subject }) => subject)).toEqual(TO_B);
    for (const { observed } of evidence) expect(observed).toMatch(/greeting answered after \d{2,}/);
    expect(await heal()).toMatchObject({ witnessed: true });
  });
});
