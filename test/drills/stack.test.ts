/** A stack of the user's own, from its Compose file: drilled in containers, refused where there are none. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import { decodeHistory } from '../../src/history/codec.js';
import { engineClient, findEngine } from '../../src/runtime/docker/engine.js';
import { withEngine } from '../runtime/docker/engine.js';
import { drill, type Ended, freshFolder, startDrill, verdictIn } from './drill-command.js';

const STACK = 'fixtures/stacks/web-redis';
const BASE = 'debian:bookworm-slim';
const STRICT = process.env.DRILL_TEST_STRICT !== undefined;

/** Why the stack cannot be built; undefined where it can. */
const missing = await findEngine(process.env, clock)
  .then(async ({ address }) => (await engineClient(address)).getImage(BASE).inspect())
  .then(
    () => undefined,
    () => `no image ${BASE}, and so nothing to build the stack on`,
  );

it('without an engine, it is refused before anything starts, and the runtime that it needs is named', async () => {
  const nowhere = { DOCKER_HOST: 'unix:///nowhere/engine.sock' };
  const args = ['run', `${STACK}/drill.yaml`, '--runtime', 'auto', '--out', freshFolder()];
  const { code, stderr } = await startDrill(args, nowhere).ended;
  expect(code).toBe(2);
  expect(stderr).toMatch(/compose.yaml:\d+:\d+: expected a runtime that can do `containers`/);
  expect(stderr).toMatch(/use --runtime docker, which needs a container engine on this machine/);
});

withEngine(() => {
  describe.skipIf(missing && !STRICT)(`a web service with Redis${missing ? `: ${missing}` : ''}`, () => {
    const out = freshFolder();
    let ended: Ended;
    beforeAll(async () => {
      const files = [
        `${STACK}/drill.yaml`,
        ...['no-reconnect', 'crash'].map((name) => `test/drills/stacks/${name}.yaml`),
      ];
      ended = await drill('run', ...files, '--runtime', 'docker', '--out', out);
    }, 600_000);
    const told = () => `${ended.stdout}\n${ended.stderr}`;

    it('gets over a kill and a partition of Redis, measured at the web service', () => {
      const { verdict, timings, findings, groups } = verdictIn(out, 'web-redis');
      expect(verdict, told()).toBe('pass');
      expect(timings.faults.map(({ fault, target }) => [fault, target])).toEqual([
        ['fault-1', 'redis'],
        ['cut-off', 'web'],
      ]);
      for (const { recover_ms, outage_ms } of timings.faults) {
        // Redis was away for a second, then for two.
        expect(recover_ms).toBeGreaterThan(900);
        expect(outage_ms).toBeGreaterThan(900);
      }
      expect(groups['app']?.availability).toBeLessThan(1);
      expect(findings.find(({ expectation }) => expectation === 'lost_writes')?.actual).toBe('0');
      expect(findings.find(({ expectation }) => expectation === 'nothing left behind')?.verdict).toBe('pass');
    });

    it('is a drill that needs no Compose file in the end', () => {
      expect(readFileSync(join(out, 'web-redis/1/drill.yaml'), 'utf8')).not.toContain('compose');
    });

    it('is caught where the web service does not connect again', () => {
      expect(ended.code, told()).toBe(1);
      const { verdict, findings } = verdictIn(out, 'no-reconnect');
      expect(verdict).toBe('fail');
      const failed = findings.filter((finding) => finding.verdict === 'fail');
      expect(failed.map(({ expectation }) => expectation)).toEqual(['recover', 'availability']);
      expect(failed[0]?.message).toContain('the service did not recover');
    });

    it('says what it did not take of the Compose file', () => {
      expect(ended.stdout).toMatch(/^note: .*compose.yaml:\d+:\d+: `ports` of web are not published: /m);
    });

    it('comes up though it crashes at first, once a job is done, and a crash is over by itself', () => {
      const { verdict, timings } = verdictIn(out, 'crash');
      expect(verdict, told()).toBe('pass');
      const { events } = decodeHistory(readFileSync(join(out, 'crash/1/history.jsonl')));
      const started = events.flatMap((event) =>
        event.type === 'node' && event.event === 'starting' && event.detail
          ? [[event.node, event.detail]]
          : [],
      );
      expect(started).toEqual([
        ['web', 'restart: on-failure'],
        ['redis', 'restart: unless-stopped'],
      ]);
      expect(events.filter(({ type }) => type === 'ask')).toEqual([]);
      expect(timings.faults[0]?.recover_ms).toBeGreaterThan(100);
    });
  });
});
