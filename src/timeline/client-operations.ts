/** Whose operations they are: the client load's, by group, and the final reads'. */

import type { Drill } from '../drill/schema.js';
import { eventsOf } from '../history/by-type.js';
import { derived } from '../history/derived.js';
import type { Stamp } from '../history/event.js';
import type { History } from '../history/history.js';
import { isServed, isWrite, type Operation, operationsOf } from '../history/operations.js';
import { lowerBound, type Served } from './service-record.js';

/** The client name of the reads at the end, after heal and settle. */
export const FINAL = 'final';
/** The client name of a fixed-rate availability probe. */
export const PROBE = 'probe';

/** The operations of the client load, in the order of their invocations: neither final reads nor probes. */
export const clientOperations = derived((history: History): readonly Operation[] =>
  operationsOf(history).operations.filter(({ client }) => client !== FINAL && client !== PROBE),
);

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

/** An operation as a request that was served or not; one in doubt is over when its client gave it up. */
export interface Request extends Served {
  operation: Operation;
}

const requests = new WeakMap<Operation, Request>();

export function requestsOf(history: History, operations: readonly Operation[]): Request[] {
  const givenUp: readonly Stamp[] = eventsOf(history, 'info');
  const timeOf = (index: number) =>
    givenUp[lowerBound(givenUp.length, (at) => givenUp[at]!.index >= index)]?.time;
  return operations.map((operation) => {
    let request = requests.get(operation);
    if (request === undefined) {
      const { type, complete, end, intended } = operation;
      const gaveUp = complete === undefined ? undefined : timeOf(complete);
      request = {
        kind: isWrite(operation) ? 'write' : 'read',
        intended,
        end: type === 'info' ? (gaveUp ?? Number.POSITIVE_INFINITY) : end,
        ok: isServed(operation),
        operation,
      };
      requests.set(operation, request);
    }
    return request;
  });
}
