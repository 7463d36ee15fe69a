/** The clock of a container is wrong: seen by the program itself, witnessed, healed; and where it cannot be, refused. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { clock } from '../../src/fault/clock.js';
import { openContainers, withEngine } from '../runtime/docker/engine.js';
import { builtFrom } from '../runtime/docker/recipe.js';
import { eventually } from '../runtime/opened.js';
import { openContainerStand } from './container-stand.js';

const built = await builtFrom('faketime');
const MINUTE = 60_000;
/** Tells what time it is, ten times a second. */
const TELLS = ['perl', '-e', '$| = 1; while (1) { print time, "\\n"; select undef, undef, undef, 0.1 }'];

withEngine(() => {
  test('an image without libfaketime is refused before anything starts, by the name of the fault', async () => {
    await expect(openContainers({ nodes: ['a', 'b'], needs: new Map([['clock', ['b']]]) })).rejects.toThrow(
      /^node b: expected libfaketime in its image, for the fault `clock`, found none in failover-drill\/reference:/,
    );
  });

  describe.skipIf('missing' in built)(
    `in an image with libfaketime${'missing' in built ? `: ${built.missing}` : ''}`,
    () => {
      const opened = async (command: string[]) => {
        const image = 'image' in built ? built.image : '';
        const containers = { a: { image, command } };
        const stand = await openContainerStand({
          nodes: ['a'],
          containers,
          needs: new Map([['clock', ['a']]]),
        });
        onTestFinished(async () => void expect(await stand.close()).toEqual([]), MINUTE);
        await stand.cluster.start('a', { command: [] });
        return stand;
      };

      test('a program that runs sees the wrong time, and the right one when it is healed', async () => {
        const stand = await opened(TELLS);
        /** How far the node's own clock is off, in minutes. */
        const off = () => {
          const last = stand.lines.at(-1);
          return last && Math.round((Number(last.line) * 1000 - Date.now()) / MINUTE);
        };
        await eventually('it tells the right time', () => off() === 0 || undefined);
        const { witness, heal } = await stand.inject(clock, { target: 'a', skew: 5 * MINUTE });
        expect(await witness()).toMatchObject({
          witnessed: true,
          evidence: [{ subject: 'a', expected: 'a clock off by +5m', observed: 'a clock off by +5m' }],
        });
        await eventually('it tells a time ahead', () => off() === 5 || undefined);
        const behind = await stand.inject(clock, { target: 'a', skew: -90 * MINUTE });
        expect(await behind.witness()).toMatchObject({ witnessed: true });
        await eventually('it tells a time behind', () => off() === -90 || undefined);
        // The node keeps its wrong clock over a restart.
        await stand.cluster.kill('a', 'SIGKILL');
        await stand.cluster.start('a', { command: [] });
        expect(await behind.witness()).toMatchObject({ witnessed: true });
        expect(await behind.heal()).toMatchObject({
          witnessed: true,
          evidence: [{ expected: 'a clock off by +5m' }],
        });
        expect(await heal()).toMatchObject({ witnessed: true, evidence: [{ observed: 'the right time' }] });
        await eventually('it tells the right time again', () => off() === 0 || undefined);
      });

      test('a clock that somebody sets right is not witnessed', async () => {
        const stand = await opened(TELLS);
        const { witness, still } = await stand.inject(clock, { target: 'a', skew: 5 * MINUTE });
        expect(await still()).toMatchObject({ witnessed: true });
        const sets = await stand
          .container('a')
          .exec({ Cmd: ['sh', '-c', 'echo +0 > /.failover-drill-clock'], AttachStdout: true });
        for await (const _ of await sets.start({}));
        expect(await witness()).toMatchObject({
          witnessed: false,
          evidence: [
            {
              expected: 'a clock off by +5m',
              observed: expect.stringMatching(/^(the right time|a clock off by [+-](\d+(us|ms)|1s))$/),
            },
          ],
        });
        expect(await still()).toMatchObject({
          witnessed: false,
          evidence: [{ expected: 'a clock off by +5m' }],
        });
      });

      test('a program without the library goes by the right time, whatever `date` says', async () => {
        const stand = await opened(['env', '-u', 'LD_PRELOAD', 'sleep', '600']);
        await eventually('it has become sleep', async () => {
          const { Processes } = await stand.container('a').top();
          return Processes.flat().some((word: string) => word.startsWith('sleep')) || undefined;
        });
        const { witness } = await stand.inject(clock, { target: 'a', skew: 5 * MINUTE });
        expect(await witness()).toMatchObject({
          witnessed: false,
          evidence: [{ observed: expect.stringMatching(/^a process without libfaketime/) }],
        });
      });
    },
  );
});
