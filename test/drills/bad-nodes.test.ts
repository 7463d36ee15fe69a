/** Nodes that cannot be had: their drill ends within its time, says why with what they wrote last, and leaves nothing. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import { engineClient, findEngine } from '../../src/runtime/docker/engine.js';
import { RUNNER_LABEL } from '../../src/runtime/docker/labels.js';
import { referenceImage } from '../../src/runtime/image/reference-image.js';
import { withEngine } from '../runtime/docker/engine.js';
import { eventually } from '../runtime/opened.js';
import { drill, freshFolder, ROOT, startDrill, verdictIn } from './drill-command.js';

const NODE = '/usr/local/bin/node';

withEngine(() => {
  describe('a node', () => {
    let image = '';
    beforeAll(async () => {
      const engine = await findEngine(process.env, clock);
      image = (await referenceImage(await engineClient(engine.address), engine)).name;
    }, 60_000);

    /** Until a node of this runner has failed a health check, which then is what is waited for. */
    async function untilChecked(runner: number | undefined): Promise<void> {
      const docker = await engineClient((await findEngine(process.env, clock)).address);
      await eventually('a health check has failed', async () => {
        const all = await docker.listContainers();
        const own = all.filter(({ Labels }) => Labels[RUNNER_LABEL]?.startsWith(`${runner}.`));
        const looks = await Promise.all(own.map(({ Id }) => docker.getContainer(Id).inspect()));
        return looks.some(({ State }) => State.Health?.Log?.length) || undefined;
      });
    }

    /** A drill whose node b is made of this. */
    function drillWith(spec: object): string {
      const file = join(freshFolder(), 'patient.yaml');
      const text = readFileSync(join(ROOT, 'test/drills/lifecycle/patient.yaml'), 'utf8');
      writeFileSync(file, text.replace('b: { role: standby }', `b: ${JSON.stringify(spec)}`));
      return file;
    }
    const ENDS = {
      command: [NODE, '-e', "console.error('first'); console.error('no such key: x'); process.exit(3)"],
    };

    it.each([
      [
        'whose image does not exist',
        () => ({ image: 'nobody.invalid/no-such-image:1' }),
        /image nobody\.invalid\/no-such-image:1: expected it to be in the engine, or to be pulled, found .*; build or pull it/,
      ],
      [
        'that exits at its start',
        () => ({ image, ...ENDS }),
        /node b: expected it to run, found that it ended while it was starting; b wrote last: first no such key: x/,
      ],
      [
        'that never gets healthy',
        () => ({
          image,
          command: [NODE, '-e', "console.log('no leader in sight'); setInterval(() => {}, 1e6)"],
          healthcheck: {
            test: ['CMD', NODE, '-e', "console.log('not yet'); process.exit(1)"],
            interval: '200ms',
            retries: 2,
          },
        }),
        /node b: expected it to become healthy, found unhealthy; its check said: not yet; it wrote last: no leader in sight/,
      ],
      [
        'whose program does not exist',
        () => ({ image, command: ['/nowhere/server'] }),
        /node b: expected "\/nowhere\/server" to start, found .*no such file or directory/,
      ],
    ])('%s makes the drill inconclusive', async (_, spec, told) => {
      const out = freshFolder();
      const { code, stdout, stderr } = await drill(
        'run',
        drillWith(spec()),
        '--runtime',
        'docker',
        '--out',
        out,
      );
      expect(code, `${stdout}\n${stderr}`).toBe(3);
      // Where a line is broken is the story's business.
      expect(stdout.replace(/\s+/g, ' ')).toMatch(told);
      expect(verdictIn(out, 'patient').inventory).toMatchObject({ leaked: [], unseen: [] });
    });

    it('that is waited for is not waited for any longer once the run is interrupted', async () => {
      const out = freshFolder();
      const spec = {
        image,
        command: [NODE, '-e', 'setInterval(() => {}, 1e6)'],
        // Ten minutes and more, if one lets it.
        healthcheck: { test: ['CMD', NODE, '-e', 'process.exit(1)'], interval: '1s', retries: 600 },
      };
      const running = startDrill(['run', drillWith(spec), '--runtime', 'docker', '--out', out]);
      await running.printed(/b is starting/);
      await untilChecked(running.child.pid);
      const before = clock.now();
      running.child.kill('SIGINT');
      const { code, stdout, stderr } = await running.ended;
      expect(code, `${stdout}\n${stderr}`).toBe(130);
      expect(clock.now() - before).toBeLessThan(60_000);
      expect(verdictIn(out, 'patient').inventory).toMatchObject({ leaked: [], unseen: [] });
    });

    it('is not brought up either: exit 3, its last lines, and everything removed', async () => {
      const out = freshFolder();
      const { code, stdout, stderr } = await drill(
        'up',
        drillWith({ image, ...ENDS }),
        ...['--runtime', 'docker', '--out', out],
      );
      expect(code, `${stdout}\n${stderr}`).toBe(3);
      expect(stderr).toMatch(
        /^drill: node b: expected it to run, .*; b wrote last:\n {2}first\n {2}no such key: x$/m,
      );
      expect(stdout).not.toContain('drill down');
      const history = readFileSync(join(out, 'patient/up/history.jsonl'), 'utf8');
      expect(history).toMatch(/"type":"inventory".*"leaked":\[\]/);
      expect(history).not.toContain('"unseen"');
    });
  });
});
