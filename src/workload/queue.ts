/** Queues: enqueue 118 to k7, dequeue from k3, ...; in the end each is dequeued from until nothing is left in it. */
import type { Operation } from '../system/system.js';
import { keyOf, type Workload } from './workload.js';

export const queue: Workload = {
  name: 'queue',
  about: 'queues, first in first out, whose writes enqueue and whose reads dequeue',
  operations: () => ['enqueue', 'dequeue'],
  distinct: false,
  model: 'fifo-queue',
  generator: (settings, random, unique) => ({
    next() {
      const key = keyOf(settings, random);
      return random.next() < settings.writes ? { f: 'enqueue', key, value: unique.take() } : dequeue(key);
    },
  }),
  final: (key, answer) => (answer === null ? undefined : dequeue(key)),
};

function dequeue(key: string): Operation {
  return { f: 'dequeue', key, value: null };
}
