/**
 * The parts of a drill as the drill-file language sees them: for each, the schema of its options, what it needs, and its
 * semantic check. What a part does is added by the interfaces in fault/, workload/, system/ and checker/expectation.ts.
 */
import type * as z from 'zod';
import type { StepModel } from '../histories/models/step-model.js';
import type { Leaves } from '../history/fault-events.js';
import type { OperationType } from '../history/operation-type.js';
import type { Names } from './check-names.js';
import type { Path, Problem } from './problem.js';
import type { Drill } from './schema.js';
import type { TopologySpec } from './topology.js';

/**
 * Something that a runtime can do beyond the least, by name: `kill`, `links`, `packet-filters`, `cpu`, ... What a
 * key of a step adds has the name of both: `kill: process`, `pause: SIGSTOP`.
 */
export type Capability = string;

export interface StepPlace {
  /** Leads to the step's options. */
  readonly path: Path;
  readonly drill: Drill;
  readonly names: Names;
  /** Undefined where nobody knows the system. */
  readonly system: SystemAbilities | undefined;
  readonly before: StepsBefore;
}

/** What the steps before have done. */
export interface StepsBefore {
  /** Whether one of them breaks something. */
  faults: boolean;
  /** What they may leave nodes as. */
  leaves: Set<Leaves>;
  /** The names that faults were given. */
  labels: Set<string>;
  /** Whether one of them asked for another primary. */
  switched: boolean;
}

export interface StepPart<Options = unknown> {
  /** The key of the step. */
  readonly name: string;
  /** What may be written, and the options that come of it. */
  readonly schema: z.ZodType<Options, unknown>;
  /** What it needs of a runtime. */
  needs(options: Options): readonly Capability[];
  /** What is wrong with it in its place. */
  check(options: Options, place: StepPlace): Problem[];
  /** What it may leave nodes as. */
  leaves?(options: Options): readonly Leaves[];
  /** The selector of the nodes that it is aimed at, where a runtime has to prepare them for what it needs. */
  target?(options: Options): string;
}

export interface StepParts {
  /** What breaks something at once, and can do so together with others. */
  readonly faults: Readonly<Record<string, StepPart>>;
  /** What injects faults one after the other. */
  readonly scenarios: Readonly<Record<string, StepPart>>;
}

/** What has to be so of a drill for an expectation to be judged at all. */
export const EXPECTATION_NEEDS = [
  'fault',
  'failback',
  'fault or failback',
  'writes',
  'reads',
  'distinct values',
  'declarations',
  'roles',
] as const;
export type ExpectationNeed = (typeof EXPECTATION_NEEDS)[number];

export interface ExpectationPlace {
  /** Leads to what is expected. */
  readonly path: Path;
  readonly drill: Drill;
  readonly names: Names;
}

/** What the drill-file language has to know of an expectation. */
export interface ExpectationPart<Limit = unknown> {
  /** The key under `expect`. */
  readonly name: string;
  /** What may be expected; its description says what is measured. */
  readonly schema: z.ZodType<Limit, unknown>;
  /** `declarations`: that somebody tells of a failure; `roles`: that nodes tell who is primary. */
  readonly needs: readonly ExpectationNeed[];
  /** What is expected of a drill that does not say what it expects, where that can be judged. */
  readonly unlessSaid?: Limit;
  /** What else is wrong with it in this drill. */
  check?(limit: Limit, place: ExpectationPlace): Problem[];
}

/** What a drill says of its workload besides the type. */
export interface WorkloadSettings {
  /** How many keys there are. */
  keys: number;
  /** The share of operations that change something; the rest are reads. */
  writes: number;
}

/** What the drill-file language has to know of a workload. */
export interface WorkloadPart {
  /** What `type` says. */
  readonly name: string;
  readonly about: string;
  /** What it asks of a system. */
  operations(settings: WorkloadSettings): readonly OperationType[];
  /** Whether no value is written twice and a read shows which were: what is lost or stale can be told by that. */
  readonly distinct: boolean;
  /**
   * What holds its answers against an order of all operations: the name of a model of histories/models, or a step function.
   * Without it, the model for what the history holds.
   */
  readonly model?: string | StepModel;
}

/** What the drill-file language has to know of a system; what it can beyond the least shows in its members. */
export interface SystemPart {
  readonly name: string;
  readonly operations: readonly OperationType[];
  /** What `settings` of the topology may say; without it, nothing. */
  readonly settings?: z.ZodType;
  /** The program that a machine must have on its PATH for nodes that are processes. */
  readonly executable?: string;
  /** Whether what its nodes run comes with failover-drill: then a runtime need not be able to run programs of any kind. */
  readonly embedded?: boolean;
  /** What it cannot do that the topology asks for; paths lead from there. */
  check?(topology: TopologySpec): Problem[];
  /** Tells roles. */
  readonly role?: unknown;
  /** Logs events, such as that a failure was declared; supervisors of its own may do so. */
  readonly eventOf?: unknown;
  readonly supervisors?: { readonly eventOf?: unknown };
  readonly switchover?: unknown;
}

/** What the system of a drill can be asked for, and what it tells. */
export interface SystemAbilities {
  readonly operations: readonly OperationType[];
  /** Whether anybody tells that a failure was declared. */
  readonly declarations: boolean;
  /** Whether nodes tell who is primary. */
  readonly roles: boolean;
  readonly switchover: boolean;
}

/** The parts that drill files can name, as far as the language knows them. */
export interface Parts extends StepParts {
  readonly workloads: Readonly<Record<string, WorkloadPart>>;
  readonly expectations: Readonly<Record<string, ExpectationPart>>;
  readonly systems: Readonly<Record<string, SystemPart>>;
}

/** The part behind a kind of step; undefined for the language's own verbs, and for what nobody knows. */
export function partOf(kind: string, { faults, scenarios }: StepParts): StepPart | undefined {
  return named(faults, kind) ?? named(scenarios, kind);
}

/** The part of that name; undefined where there is none, whatever objects have by themselves (`constructor`). */
export function named<Part>(parts: Readonly<Record<string, Part>>, name: string): Part | undefined {
  return Object.hasOwn(parts, name) ? parts[name] : undefined;
}
