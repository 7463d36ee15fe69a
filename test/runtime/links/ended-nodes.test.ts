/** The links to nodes whose process has ended. */
import { expect, it } from 'vitest';
import { EndedNodes } from '../../../src/runtime/links/ended-nodes.js';
import type { LinkChange } from '../../../src/runtime/world-links.js';

const LINKS = ['a->b', 'client:app->b', 'b->a'].map((name) => {
  const [from = '', to = ''] = name.split('->');
  return { name, from, to };
});

function stand() {
  const done: string[] = [];
  const state = { running: false };
  const gates: (() => void)[] = [];
  const acting = {
    async apply(name: string, change: LinkChange) {
      await new Promise<void>((resolve) => gates.push(resolve));
      const [links, mode] = 'cuts' in change ? [change.cuts.map(({ link }) => link), change.mode] : [[]];
      done.push(`${name}: ${mode} ${links.join(', ')}`);
      return { at: 0, last: 0 };
    },
    async heal(name: string) {
      done.push(`healed ${name}`);
      return { at: 0, last: 0 };
    },
  };
  const ended = new EndedNodes({
    refusing: { acting, links: LINKS.slice(1) },
    silencing: { acting, links: LINKS },
    running: async () => state.running,
  });
  return { ended, done, state, gates };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('refuse, and accept before the node is started, one after the other', async () => {
  const { ended, done, gates } = stand();
  expect(ended.starting('b')).toBeUndefined();
  ended.ended('b');
  await settled();
  const starting = ended.starting('b');
  await settled();
  expect(done).toEqual([]);
  gates[0]?.();
  await starting;
  expect(done).toEqual(['ended-b: refuse client:app->b', 'healed ended-b']);
});

it('give no answer where the power is lost, until the node is started, and refuse after its next end', async () => {
  const { ended, done, gates } = stand();
  ended.losePower(['b']);
  ended.ended('b');
  await settled();
  gates[0]?.();
  await ended.starting('b');
  ended.ended('b');
  await settled();
  gates[1]?.();
  await ended.starting('b');
  expect(done).toEqual([
    'ended-b: drop a->b, client:app->b',
    'healed ended-b',
    'ended-b: refuse client:app->b',
    'healed ended-b',
  ]);
});

it('stay open where the node runs again by the time that its end is told', async () => {
  const { ended, done, state, gates } = stand();
  state.running = true;
  ended.ended('b');
  await ended.starting('b');
  expect(gates).toEqual([]);
  expect(done).toEqual(['healed ended-b']);
});
