/** The fields that an event of each type must have: what a reader may rely on after decoding. */
import type { Event, EventBody } from './event.js';

type Kind = 'string' | 'number' | 'boolean' | 'array' | 'object' | 'present';

const operation: Record<string, Kind> = { process: 'number', f: 'string', key: 'present', value: 'present' };
const seen: Record<string, Kind> = { fault: 'string', witnessed: 'boolean', evidence: 'array' };

const REQUIRED: Record<EventBody['type'], Record<string, Kind>> = {
  run: { format: 'number', drill: 'object', runtime: 'string', seed: 'number', nodes: 'array' },
  phase: { phase: 'string' },
  step: { step: 'number', text: 'string' },
  invoke: operation,
  ok: operation,
  fail: operation,
  info: operation,
  fault: { fault: 'string', kind: 'string', targets: 'array', text: 'string' },
  witness: seen,
  heal: { fault: 'string' },
  healed: seen,
  role: { node: 'string', role: 'string', source: 'string' },
  supervisor: { node: 'string', event: 'string', target: 'string' },
  node: { node: 'string', event: 'string' },
  toxiproxy: { server: 'string', version: 'string' },
  progress: { text: 'string' },
  ask: { ask: 'string', node: 'string' },
  waited: { for: 'string', reached: 'boolean' },
  problem: { message: 'string' },
  stall: { at: 'number', took: 'number' },
  inventory: { created: 'object', leaked: 'array' },
  end: { reason: 'string' },
};

const OPTIONAL_NUMBERS = ['at', 'until', 'intended', 'term', 'accepted'];

/** Why a parsed line is no event, or undefined where it is one. */
export function shapeFlaw(value: unknown): string | undefined {
  if (kindOf(value) !== 'object') return `expected an event, found ${kindOf(value)}`;
  const fields = value as Record<string, unknown>;
  const type = fields.type as Event['type'];
  if (typeof type !== 'string' || !Object.hasOwn(REQUIRED, type)) {
    return `expected an event of a known type, found ${JSON.stringify(fields.type)}`;
  }
  for (const stamp of ['index', 'time']) {
    if (typeof fields[stamp] !== 'number')
      return `expected a number in "${stamp}", found ${kindOf(fields[stamp])}`;
  }
  for (const name in REQUIRED[type]) {
    const kind = REQUIRED[type][name] as Kind;
    const found = fields[name];
    if (kind === 'present' ? found === undefined : kindOf(found) !== kind) {
      return `expected ${kind} in "${name}" of ${type}, found ${kindOf(found)}`;
    }
  }
  for (const name of OPTIONAL_NUMBERS) {
    if (fields[name] !== undefined && typeof fields[name] !== 'number') {
      return `expected a number in "${name}", found ${kindOf(fields[name])}`;
    }
  }
  return undefined;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
