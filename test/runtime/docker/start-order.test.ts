/** Who waits for whom before a node starts. */
import { expect, test } from 'vitest';
import { StartOrder } from '../../../src/runtime/docker/start-order.js';

const waiting = (condition: 'service_healthy' | 'service_completed_successfully') =>
  new StartOrder({ web: { depends_on: { job: { condition } } }, job: {} });

test('a node waits for the work of another to be done, and not only for its start or its health', async () => {
  const order = waiting('service_completed_successfully');
  expect(order.demands('job', 'service_completed_successfully')).toBe(true);
  expect(order.demands('job', 'service_healthy')).toBe(false);
  const told: string[] = [];
  const before = order.before('web')?.then(() => told.push('web'));
  for (const condition of ['service_started', 'service_healthy', 'service_completed_successfully'] as const) {
    // Whoever waits for this one comes to know of it first.
    const wait = new Promise<void>((resolve) => setImmediate(resolve));
    order.reached('job', condition);
    await wait;
    told.push(condition);
  }
  await before;
  expect(told).toEqual(['service_started', 'service_healthy', 'web', 'service_completed_successfully']);
});

test('a node whose needs failed does not start, and says what it needed', async () => {
  const order = waiting('service_completed_successfully');
  order.reached('job', 'service_started');
  order.failed('job', new Error('exit code 3'));
  await expect(order.before('web')).rejects.toThrow('node web: expected job before it, found exit code 3');
});
