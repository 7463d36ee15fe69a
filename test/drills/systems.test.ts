/** The systems that come with failover-drill, each on real processes: one suite for all, and the drills of its own. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CATALOG } from '../../src/catalog.js';
import { decodeHistory } from '../../src/history/codec.js';
import { onPath } from '../../src/runtime/on-path.js';
import type { System } from '../../src/system/system.js';
import { parseDrill } from '../built-in.js';
import { withEngine } from '../runtime/docker/engine.js';
import { violations } from '../system/conformance.js';
import { withThing } from '../with-thing.js';
import { drill, freshFolder, ROOT, startDrill, verdictIn } from './drill-command.js';

const TEXT = readFileSync(join(import.meta.dirname, 'systems/life.yaml'), 'utf8');
const REDIS = onPath('redis-server', process.env.PATH) ? undefined : 'no redis-server on PATH';

/** What the drill says of a system, in the places that differ. */
const SYSTEMS: Readonly<Record<string, { lack?: string | undefined; change(text: string): string }>> = {
  reference: { change: (text) => text },
  redis: {
    lack: REDIS,
    change: (text) =>
      text
        .replace('system: reference', 'system: redis')
        .replace('replication: sync', 'replication: semi-sync')
        .replace('lease: 1200ms', 'lease: false'),
  },
};

it('every system that ships is held to the suite', () => {
  expect(Object.keys(SYSTEMS).sort()).toEqual(Object.keys(CATALOG.systems).sort());
});

function write(text: string): string {
  const file = join(freshFolder(), 'life.yaml');
  writeFileSync(file, text);
  return file;
}

/** Brings the topology of a drill up, for as long as the test runs; gives the addresses of its nodes. */
async function up(file: string): Promise<(node: string) => { host: string; port: number }> {
  const { stdout, stderr, code } = await drill('up', file, '--runtime', 'process', '--out', freshFolder());
  const [, id = ''] = /drill down ([0-9a-f]{10})\n/.exec(stdout) ?? [];
  onTestFinished(async () => void (await startDrill(['down', id]).ended), 60_000);
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  return (node) => {
    const [, port] = new RegExp(`^${node} .*127\\.0\\.0\\.1:(\\d+)$`, 'm').exec(stdout) ?? [];
    return { host: '127.0.0.1', port: Number(port) };
  };
}

for (const [name, { lack, change }] of Object.entries(SYSTEMS)) {
  withThing(`the system ${name}`, lack, () => {
    describe(`the system ${name}`, () => {
      const text = change(TEXT);
      const system = CATALOG.systems[name] as System;

      it('answers as every system has to; one that lies is caught', async () => {
        const address = await up(write(text));
        const places = {
          primary: address('a'),
          standby: address('b'),
          nobody: { host: '127.0.0.1', port: 1 },
        };
        const parsed = parseDrill(text, 'life.yaml');
        expect(await violations(system, parsed, places, 'sound')).toEqual([]);
        const forgetful: System = {
          ...system,
          connect: (...given) => {
            const way = system.connect(...given);
            return {
              invoke: async (operation, signal) =>
                operation.f === 'write'
                  ? { type: 'ok', value: operation.value }
                  : way.invoke(operation, signal),
              close: () => way.close(),
            };
          },
          role: async () => ({ role: 'primary' }),
          greet: async () => {},
        };
        const caught = (await violations(forgetful, parsed, places, 'forgetful')).join('\n');
        expect(caught).toContain('a read gives "text"');
        expect(caught).toContain('what is asked at once gets its own answers');
        expect(caught).toContain('a write to a standby surely did not happen');
        expect(caught).toContain('a standby says so, and is in sync');
        expect(caught).toContain('nobody does not greet');
      });

      it('lives through a kill, a rejoin and a switch back', async () => {
        const out = freshFolder();
        const { stdout, code } = await drill('run', write(text), '--out', out);
        expect(code, stdout).toBe(0);
        const { findings, counts } = verdictIn(out, 'life');
        expect(findings.map(({ verdict }) => verdict)).not.toContain('inconclusive');
        expect(counts.failovers).toBe(1);
        expect(counts.acked_writes).toBeGreaterThan(20);
        const { events } = decodeHistory(readFileSync(join(out, 'life/1/history.jsonl')));
        const led = events.flatMap((event) =>
          event.type === 'role' && event.role === 'primary' ? [event.node] : [],
        );
        expect(led[0]).toBe('a');
        expect(led.at(-1)).toBe('a');
        expect(new Set(led).size).toBe(2);
        // Each serves in terms of its own.
        const terms = events.flatMap((event) =>
          event.type === 'role' && event.role === 'primary' ? [`${event.term} ${event.node}`] : [],
        );
        expect(new Set(terms).size).toBe(3);
      });
    });
  });
}

withThing('the drills of redis', REDIS, () => {
  describe('the drills of redis', () => {
    const filesIn = (folder: string) => readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`);

    it('pass, all in one call', async () => {
      const all = filesIn('drills/redis');
      const { stdout, stderr, code } = await drill('run', 'drills/redis', '--out', freshFolder());
      expect(code, `${stdout}\n${stderr}`).toBe(0);
      expect(stdout).toContain(`${all.length} passed`);
    });

    it.each(filesIn('fixtures/known-bad/redis'))('%s is caught', async (file) => {
      const out = freshFolder();
      const { stdout, code } = await drill('run', file, '--out', out);
      expect(code, stdout).toBe(1);
      const { findings } = verdictIn(out, 'redis-async');
      expect(findings.find(({ expectation }) => expectation === 'lost_writes')?.verdict).toBe('fail');
    });
  });
});

withEngine(() => {
  it('the drills of redis pass in containers', async () => {
    const out = freshFolder();
    const { stdout, stderr, code } = await drill('run', 'drills/redis', '--runtime', 'docker', '--out', out);
    expect(code, `${stdout}\n${stderr}`).toBe(0);
  });
});

it('where its program is not on this machine, a system is refused by name, before the start', async () => {
  const running = startDrill(['run', 'drills/redis/kill-primary.yaml', '--out', freshFolder()], {
    PATH: '/nowhere',
  });
  const { code, stderr } = await running.ended;
  expect(code).toBe(2);
  expect(stderr).toContain(
    'drills/redis/kill-primary.yaml:12:5: expected a machine on which the runtime process can do `program: redis-server`, found no redis-server on PATH',
  );
});
