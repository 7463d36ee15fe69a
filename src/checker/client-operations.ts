/** Whose operations they are: the client load's, by group, and the final reads'. */
import type { Drill } from '../drill/schema.js';
import type { History } from '../history/history.js';
import { type Operation, operationsOf } from '../history/operations.js';

/** The client name of the reads at the end, after heal and settle. */
export const FINAL = 'final';
/** The client name of a fixed-rate availability probe. */
export const PROBE = 'probe';

const loads = new WeakMap<History, readonly Operation[]>();

/** The operations of the client load, in the order of their invocations: neither final reads nor probes. */
export function clientOperations(history: History): readonly Operation[] {
  let load = loads.get(history);
  if (load === undefined) {
    load = operationsOf(history).operations.filter(({ client }) => client !== FINAL && client !== PROBE);
    loads.set(history, load);
  }
  return load;
}

/** The reads at the end. */
export function finalReads(history: History): readonly Operation[] {
  return operationsOf(history).operations.filter(({ client, f }) => client === FINAL && f === 'read');
}

/** Whether the operation's group follows the primary: any that is not pinned to a node. */
export function follows(operation: Operation, drill: Drill): boolean {
  return operation.client === undefined || drill.clients[operation.client]?.pinned === undefined;
}

/** The operations of the groups that follow the primary. */
export function followingOperations(history: History, drill: Drill): Operation[] {
  return clientOperations(history).filter((operation) => follows(operation, drill));
}

/** The name under which operations without a client group are counted. */
const UNNAMED = 'clients';

/** Operations by their client group. */
export function byGroup(operations: readonly Operation[]): Map<string, Operation[]> {
  const groups = new Map<string, Operation[]>();
  for (const operation of operations) {
    const name = operation.client ?? UNNAMED;
    const own = groups.get(name);
    if (own) own.push(operation);
    else groups.set(name, [operation]);
  }
  return groups;
}
