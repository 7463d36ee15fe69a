/** The last of loading: what a drill means by the place that its file has, and by its system, written out. */
import { resolve } from 'node:path';
import { hasOwnImage } from './container.js';
import { MOST_PORTS } from './container-forms.js';
import type { Drill } from './schema.js';
import { isMember, type NodeDeclaration } from './topology.js';

/**
 * The drill with paths from the root on, and with the port that a system of the user's own is spoken to at in the
 * first place of those of each node that clients dial. `folder` is the drill file's.
 */
export function settled(drill: Drill, folder: string | undefined): Drill {
  const { topology } = drill;
  const port = typeof topology.system === 'string' ? undefined : topology.system.http.port;
  const nodes = Object.entries(topology.nodes).map(([name, node]) => {
    const placed = folder === undefined ? node : anchored(node, folder);
    // The ports that an image exposes are known once it is there; they come on top (run/exposed-ports.ts).
    const isKnown = node.expose !== undefined || !hasOwnImage(node);
    return [
      name,
      port !== undefined && isMember(node) && isKnown ? spokenToAt(placed, node.port ?? port) : placed,
    ];
  });
  const plugins =
    drill.plugins && folder ? drill.plugins.map((path) => resolve(folder, path)) : drill.plugins;
  return {
    ...drill,
    ...(plugins ? { plugins } : {}),
    topology: { ...topology, nodes: Object.fromEntries(nodes) },
  };
}

function anchored(node: NodeDeclaration, folder: string): NodeDeclaration {
  const { build, volumes } = node;
  return {
    ...node,
    ...(build ? { build: { ...build, context: resolve(folder, build.context) } } : {}),
    ...(volumes
      ? // `./a.conf:/etc/a.conf:ro`, where `a.conf` lies.
        { volumes: volumes.map((use) => use.replace(/^\.[^:]*/, (source) => resolve(folder, source))) }
      : {}),
  };
}

/** The node with that port in the first place, before those that it has. */
export function spokenToAt(node: NodeDeclaration, port: number): NodeDeclaration {
  const others = (node.expose ?? []).filter((other) => other !== port);
  return { ...node, expose: [port, ...others].slice(0, MOST_PORTS) };
}
