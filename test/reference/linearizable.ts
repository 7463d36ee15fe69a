/**
 * Whether the operations on one register are linearizable, where every written value is written once: the
 * zones of Gibbons and Korach, "Testing shared memories" (1997). Exact, and nearly linear in time.
 */

export interface Operation {
  kind: 'read' | 'write';
  value: number | null;
  start: number;
  /** When it was answered; infinite where it was not (only writes: it may have happened). */
  end: number;
}

/** Why not, or undefined where they are. Operations that definitely failed are left out by the caller. */
export function whyNotLinearizable(operations: readonly Operation[]): string | undefined {
  const zones = new Map<
    number | null,
    { write: Operation; firstEnd: number; lastStart: number; reads: number }
  >();
  const initial: Operation = { kind: 'write', value: null, start: -1, end: -1 };
  for (const write of [initial, ...operations.filter(({ kind }) => kind === 'write')])
    zones.set(write.value, { write, firstEnd: write.end, lastStart: write.start, reads: 0 });
  for (const read of operations) {
    if (read.kind !== 'read') continue;
    const zone = zones.get(read.value);
    if (!zone) return `read ${read.value} at ${read.start}, which nobody wrote`;
    if (read.end < zone.write.start) return `read ${read.value} at ${read.start}, before it was written`;
    zone.firstEnd = Math.min(zone.firstEnd, read.end);
    zone.lastStart = Math.max(zone.lastStart, read.start);
    zone.reads++;
  }
  const seen = [...zones.values()].filter(({ write, reads }) => reads > 0 || Number.isFinite(write.end));
  const forward = seen.filter(({ firstEnd, lastStart }) => firstEnd < lastStart);
  forward.sort((one, other) => one.firstEnd - other.firstEnd);
  for (let index = 1; index < forward.length; index++) {
    const [one, other] = [forward[index - 1]!, forward[index]!];
    if (other.firstEnd < one.lastStart) return overlap(one, other);
  }
  for (const zone of seen) {
    if (zone.firstEnd < zone.lastStart) continue;
    const around = forward.find((one) => one.firstEnd < zone.lastStart && zone.firstEnd < one.lastStart);
    if (around) return overlap(around, zone);
  }
  return undefined;
}

function overlap(one: { write: Operation; firstEnd: number; lastStart: number }, other: typeof one): string {
  const text = ({ write, firstEnd, lastStart }: typeof one) =>
    `${write.value} (written ${write.start}..${write.end}, known by ${firstEnd}, still read at ${lastStart})`;
  return `no order fits ${text(one)} and ${text(other)}`;
}
