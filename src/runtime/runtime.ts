/**
 * The interface of a runtime: where nodes live. A runtime is opened for one execution and gives a `World`: a clock, nodes,
 * links, ways in. What else it can do to nodes (kill, pause) are interfaces of their own, which it declares by capability,
 * so that a drill that needs one that is missing is refused before anything starts.
 */
import type { Clock } from '../clock.js';
import type { ContainerSpec } from '../drill/container.js';
import type { Capability } from '../drill/parts.js';
import type { Census, Inventory } from '../history/census.js';
import type { Random } from '../random.js';
import type { Part, Span } from '../span.js';
import type { Link } from '../topology/links.js';
import type { Address } from './address.js';
import type { Handicapped } from './handicap.js';
import type { Greetings, Links } from './world-links.js';

export type { Inventory } from '../history/census.js';

/** The runtimes that come with failover-drill. */
export type RuntimeName = 'docker' | 'process' | 'sim';

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
  /**
   * Whether the nodes share one network, which needs `packet-filters`, or each link between them is a proxy's. Left out, it
   * is what is most like production for what the nodes are and can be had here.
   */
  network?: 'private' | 'shared' | undefined;
  /** What the nodes are made of that are containers of the user's own; for a runtime that can do `containers`. */
  containers?: Readonly<Record<string, ContainerSpec>>;
  /**
   * What will be asked of it, so that what cannot be had here is refused by name, each with the nodes that it may be asked
   * for, where that is known; nothing beyond the least if left out.
   */
  needs?: ReadonlyMap<Capability, readonly string[]>;
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
  /** Told when a node was paused, and when it was let go on. */
  onPause?(node: string, isPaused: boolean): void;
  /**
   * Told when what the world stands on is gone, so that nothing that follows could be trusted, and since which instant of
   * the clock it may have been.
   */
  onLost?(error: Error, since: number): void;
  /** Told how far something has come that takes long, such as the building of an image, in words. */
  onProgress?(text: string): void;
  /** Aborted when what takes long, such as building an image, is wanted no more. */
  signal?: AbortSignal;
}

/** What it hands over beside that for the links. */
export interface LinkSurroundings {
  /** Of the world's own draws, such as which connections a toxic hits. */
  random: Random;
  /** Left out, no node takes greetings. */
  greetings?: Greetings;
  /** What links are to be carried by, as the user has said it; the best there is if left out. */
  linksBy?: string | undefined;
  /**
   * Of the power device, where something dials it: its key, whom it can turn off, and how long it takes to, ms; `onOff` is
   * told of each node that was turned off by an order.
   */
  power?: { key: string; nodes: readonly string[]; delay?: number; onOff?(node: string): void };
  /** Told what carries the links, in words, and in which version. */
  onCarrier?(server: string, version: string): void;
  /** Told when a part of the world's own was late with an answer: which, since when, and for how long, ms of the clock. */
  onLate?(part: string, at: number, took: number): void;
  /** How late this process was altogether until now, ms: what came meanwhile was seen late. */
  ownLateness?(): number;
}

/** A time that is no machine's: it passes while a work goes on, and does not wait for anything real. */
export interface OwnTime {
  readonly clock: Clock;
  pass<T>(work: () => Promise<T>): Promise<T>;
}

export interface Runtime {
  readonly name: string;
  readonly capabilities: ReadonlySet<Capability>;
  /** The time of one execution; the machine's if left out. */
  time?(): OwnTime;
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
  open(layout: Layout, surroundings: Surroundings & LinkSurroundings): Promise<World>;
  /** Looks at what there is, of the run with this label and altogether. Rejects where it cannot be looked at. */
  look(run: string, around: Pick<Surroundings, 'clock' | 'environment'>): Promise<Look>;
  /** Which images of nodes of the user's own are not there, one text each; for a runtime that can do `containers`. */
  missingImages?(
    containers: Readonly<Record<string, ContainerSpec>>,
    around: Pick<Surroundings, 'clock' | 'environment'>,
  ): Promise<string[]>;
  /**
   * Gets the images of nodes of the user's own (builds or pulls them), and gives the ports that those expose of which
   * the drill names none. For a runtime that can do `containers`.
   */
  exposed?(
    containers: Readonly<Record<string, ContainerSpec>>,
    surroundings: Pick<Surroundings, 'clock' | 'environment' | 'signal' | 'onProgress'>,
  ): Promise<ReadonlyMap<string, number[]>>;
}

export interface Look {
  census: Census;
  /** What carries the run's label, one text each. */
  found: string[];
}

/** A runtime opened for one execution: all of it that those see who drill in it. */
export interface World {
  readonly clock: Clock;
  readonly nodes: Nodes;
  /** There once it is up. */
  readonly links: Links;
  readonly places: Places;
  /** The proxies on links, for people who want to change links by hand. */
  readonly proxies: readonly Proxies[];
  /** What it stands on. */
  readonly ground: WorldGround;
  /** Makes the links, and the power device where something dials it. Rejects with an `EnvironmentError` where it cannot. */
  up(): Promise<void>;
  /** Ends and removes everything that was created, at any moment; says what could not be. Never rejects. */
  close(): Promise<Inventory>;
}

/** What a runtime does not declare as a capability is never called. */
export interface Nodes
  extends Kills,
    Stops,
    Pauses,
    Tails,
    Partial<ProcessKills & PowerLosses & Handicapped> {
  /** Starts (or starts again, with the same addresses and data) a node; resolves once its process exists. */
  start(node: string, program: Program): Promise<void>;
}

/** Addresses: what systems and people are told, and nobody in between understands. */
export interface Places {
  /** Where a node itself listens. */
  listen(node: string): Address;
  /** Where the runner reaches it beside the links, for observation and control. */
  observe(node: string): Address;
  /** The same for each of its ports, where a node can have several. */
  published?(node: string): ReadonlyMap<number, Address>;
  /** What the source of a link dials: of a client's link, the client's way in. */
  link(name: string): { dial: Address };
  /** The folder in which a node keeps its data, as the node sees it. */
  data(node: string): string;
}

/** A server with the proxies that it has on links. */
export interface Proxies {
  url: string;
  links: { link: string; proxy: string }[];
}

export interface WorldGround {
  /** Whether what the nodes run on is gone: then nobody can say what is left of them. */
  readonly isLost: boolean;
  /** Resolves once all of it is known to have been there at this call, or to be lost. */
  confirm(): Promise<void>;
  /** From here on, only the loss of what the nodes run on is told. */
  stop(): void;
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
  /**
   * Whether the node's process exists, asked of the operating system now. Whoever asks a world and finds that it does not
   * finds that its end has been told, too, though that comes by another channel.
   */
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

/** The name of the capability to take power from nodes; `Layout.needs` says from which. */
export const POWER_LOSS = 'power_loss';

/** The name of the capability to change what links between nodes carry: late, held back, in part. */
export const SHAPING = 'shaping';

/** The capability `POWER_LOSS`. Neither needs the object that it is a part of. */
export interface PowerLosses {
  /**
   * Kills them at once; what they had not made durable by then is gone from their disks. Gives when their processes were
   * killed.
   */
  losePower(this: void, nodes: readonly string[]): Promise<Span>;
  /** What keeps a node's disk from being the one that lost its power; undefined where it is that. */
  lackOfLoss(this: void, node: string): Promise<string | undefined>;
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
