/** The ports of a service: `ports` and `expose`, of which only the container's side matters. */
import { found, type Path } from '../problem.js';
import type { ServiceContext, Values } from './context.js';
import { PORT } from './keys.js';
import { mapAt } from './map.js';

/** Those of `keys`; `ports` first: what is published is what clients dial. */
export function portNumbers(keys: readonly string[], service: Values, context: ServiceContext): number[] {
  const { refuse, note, name } = context;
  const all: number[] = [];
  for (const key of ['ports', 'expose'].filter((one) => keys.includes(one))) {
    const entries = service[key] ?? [];
    if (Array.isArray(entries))
      all.push(...entries.flatMap((entry, index) => portsAt(entry, [key, index], context)));
    else refuse([key], { expected: 'a list of ports', found: found(entries) });
  }
  if (keys.includes('ports') && all.length > 0)
    note(['ports'], `\`ports\` of ${name} are not published: the drill has ports of its own on loopback`);
  return [...new Set(all)];
}

function portsAt(entry: unknown, path: Path, context: ServiceContext): number[] {
  const { refuse, note, name } = context;
  const ports = portsIn(entry);
  const { protocol = 'tcp' } =
    typeof entry === 'object' ? (mapAt(entry, path, PORT, context) ?? {}) : ({} as Values);
  if (protocol !== 'tcp' && protocol !== 'udp')
    refuse([...path, 'protocol'], { expected: '`tcp` or `udp`', found: found(protocol) });
  else if (!ports) refuse(path, { expected: 'a port, such as "8080:80"', found: found(entry) });
  else if (ports.length === 0) note(path, `a port of ${name} is not taken: no link carries UDP`);
  return ports ?? [];
}

/** The container's ports in one entry; none for UDP, which crosses no link; undefined where it is none. */
export function portsIn(entry: unknown): number[] | undefined {
  if (typeof entry === 'number') return range(entry, entry);
  if (typeof entry === 'object' && entry !== null) {
    const { target, protocol } = entry as { target?: unknown; protocol?: unknown };
    return protocol === 'udp' ? [] : portsIn(target);
  }
  // [[address:]published:]target[/protocol], each of them a range where it is one.
  const [, first, last, protocol] =
    /^(?:.*:)?(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp))?$/.exec(String(entry)) ?? [];
  if (first === undefined) return undefined;
  return protocol === 'udp' ? [] : range(Number(first), Number(last ?? first));
}

function range(first: number, last: number): number[] | undefined {
  if (first < 1 || last > 65_535 || last < first || last - first > 100) return undefined;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
