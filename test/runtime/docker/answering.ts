/** Nodes in containers that run programs/answer.mjs: whoever dials them is answered, and they dial where they are told. */
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import type { DockerCluster } from '../../../src/runtime/docker/docker-cluster.js';
import { dialled } from '../links/conformance.js';
import type { Told } from '../opened.js';

/** What arrives at the nodes from here on, as `<node> <text>`, in the order of arrival. */
export function arrivals(told: Told): string[] {
  const arrived: string[] = [];
  const push = told.lines.push.bind(told.lines);
  told.lines.push = (...lines) => {
    for (const { node, line } of lines) {
      const [, text] = /^got (.*) from /.exec(line) ?? [];
      if (text !== undefined) arrived.push(`${node} ${text}`);
    }
    return push(...lines);
  };
  return arrived;
}

/** A new connection over a link, as its source would make it. */
export function dialLink({ edges }: DockerCluster, link: string) {
  return dialled(async () => {
    const door = await edges.door(link, AbortSignal.timeout(10_000));
    if (!door) throw new Error(`expected a door to ${link}`);
    onTestFinished(() => door.close());
    return connect(door.address);
  });
}

/** Gives a node an order. */
export function order({ places }: DockerCluster, node: string, words: string) {
  const asked = dialled(async () => connect(places.observe(node)));
  asked.say(words);
  return asked;
}

/** Has a node dial, and gives what it says of that. */
export async function dialFrom(cluster: DockerCluster, node: string, host: string, port: number) {
  const asked = order(cluster, node, `dial ${host} ${port}`);
  await asked.heard('\n');
  return asked.text().trim();
}
