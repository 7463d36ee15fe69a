/** The edges of a cluster's nodes, opened for one execution: one for each node. */

import { freshSecret } from '../../random.js';
import type { BroughtToxiproxies, Door, Edges, LinkGreeting, PacketFilter } from '../links/edges.js';
import type { ToxiproxyChoice } from '../links/proxies/toxiproxy-choice.js';
import type { Container } from './container.js';
import type { DockerPlaces } from './docker-places.js';
import { Edge, type EdgeEars } from './edge.js';
import { edgeGreeting } from './edge-greeting.js';
import type { EdgeSetting } from './edge-setting.js';
import { toxiproxyImage } from './toxiproxy-image.js';

export type DockerEdgesSetting = Omit<EdgeSetting, 'place' | 'power' | 'secret'> & {
  places: DockerPlaces;
  lack: string | undefined;
};

/** Makes a container of an edge, under the name of its log. */
type MakeContainer = (name: string, ears: EdgeEars) => Container;

export class DockerEdges implements Edges {
  readonly #setting: DockerEdgesSetting;
  readonly #edges: ReadonlyMap<string, Edge>;
  /** With what greetings of this run begin. */
  readonly #secret = freshSecret();

  constructor(setting: DockerEdgesSetting, container: MakeContainer) {
    this.#setting = setting;
    const { places, ...rest } = setting;
    const edgeOf = (place: EdgeSetting['place']) =>
      new Edge({ ...rest, place, power: places.power, secret: this.#secret }, (part, ears) =>
        container(`_${part}-${place.name}`, ears),
      );
    this.#edges = new Map([...places.nodes].map(([name, place]) => [name, edgeOf(place)]));
  }

  async toxiproxies(seed: number, choice: ToxiproxyChoice): Promise<BroughtToxiproxies> {
    const { docker, surroundings, lack } = this.#setting;
    const image = await toxiproxyImage(docker, surroundings.clock, choice, surroundings.signal);
    const started = [...this.#edges].map(async ([name, edge], at): Promise<[string, string][]> => {
      const url = await edge.start(seed + at, image);
      return url === undefined ? [] : [[name, url]];
    });
    return { server: image ?? 'embedded', urls: new Map((await Promise.all(started)).flat()), lack };
  }

  filters(): ReadonlyMap<string, PacketFilter> | undefined {
    const filters = [...this.#edges].flatMap(([name, { filter }]): [string, PacketFilter][] =>
      filter ? [[name, filter]] : [],
    );
    return filters.length > 0 ? new Map(filters) : undefined;
  }

  knock(link: string, token: string, signal: AbortSignal): Promise<void> | undefined {
    const { places } = this.#setting;
    const { packets, link: sides } = places.link(link);
    const other = packets && places.nodes.get(sides.to);
    return other ? this.#edges.get(sides.from)?.knock(other, token, signal) : undefined;
  }

  async door(link: string, signal: AbortSignal): Promise<Door | undefined> {
    const { dial, server, packets, link: sides } = this.#setting.places.link(link);
    const edge = packets ? sides.from : server;
    return edge === undefined ? undefined : this.#edges.get(edge)?.door(dial, signal);
  }

  greeting(link: string, token: string, onArrival: () => void, signal: AbortSignal): Promise<LinkGreeting> {
    return edgeGreeting(this.#setting.places, this.#secret, link, token, onArrival, signal);
  }

  /** Starts the edge of a node that joins its network, where that was not done. */
  async startOf(node: string): Promise<void> {
    await this.#edges.get(node)?.start(0, undefined);
  }

  get containers(): Container[] {
    return [...this.#edges.values()].flatMap(({ containers }) => [...containers]);
  }

  close(): void {
    for (const edge of this.#edges.values()) edge.close();
  }
}
