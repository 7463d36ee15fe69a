/** A likely cause is told where the history shows it, of what failed, and nowhere else. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeHistory } from '../../src/history/codec.js';
import { judge } from '../built-in.js';
import { Building, failover } from './build.js';
import { find } from './find.js';

const NODES = { a: { role: 'primary' as const }, b: {}, c: {} };
const recorded = (name: string) =>
  decodeHistory(readFileSync(new URL(`../../fixtures/histories/${name}.jsonl`, import.meta.url), 'utf8'));

/** A write that is acknowledged and gone in the end. */
function losing(topology: object): Building {
  const run = new Building({ topology: { nodes: NODES, ...topology }, expect: { lost_writes: 0 } });
  return run
    .role(0, 'a', 'primary', { term: 1 })
    .write(100, 1)
    .write(200, 2)
    .read(900, 1, { client: 'final' });
}

describe('the likely cause', () => {
  it('of lost writes is how they are replicated, unless two primaries acknowledged them', () => {
    expect(find(losing({ replication: 'async' }).history(), 'lost_writes')).toMatchObject({
      verdict: 'fail',
      cause: '`replication: async` acknowledges a write before a standby has it',
    });
    expect(find(losing({}).history(), 'lost_writes').cause).toBeUndefined();
    expect(find(recorded('no-fencing'), 'lost_writes').cause).toBe(
      'two primaries acknowledged to clients at once',
    );
    expect(find(recorded('no-fencing'), 'stale_reads').cause).toBe(
      'two primaries acknowledged to clients at once',
    );
  });

  it('of lost writes is a fault that hit every node', () => {
    const run = losing({});
    run.fault(300, { kind: 'power_loss', targets: ['a', 'b', 'c'] });
    expect(find(run.history(), 'lost_writes').cause).toMatch(/^fault-1 \(.*\) hit every node at once/);
  });

  it('of double primaries is a fence that failed, or the protection that is missing', () => {
    const both = (supervisor: object) =>
      new Building({ topology: { nodes: NODES, supervisor }, expect: { double_primaries: 0 } })
        .role(0, 'a', 'primary', { term: 1 })
        .role(500, 'b', 'primary', { term: 2 })
        .phase(900, 'down');
    const unprotected = both({ quorum: false, fencing: { confirm: false }, lease: false });
    expect(find(unprotected.history(), 'double_primaries').cause).toBe(
      'the drill has no quorum, fencing that is not confirmed, no lease',
    );
    expect(find(both({}).history(), 'double_primaries').cause).toBeUndefined();
    const failed = both({ lease: false }).supervisor(300, 'fence-failed', 'a', 2);
    expect(find(failed.history(), 'double_primaries').cause).toBe('s1 could not fence a');
  });

  it('of a slow recovery is the part that took longest', () => {
    expect(find(recorded('slow-failover'), 'recover').cause).toBe(
      'the longest part, detection, took 1105.0 ms of 2063.2 ms',
    );
  });

  it('of a failover too many is a node that was declared failed though no fault had hit it', () => {
    const run = new Building({ topology: { nodes: NODES }, expect: { failovers: 0 } });
    run.role(0, 'a', 'primary', { term: 1 }).fault(500, { kind: 'kill', targets: ['c'] });
    run.supervisor(600, 'declared', 'a', 1).role(700, 'b', 'primary', { term: 2 }).phase(900, 'down');
    expect(find(run.history(), 'failovers').cause).toBe('s1 declared a failed, which no fault had hit');
    const hit = new Building({ topology: { nodes: NODES }, expect: { failovers: 0 } });
    hit.role(0, 'a', 'primary', { term: 1 }).fault(500, { kind: 'kill', targets: ['a'] });
    hit.supervisor(600, 'declared', 'a', 1).role(700, 'b', 'primary', { term: 2 }).phase(900, 'down');
    expect(find(hit.history(), 'failovers')).toMatchObject({ verdict: 'fail' });
    expect(find(hit.history(), 'failovers').cause).toBeUndefined();
  });

  it('is told of nothing that passes or is not decided', () => {
    const held = judge(failover({ topology: { nodes: NODES, replication: 'async' } }).history());
    const unseen = judge(recorded('unseen-fault'));
    expect(unseen.findings.some(({ verdict }) => verdict === 'inconclusive')).toBe(true);
    for (const { cause } of [...held.findings, ...unseen.findings]) expect(cause).toBeUndefined();
  });
});
