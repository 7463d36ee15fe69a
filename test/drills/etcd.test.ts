/** etcd on a network like production's: its members elect over a port that nobody publishes, and keep their promise. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeHistory } from '../../src/history/codec.js';
import { withPacketFilters } from '../runtime/docker/engine.js';
import { drill, freshFolder, verdictIn } from './drill-command.js';

withPacketFilters(() => {
  test('its members elect, one may die, and a minority acknowledges nothing', {
    timeout: 600_000,
  }, async () => {
    const out = freshFolder();
    const args = ['run', 'test/drills/stacks/etcd/drill.yaml', '--runtime', 'docker', '--out', out];
    const { code, stdout, stderr } = await drill(...args);
    const said = `${stdout}\n${stderr}`;
    const { timings, findings } = verdictIn(out, 'etcd');
    expect(findings.find(({ expectation }) => expectation === 'linearizable')?.verdict, said).toBe('pass');
    expect(code, said).toBe(0);
    const [member, minority] = timings.faults;
    // The member that crashed is started again, and the others did not need it.
    expect(member?.outage_ms, said).toBeLessThan(2000);
    expect(minority?.outage_ms, said).toBeGreaterThan(2000);
    const { events } = decodeHistory(readFileSync(join(out, 'etcd/1/history.jsonl')));
    const started = events.filter(
      (event) => event.type === 'node' && event.event === 'starting' && event.detail,
    );
    expect(started).toMatchObject([{ node: 'etcd2', detail: 'restart: unless-stopped' }]);
  });
});
