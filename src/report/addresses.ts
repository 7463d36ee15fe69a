/**
 * A topology that stands, for whoever wants to reach into it:
 *
 *     node           role        address
 *     a              primary     127.0.0.1:12289
 *
 *     client link    address
 *     client:app->a  127.0.0.1:12301
 *
 *     Toxiproxy               links from  to
 *     http://127.0.0.1:40711  a           b c supervisor-1
 */
import { columnsOf, oneLine, padded } from './text.js';

export interface Addresses {
  /** The run's label. */
  run: string;
  drill: string;
  runtime: string;
  nodes: { name: string; role: string; addresses: string[] }[];
  /** What clients dial: each link's proxy. */
  clients: { link: string; address: string }[];
  /** Each server with the links that it carries, and the names of their proxies there. */
  toxiproxies: { url: string; links: { link: string; proxy: string }[] }[];
  /** The folder with history.jsonl and logs/. */
  folder: string;
}

/** As text, ends with a line feed. */
export function addressesText(addresses: Addresses): string {
  const { run, runtime, nodes, clients, toxiproxies, folder } = addresses;
  const example = toxiproxies.find(({ links }) => links.some(({ link }) => !link.startsWith('client:')));
  const { url, links } = example ?? toxiproxies[0] ?? { url: '', links: [] };
  const parts = [
    table(
      ['node', 'role', 'address'],
      nodes.map(({ name, role, addresses: all }) => [name, role, all.join(' ')]),
    ),
    table(
      ['client link', 'address'],
      clients.map(({ link, address }) => [link, address]),
    ),
    table(['Toxiproxy', 'links from', 'to'], toxiproxies.flatMap(serverRows)),
    ...(links[0]
      ? [
          `Proxies are named ${run}.FROM.TO (client_app for client:app). To cut ${links[0].link}, and to heal it:\n` +
            [false, true].map((enabled) => `  ${cut(url, links[0]?.proxy ?? '', enabled)}\n`).join(''),
        ]
      : []),
    [
      ...(runtime === 'docker' ? [`containers  docker ps --filter label=failover-drill.run=${run}`] : []),
      `logs        ${oneLine(folder)}/logs`,
      `remove it   drill down ${run}`,
    ]
      .map((line) => `${line}\n`)
      .join(''),
  ];
  return parts.join('\n');
}

function serverRows({ url, links }: Addresses['toxiproxies'][number]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { link } of links) {
    const [from = '', to = ''] = link.split('->');
    targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  return [...targets].map(([from, to]) => [url, from, to.join(' ')]);
}

function cut(url: string, proxy: string, enabled: boolean): string {
  return `curl -d '{"enabled":${enabled}}' ${url}/proxies/${proxy}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows].map((cells) => cells.map(oneLine));
  const widths = head.map((_, at) => Math.max(...all.map((cells) => columnsOf(cells[at] ?? ''))));
  return all
    .map((cells) => `${cells.map((cell, at) => padded(cell, widths[at] ?? 0)).join('  ')}`.trimEnd())
    .map((line) => `${line}\n`)
    .join('');
}
