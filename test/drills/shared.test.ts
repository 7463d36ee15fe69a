/** Whole drills on one shared network: what protects is seen to, what does not is caught, and who cannot is refused. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import { decodeHistory } from '../../src/history/codec.js';
import type { Event } from '../../src/history/event.js';
import { engineClient, findEngine } from '../../src/runtime/docker/engine.js';
import { RUNNER_LABEL } from '../../src/runtime/docker/labels.js';
import { lackOfPacketFilters } from '../../src/runtime/docker/packet-tools.js';
import { withPacketFilters } from '../runtime/docker/engine.js';
import { drill, freshFolder, startDrill, verdictIn } from './drill-command.js';

const FOLDER = 'test/drills/shared/';

async function run(name: string) {
  const out = freshFolder();
  const { code, stdout, stderr } = await drill(
    'run',
    `${FOLDER}${name}.yaml`,
    '--runtime',
    'docker',
    '--out',
    out,
  );
  const { events } = decodeHistory(readFileSync(join(out, `shared-${name}`, '1', 'history.jsonl')));
  return { code, said: `${stdout}\n${stderr}`, verdict: verdictIn(out, `shared-${name}`), events };
}

const ofType = <Type extends Event['type']>(events: readonly Event[], type: Type) =>
  events.filter((event): event is Extract<Event, { type: Type }> => event.type === type);

withPacketFilters(() => {
  describe('on one shared network', () => {
    it('a primary that is cut off is fenced, and nobody is primary twice', async () => {
      const { code, said, verdict, events } = await run('split-brain');
      expect(code, said).toBe(0);
      expect(verdict.toxiproxy?.server).toMatch(/packet filters between nodes$/);
      const [witness] = ofType(events, 'witness');
      const observed = (link: string) =>
        witness?.evidence.find(({ subject }) => subject === link)?.observed ?? '';
      expect(observed('a->b')).toMatch(/^DROP fault-1_upstream .*, a datagram did not arrive$/);
      expect(observed('client:app->a')).toMatch(/^timeout fault-1_upstream/);
    });

    it('a node that clears its packet filter in the midst of a cut makes the drill inconclusive', async () => {
      const out = freshFolder();
      const file = `${FOLDER}split-brain.yaml`;
      const { printed, ended, child } = startDrill(['run', file, '--runtime', 'docker', '--out', out]);
      await printed(/fault-1 .* is in force/);
      const docker = await engineClient((await findEngine(process.env, clock)).address);
      const own = (await docker.listContainers()).find(
        ({ Labels, Names }) =>
          Labels[RUNNER_LABEL]?.startsWith(`${child.pid}.`) && Names[0]?.endsWith('-b.edge'),
      );
      const { State } = await docker.getContainer(own?.Id ?? expect.fail('the network of b')).inspect();
      execFileSync('nsenter', [`--net=/proc/${State.Pid}/ns/net`, 'iptables', '-F', 'INPUT']);
      const { code, stdout, stderr } = await ended;
      expect(code, `${stdout}\n${stderr}`).toBe(3);
      const { findings } = verdictIn(out, 'shared-split-brain');
      const effects = findings.find(({ expectation }) => expectation === 'faults take effect');
      expect(effects?.message).toMatch(
        /^fault-1 \(.*\) did not last until its heal: a->b: expected fault-1_up/,
      );
    });

    it('two primaries are caught where nothing protects from them', async () => {
      const { code, said, verdict } = await run('no-quorum-no-fencing');
      expect(code, said).toBe(1);
      const finding = verdict.findings.find(({ expectation }) => expectation === 'double_primaries');
      expect(finding?.verdict).toBe('fail');
      expect(finding?.evidence.length).toBeGreaterThan(0);
    });
  });
});

it('a runtime without packet filters is refused by name, before anything starts', async () => {
  const { code, stderr } = await drill('run', `${FOLDER}split-brain.yaml`, '--out', freshFolder());
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /split-brain.yaml:\d+:12: expected a runtime that can do `packet-filters`, found the runtime process/,
  );
});

it.runIf(process.geteuid?.() === 0)('who is not root cannot filter packets, and is told so', async () => {
  process.seteuid?.(65_534);
  try {
    expect(await lackOfPacketFilters(process.env, clock)).toMatch(/a runner that is not root/);
  } finally {
    process.seteuid?.(0);
  }
});
