/**
 * The interface of a runtime: where nodes live. A runtime is opened for one execution and gives a `Cluster`;
 * what else it can do to nodes (kill, pause) are interfaces of their own, which it declares by capability, so
 * that a drill that needs one that is missing is refused before anything starts.
 */
import type { Clock } from '../clock.js';
import type { ContainerSpec } from '../drill/container.js';
import type { Capability } from '../drill/parts.js';
import type { Census, Created } from '../history/census.js';
import type { Part } from '../span.js';
import type { Link } from '../topology/links.js';
import type { Address } from './address.js';
import type { Handicapped } from './handicap.js';
import type { Edges } from './links/edges.js';
import type { Holding } from './reaper/run-folder.js';

/** The runtimes that come with failover-drill. */
export type RuntimeName = 'docker' | 'process';

/** What runs in a node: an argument list, never a shell string. */
export interface Program {
  command: readonly string[];
  environment?: Readonly<Record<string, string>>;
}

/** What a runtime is asked to make room for. */
export interface Layout {
  /** Nodes and supervisors, by name. */
  nodes: readonly string[];
  links: readonly Link[];
  /** Whether something in the topology dials the power device. */
  power: boolean;
  /** Whether the nodes share one network; otherwise each link between them is a proxy's. Needs `packet-filters`. */
  shared?: boolean;
  /** What the nodes are made of that are containers of the user's own; for a runtime that can do `containers`. */
  containers?: Readonly<Record<string, ContainerSpec>>;
  /**
   * What will be asked of it, so that what cannot be had here is refused by name, each with the nodes that it may be asked
   * for, where that is known; nothing beyond the least if left out.
   */
  needs?: ReadonlyMap<Capability, readonly string[]>;
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
  /** Which of the runtime's own Toxiproxy servers carries it (`Edges`); without it, the one on this machine does. */
  server?: string;
  /** Whether the link's own end takes greetings (`Edges.greeting`), whatever its destination does. */
  greetable?: boolean;
}

/** What the runner hands to a runtime. */
export interface Surroundings {
  clock: Clock;
  /** The run's label; everything that is created carries it. */
  run: string;
  /** Where nodes' logs are kept: `<node>.log`. */
  logs: string;
  /** The runner's environment variables; of these, programs see PATH, HOME, LANG and TMPDIR. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Told of each line that a node writes on its standard output. */
  onLine(node: string, line: string): void;
  /** Told when a node's process has ended, whoever ended it. `at` is the clock's instant. */
  onExit(node: string, detail: string, at: number): void;
  /** Told when what nodes run on is gone, so that nothing that follows could be trusted. */
  onLost?(error: Error): void;
  /** Aborted when what takes long, such as building an image, is wanted no more. */
  signal?: AbortSignal;
}

export interface Runtime {
  readonly name: string;
  readonly capabilities: ReadonlySet<Capability>;
  /**
   * Why this machine, or an image of a drill with these nodes, cannot give a capability that others can; undefined
   * where they can.
   */
  lack?(
    capability: Capability,
    around: Pick<Surroundings, 'clock' | 'environment'>,
    drill: Pick<Layout, 'containers' | 'needs'>,
  ): Promise<string | undefined>;
  /** Reserves addresses and folders. Nothing runs yet but what keeps the run's things from being left behind. */
  open(layout: Layout, surroundings: Surroundings): Promise<OpenCluster>;
  /** Looks at what there is, of the run with this label and altogether. Rejects where it cannot be looked at. */
  look(run: string, around: Pick<Surroundings, 'clock' | 'environment'>): Promise<Look>;
  /**
   * Gets the images of nodes of the user's own (builds or pulls them), and gives the ports that those expose of which
   * the drill names none. For a runtime that can do `containers`.
   */
  exposed?(
    containers: Readonly<Record<string, ContainerSpec>>,
    surroundings: Pick<Surroundings, 'clock' | 'environment' | 'signal'>,
  ): Promise<ReadonlyMap<string, number[]>>;
}

export interface Look {
  census: Census;
  /** What carries the run's label, one text each. */
  found: string[];
}

/** A runtime opened for one execution. */
export interface Cluster {
  readonly places: Places;
  /** Starts (or starts again, with the same addresses and data) a node; resolves once its process exists. */
  start(node: string, program: Program): Promise<void>;
  /** Ends and removes everything that was created; says what could not be. */
  close(): Promise<Inventory>;
}

/** What opening a runtime gives. What a runtime does not declare as a capability is never called. */
export type OpenCluster = Cluster &
  Kills &
  Stops &
  Pauses &
  Tails &
  Hosts &
  Partial<ProcessKills & Handicapped> & { edges?: Edges };

/** The addresses of a cluster. */
export interface Places {
  /** Where a node itself listens. */
  listen(node: string): Address;
  /** Where the runner reaches it beside the links, for observation and control. */
  observe(node: string): Address;
  /** The same for each of its ports, where a node can have several. */
  published?(node: string): ReadonlyMap<number, Address>;
  link(name: string): LinkPlace;
  /** The folder in which a node keeps its data, as the node sees it. */
  data(node: string): string;
  /** Where the power device listens, for a runner that provides it; the links to it lead there. */
  power: Address | undefined;
}

export interface Inventory {
  before?: Census;
  created: Created;
  after?: Census;
  /** What is still there, one text each; empty when all is gone. */
  leaked: string[];
  /** What could not be looked at, one text each with the reason. */
  unseen?: string[];
  /** The run's label, where it was left as it was. */
  kept?: string;
}

/** The signals that end a process; one that goes on all the same was not killed. */
export const KILL_SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGABRT'] as const;
export type KillSignal = (typeof KILL_SIGNALS)[number];

/** `freezer`: the kernel stops the container; `SIGSTOP`: each of its processes is stopped. */
export const PAUSE_WAYS = ['freezer', 'SIGSTOP'] as const;
export type PauseWay = (typeof PAUSE_WAYS)[number];

/** The capability `kill`. Instants are the clock's, the best known for when the effect began. */
export interface Kills {
  /** Sends the signal; for SIGKILL the effect begins at once, for the others when the process has ended. */
  kill(node: string, signal: KillSignal): Promise<{ at: number }>;
  /** Whether the node's process exists, asked of the operating system now. */
  running(node: string): Promise<boolean>;
}

/** The capability `kill: process`. */
export interface ProcessKills {
  /** Ends one process in a node, by the name of its program. Rejects where none has it, or several have. */
  killProcess(node: string, name: string, signal: KillSignal): Promise<KilledProcess>;
}
export interface KilledProcess {
  at: number;
  /** Which one it was: its name and number. */
  process: string;
  /** Whether it exists no more, asked of the operating system now. */
  gone(): boolean;
}

/** The capability `stop`. */
export interface Stops {
  /** Asks the node to end, and kills it where it has not done so `grace` ms later; resolves when it has ended. */
  stop(node: string, grace: number): Promise<{ at: number; killed: boolean }>;
}

/** The capability `pause`, the runtime's own way; others are capabilities of their own. */
export interface Pauses {
  pause(node: string, by?: PauseWay): Promise<Part>;
  /** Lets it go on. What is not stopped in that way (any more) is left as it is: it may have been started again. */
  resume(node: string, by?: PauseWay): Promise<Part>;
  /** Whether the node is stopped, asked of the operating system now: in this way, or in whichever. */
  paused(node: string, by?: PauseWay): Promise<boolean>;
}

/** A runtime that keeps its nodes' logs at hand. */
export interface Tails {
  /** The last lines that a node wrote, on either stream, `lines` at most. */
  tail(node: string, lines: number): Promise<string[]>;
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

export function kills<Opened extends Cluster>(cluster: Opened): cluster is Opened & Kills {
  return 'kill' in cluster;
}
export function pauses<Opened extends Cluster>(cluster: Opened): cluster is Opened & Pauses {
  return 'pause' in cluster;
}
export function tails<Opened extends Cluster>(cluster: Opened): cluster is Opened & Tails {
  return 'tail' in cluster;
}
export function hosts<Opened extends Cluster>(cluster: Opened): cluster is Opened & Hosts {
  return 'host' in cluster;
}
