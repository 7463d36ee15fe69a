import { describe, expect, it } from 'vitest';
import { EdnReader } from '../../src/histories/formats/edn.js';
import { functionAt, valueAt } from '../../src/histories/formats/operation-table.js';
import type { Event } from '../../src/history/event.js';
import { toEdn } from '../../src/report/to-edn.js';

const events = [
  { index: 0, time: 0, type: 'phase', phase: 'steps' },
  { index: 1, time: 1000, type: 'invoke', process: 3, f: 'write', key: 'k7', value: 119 },
  {
    index: 2,
    time: 1500,
    type: 'fault',
    fault: 'fault-1',
    kind: 'partition',
    targets: ['a'],
    text: 'isolate "a"',
  },
  { index: 3, time: 2000, type: 'info', process: 3, f: 'write', key: 'k7', value: 119, error: 'time-out' },
  { index: 4, time: 2500, type: 'heal', fault: 'fault-1' },
  { index: 5, time: 3000, type: 'invoke', process: 4, f: 'cas', key: null, value: [1, null] },
] as Event[];

describe('a history of ours in EDN', () => {
  it('has operations, and faults as what the nemesis did', () => {
    expect([...toEdn(events)]).toEqual([
      '{:index 1, :time 1000, :type :invoke, :process 3, :f :write, :value ["k7" 119]}',
      '{:index 2, :time 1500, :type :info, :process :nemesis, :f :partition, :value "isolate \\"a\\""}',
      '{:index 3, :time 2000, :type :info, :process 3, :f :write, :value ["k7" 119], :error "time-out"}',
      '{:index 4, :time 2500, :type :info, :process :nemesis, :f :heal-partition, :value "fault-1"}',
      '{:index 5, :time 3000, :type :invoke, :process 4, :f :cas, :value [1 nil]}',
    ]);
  });

  it('is read back with its keys', () => {
    const reader = new EdnReader('history.edn');
    reader.feed(Buffer.from([...toEdn(events.slice(0, 5))].join('\n')));
    const table = reader.end();
    expect(table.count).toBe(1);
    expect([functionAt(table, 0), table.keys[0], valueAt(table, table.value[0]!)]).toEqual([
      'write',
      'k7',
      119,
    ]);
  });
});
