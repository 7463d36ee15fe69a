/**
 * The interface of a system: what runs in the nodes and how the drill talks to it. Two methods are required;
 * what else a system can tell or do are interfaces of their own. One system, one file.
 */
import type { ContainerSpec } from '../drill/container.js';
import type { SystemPart } from '../drill/parts.js';
import type { TopologySpec } from '../drill/topology.js';
import type { EventBody, OperationType, Value } from '../history/event.js';
import type { Address } from '../runtime/address.js';
import type { Program } from '../runtime/runtime.js';

/** What a client asks for. */
export interface Operation {
  f: OperationType;
  key: string;
  /**
   * What is written; null for a read or dequeue. Of a compare-and-set, what should be there and what is to be there; of a
   * transfer, from which place to which, and how much.
   */
  value: Value;
}

/** How one operation ended, as the client knows it. Definite and indefinite errors are told apart here. */
export type Outcome =
  | { type: 'ok'; value: Value; node?: string; term?: number }
  /**
   * It definitely did not happen. `primary`: the answer named the node to go to; `mismatch`: the operation's own condition
   * did not hold, such as the value that a compare-and-set expects, so the service did its part.
   */
  | { type: 'fail'; error: string; primary?: string; mismatch?: true }
  /** Nobody knows: a time-out, a lost connection. */
  | { type: 'info'; error: string };

/** A client's way to one node (through the client's link). Never rejects: a failure is an outcome. */
export interface Connection {
  invoke(operation: Operation, signal: AbortSignal): Promise<Outcome>;
  close(): void;
}

/** What a system may know of a node when it says how to start it. */
export interface NodeContext {
  name: string;
  kind: 'node' | 'supervisor';
  listen: Address;
  /** A folder of its own, kept over restarts, in which its program runs. */
  data: string;
  topology: TopologySpec;
  /** What the drill file sets of the system's own `settings`, with what is usual in the place of the rest. */
  settings: unknown;
  /** The declared primary at the beginning, and where a failback leads. */
  primary: string;
  /** Whether the supervisors are to switch back to it by themselves. */
  automaticFailback: boolean;
  supervisors: readonly string[];
  nodes: readonly string[];
  /** Whom this node has a link to: other nodes, supervisors, `power`. */
  peers: readonly string[];
  /** The address that this node dials to reach a peer (`power` for the power device): the link's. */
  dial(peer: string): Address;
  /** Where each node dials the others, `host:port`: for a supervisor that tells nodes whom to follow. */
  routes: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What the power device answers to, as `authorization: Bearer <key>`; not to be told in arguments, which others can read. */
  powerKey: string;
  /** The seed from which the node draws its randomness. */
  seed: string;
}

/** What runs in a node, and what can be asked of it there. */
export interface Resident extends Partial<TellsRole & TellsHealth & LogsEvents & Greets> {
  program(node: NodeContext): Program;
}

/** `operations`: what its connections can be asked for; a workload that needs more is refused. */
export interface System
  extends Omit<SystemPart, 'role' | 'eventOf' | 'supervisors' | 'switchover'>,
    Resident,
    Partial<Switches> {
  connect(address: Address, drill: { topology: TopologySpec }): Connection;
  /** What runs in its supervisors; without it, they are asked and told as its nodes are. */
  readonly supervisors?: Resident;
  /** What a node that names no image is made of, where nodes are containers; without it, our own image. */
  readonly container?: ContainerSpec;
}

export interface RoleAnswer {
  role: 'primary' | 'standby';
  term?: number;
  /** The monotonic instant (ms, the shared clock) past which a primary will not serve unless it renews. */
  until?: number;
  accepted?: number;
  /** Whether a standby is in sync (may be promoted); a primary always is. */
  inSync?: boolean;
}

/** A system whose nodes can be asked for their role, beside the links. Rejects where there is no answer. */
export interface TellsRole {
  role(address: Address, signal: AbortSignal): Promise<RoleAnswer>;
  /** The same over connections that are kept, for whoever asks many times a second. */
  roleAsker?(address: Address): RoleAsker;
}

/** Asks one node for its role, again and again. */
export interface RoleAsker {
  role(signal: AbortSignal): Promise<RoleAnswer>;
  close(): void;
}

export function roleAskerOf(system: TellsRole, address: Address): RoleAsker {
  return (
    system.roleAsker?.(address) ?? { role: (signal) => system.role(address, signal), close: () => undefined }
  );
}

/**
 * A system whose nodes can be asked whether they can serve, beside the links. Where they tell no role, a healthy
 * node counts as being in the role that the drill file gives it. Rejects with the reason where it is not healthy.
 */
export interface TellsHealth {
  healthy(address: Address, signal: AbortSignal): Promise<void>;
}

/** A system whose nodes write events to their standard output. */
export interface LogsEvents {
  /** The event in a line, with `at` in milliseconds of the shared monotonic clock; undefined where there is none. */
  eventOf(node: string, line: string): LoggedEvent | undefined;
}
export type LoggedEvent = { at?: number; until?: number; body: EventBody };

/** Who can be asked for a planned change of primary, and where. */
export interface SwitchoverPlaces {
  readonly supervisors: readonly string[];
  /** The address of a node or supervisor beside the links. */
  observe(node: string): Address;
}

/** A system that can be asked for a planned change of primary. Resolves once it was accepted; rejects with why not. */
export interface Switches {
  switchover(to: string, at: SwitchoverPlaces, signal: AbortSignal): Promise<void>;
}

/**
 * A system that answers a harmless greeting, so that a link can be witnessed: the greeting crosses the link, is
 * seen to arrive (where the system logs it), and its answer crosses back.
 */
export interface Greets {
  /** Sends a greeting that carries `token` to `address` and resolves when it is answered. */
  greet(address: Address, token: string, signal: AbortSignal): Promise<void>;
  /** The token of a greeting whose arrival this log line tells; left out where nobody tells. */
  arrivalOf?(line: string): string | undefined;
}

export function tellsRole<Some extends Resident>(resident: Some): resident is Some & TellsRole {
  return resident.role !== undefined;
}
export function tellsHealth<Some extends Resident>(resident: Some): resident is Some & TellsHealth {
  return resident.healthy !== undefined;
}
export function logsEvents<Some extends Resident>(resident: Some): resident is Some & LogsEvents {
  return resident.eventOf !== undefined;
}
export function greets<Some extends Resident>(resident: Some): resident is Some & Greets {
  return resident.greet !== undefined;
}
export function switches(system: System): system is System & Switches {
  return system.switchover !== undefined;
}

/** A system of one's own, with its types checked; given to `runDrills({ systems: { name: system } })`. */
export function defineSystem<Own extends System>(system: Own): Own {
  return system;
}
