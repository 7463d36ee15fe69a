/**
 * What a runtime has that makes its links of proxies and packet filters (world.ts): nodes, addresses, and helpers for the
 * servers.
 */
import type { Link } from '../../topology/links.js';
import type { Address } from '../address.js';
import type { Holding } from '../reaper/run-folder.js';
import type { Inventory, Nodes, Places, Program } from '../runtime.js';
import type { Edges } from './edges.js';

export type Cluster = Nodes & {
  readonly places: ClusterPlaces;
  readonly hosts: Hosts;
  /** What it does where links begin and end, if those lie in networks that the runner does not reach. */
  readonly edges?: Edges;
  /** Ends and removes everything that was created; says what could not be. */
  close(): Promise<Inventory>;
};

export interface ClusterPlaces extends Places {
  link(name: string): LinkPlace;
  /** Where the power device listens; the links to it lead there. */
  power: Address | undefined;
}

/** Where one link's proxy listens and where it leads. */
export interface LinkPlace {
  link: Link;
  /** What the source of the link dials. */
  dial: Address;
  /** The proxy's own listen address, `host:port`, as its Toxiproxy server sees it. */
  listen: string;
  /** The destination's real address, `host:port`, as the Toxiproxy server sees it. */
  upstream: string;
  /** No proxy carries it: packets go straight to `dial`, as far as the nodes' packet filters let them (`Edges.filters`). */
  packets?: true;
  /** Where packets go straight, and faults may shape the link: how its connections come to a proxy, which is on a `server`. */
  redirect?: Redirect;
  /** Which of the cluster's own Toxiproxy servers carries it (`Edges`); without it, the one on this machine does. */
  server?: string;
  /** Whether the link's own end takes greetings (`Edges.greeting`), whatever its destination does. */
  greetable?: boolean;
}

/** Connections from a link's source to this address and port are led to a proxy there. */
export interface Redirect {
  address: string;
  port: number;
  /** The port of the proxy on the source's loopback. */
  proxy: number;
  /** What the proxy dials for that address, so that its own connections are not led to itself. */
  alias: string;
}

/** A program of the drill itself that runs beside the nodes, such as the Toxiproxy server. */
export interface Helper {
  /** The helper's name for its log and for error texts. */
  readonly name: string;
  /** Whether its process exists, asked of the operating system now. */
  running(): boolean;
  /** Resolves when its process has ended, whoever ended it, with how: `exit code 1`, `signal SIGKILL (9)`. */
  readonly ended: Promise<string>;
  tail(lines: number): Promise<string[]>;
  /** Kills it; resolves when it has ended. */
  stop(): Promise<void>;
}

/** A runtime that can start helpers: they carry the run's label, and are taken down with the run. */
export interface Hosts {
  /** A loopback address that nobody else has. */
  address(): Promise<Address>;
  /** Starts a helper, whose standard input is a pipe that ends with the runner. Its log is `_<name>.log`. */
  host(name: string, program: Program, onLine: (line: string) => void): Promise<Helper>;
  /** Notes where the run has things that would outlive it, so that they are removed whatever happens. */
  noteHolding(holding: Holding): void;
}
