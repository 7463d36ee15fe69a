/** Directed graphs of numbered nodes, given by the edges that lead out of each. */

interface Edge {
  from: number;
  to: number;
}

/** The nodes in an order that keeps to all edges; those in a cycle or behind one are left out. */
export function sortedNodes(count: number, edgesOf: (node: number) => readonly { to: number }[]): number[] {
  const incoming = new Int32Array(count);
  for (let node = 0; node < count; node++) for (const { to } of edgesOf(node)) incoming[to]!++;
  const order: number[] = [];
  for (let node = 0; node < count; node++) if (incoming[node] === 0) order.push(node);
  for (const node of order) for (const { to } of edgesOf(node)) if (--incoming[to]! === 0) order.push(to);
  return order;
}

/** The edges of a shortest way from one node to another; undefined where there is none. */
export function shortestPath<Each extends Edge>(
  from: number,
  to: number,
  edgesOf: (node: number) => readonly Each[],
): Each[] | undefined {
  const came = new Map<number, Each | undefined>([[from, undefined]]);
  const waiting = [from];
  for (const node of waiting) {
    if (node === to) break;
    for (const edge of edgesOf(node)) {
      if (came.has(edge.to)) continue;
      came.set(edge.to, edge);
      waiting.push(edge.to);
    }
  }
  if (!came.has(to)) return undefined;
  const path: Each[] = [];
  for (let edge = came.get(to); edge; edge = came.get(edge.from)) path.push(edge);
  return path.reverse();
}
