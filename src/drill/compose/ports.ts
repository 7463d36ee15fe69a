/** The ports of a service: `ports` and `expose`, of which only the container's side matters. */

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
