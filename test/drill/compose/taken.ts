/** A Compose file taken in as the nodes of a drill. */

import { notesOf } from '../../../src/drill/load.js';
import { parseDrill } from '../../built-in.js';

const HTTP = 'http: { port: 8080, write: { request: "PUT /{key}" }, read: { request: "GET /{key}" } }';

interface Given {
  nodes?: string;
  environment?: Record<string, string>;
  files?: Record<string, string>;
}

/** Every path is a file, and no link. */
const look = (real: string) => (real.endsWith('/.git') ? undefined : { real, kind: 'file' as const });

/** The drill with its Compose file taken in from /home/stack. Throws where it cannot be. */
export function taken(
  compose: string,
  { nodes = '{ web: { role: primary } }', environment = {}, files = {} }: Given = {},
) {
  const text = `name: x\ntopology:\n  compose: stack/compose.yaml\n  system: { ${HTTP} }\n  nodes: ${nodes}\nexpect: {}\n`;
  const all: Record<string, string> = { '/home/stack/compose.yaml': compose, ...files };
  const importing = { folder: '/home', environment, read: (path: string) => all[path], look };
  const drill = parseDrill(text, 'drill.yaml', { importing });
  return { drill, nodes: drill.topology.nodes, notes: notesOf(drill) };
}
