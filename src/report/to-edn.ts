/**
 * Our histories in Jepsen's EDN, for its checkers and for Knossos and Elle: operations with jepsen.independent's
 * tuples where they have keys, faults and heals as what the nemesis did.
 *
 *     {:index 41, :time 2013551000, :type :invoke, :process 3, :f :write, :value ["k7" 119]}
 *     {:index 57, :time 2500000000, :type :info, :process :nemesis, :f :partition, :value "isolate a (drop)"}
 */
import type { Event, Value } from '../history/event.js';

/** One line for each event that Jepsen has a form for; others are left out. */
export function* toEdn(events: Iterable<Event>): Generator<string> {
  const kinds = new Map<string, string>();
  for (const event of events) {
    const line = ednLine(event, kinds);
    if (line !== undefined) yield line;
  }
}

function ednLine(event: Event, kinds: Map<string, string>): string | undefined {
  const stamp = `{:index ${event.index}, :time ${event.time}`;
  switch (event.type) {
    case 'invoke':
    case 'ok':
    case 'fail':
    case 'info': {
      const value = event.key === null ? edn(event.value) : `[${edn(event.key)} ${edn(event.value)}]`;
      const error =
        event.type !== 'invoke' && event.error !== undefined ? `, :error ${edn(event.error)}` : '';
      return `${stamp}, :type :${event.type}, :process ${event.process}, :f :${event.f}, :value ${value}${error}}`;
    }
    case 'fault':
      kinds.set(event.fault, event.kind);
      return `${stamp}, :type :info, :process :nemesis, :f :${keyword(event.kind)}, :value ${edn(event.text)}}`;
    case 'heal': {
      const kind = kinds.get(event.fault) ?? 'fault';
      return `${stamp}, :type :info, :process :nemesis, :f :heal-${keyword(kind)}, :value ${edn([event.fault, ...(event.targets ?? [])].join(' '))}}`;
    }
    default:
      return undefined;
  }
}

function edn(value: Value): string {
  if (value === null) return 'nil';
  if (Array.isArray(value)) return `[${value.map(edn).join(' ')}]`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function keyword(name: string): string {
  return name.replace(/[^\w-]+/g, '-');
}
