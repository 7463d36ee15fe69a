/** What every system has to hold to, asked of one whose topology is up. */

import type { Drill } from '../../src/drill/schema.js';
import type { Address } from '../../src/runtime/address.js';
import type { Connection, Operation, Outcome, System } from '../../src/system/system.js';

/** For a request that measures nothing, ms. */
const PATIENCE = 5000;

const within = () => AbortSignal.timeout(PATIENCE);

/**
 * What of it does not hold, one text each. `nobody` is an address at which nobody listens; the keys begin with `prefix`,
 * and were never used.
 */
export async function violations(
  system: System,
  drill: Pick<Drill, 'topology'>,
  { primary, standby, nobody }: Record<'primary' | 'standby' | 'nobody', Address>,
  prefix: string,
): Promise<string[]> {
  const found: string[] = [];
  const holds = (what: string, is: boolean, got: unknown) => {
    if (!is) found.push(`${what}: ${JSON.stringify(got)}`);
  };
  const to = (address: Address) => system.connect(address, drill);
  const connection = to(primary);
  const ask = (f: Operation['f'], key: string, value: Operation['value'] = null) =>
    connection.invoke({ f, key: `${prefix}-${key}`, value }, within());
  const isOk = (outcome: Outcome, value: unknown) =>
    outcome.type === 'ok' && JSON.stringify(outcome.value) === JSON.stringify(value);

  const absent = await ask('read', 'absent');
  holds('a key that was never written is null', isOk(absent, null), absent);
  for (const value of [1, 'text', true, 'ünï\r\n']) {
    const written = await ask('write', 'k', value);
    holds(`a write of ${JSON.stringify(value)} is acknowledged with it`, isOk(written, value), written);
    const read = await ask('read', 'k');
    holds(`a read gives ${JSON.stringify(value)}`, isOk(read, value), read);
  }
  if (system.operations.includes('append')) {
    for (const value of [1, 'two']) await ask('append', 'list', value);
    const list = await ask('read', 'list');
    holds('a list is read in its order', isOk(list, [1, 'two']), list);
  }
  if (system.operations.includes('add')) {
    for (const value of [2, 3]) await ask('add', 'sum', value);
    const sum = await ask('read', 'sum');
    holds('a counter adds up', isOk(sum, 5), sum);
  }
  if (system.operations.includes('dequeue')) {
    for (const value of [1, 'two']) await ask('enqueue', 'queue', value);
    for (const value of [1, 'two', null]) {
      const taken = await ask('dequeue', 'queue');
      holds('a queue gives what came first, then null', isOk(taken, value), taken);
    }
    const never = await ask('dequeue', 'never');
    holds('a queue that nothing came into gives null', isOk(never, null), never);
  }
  if (system.operations.includes('transfer')) {
    await Promise.all([30, 12].map((amount) => ask('transfer', 'bank', [2, 0, amount])));
    const balances = await ask('read', 'bank');
    holds('a transfer takes from one account and gives to another', isOk(balances, [42, 0, -42]), balances);
  }
  if (system.operations.includes('cas')) {
    const fit = await ask('cas', 'swapped', [null, 1]);
    holds('a compare-and-set of what is there succeeds', fit.type === 'ok', fit);
    const unfit = await ask('cas', 'swapped', [2, 3]);
    const isMismatch = unfit.type === 'fail' && unfit.mismatch === true;
    holds('a compare-and-set of something else is a mismatch', isMismatch, unfit);
    const kept = await ask('read', 'swapped');
    holds('a mismatch changes nothing', isOk(kept, 1), kept);
  }
  const keys = Array.from({ length: 20 }, (_, index) => `at-once-${index}`);
  await Promise.all(keys.map((key) => ask('write', key, key)));
  const read = await Promise.all(keys.map((key) => ask('read', key)));
  const isOwn = read.every((outcome, index) => isOk(outcome, keys[index]));
  holds('what is asked at once gets its own answers', isOwn, read);

  await refused('a write to a standby', to(standby));
  await refused('a write to nobody', to(nobody));
  const late = await connection.invoke({ f: 'read', key: 'k', value: null }, AbortSignal.abort());
  holds('what was given up before it was asked is not acknowledged', late.type !== 'ok', late);
  connection.close();

  async function refused(what: string, way: Connection): Promise<void> {
    const outcome = await way.invoke({ f: 'write', key: 'k', value: 9 }, within());
    holds(`${what} surely did not happen`, outcome.type === 'fail', outcome);
    way.close();
  }

  const roles = await Promise.all([primary, standby].map((address) => system.role?.(address, within())));
  holds('the primary says so', roles[0]?.role === 'primary', roles[0]);
  holds(
    'a standby says so, and is in sync',
    roles[1]?.role === 'standby' && roles[1].inSync === true,
    roles[1],
  );
  for (const address of [primary, standby])
    await system
      .greet?.(address, 'token', within())
      .catch((error: unknown) => holds('a greeting is answered', false, String(error)));
  const toNobody = await system.greet?.(nobody, 'token', within()).then(
    () => 'answered',
    () => 'not answered',
  );
  holds('nobody does not greet', toNobody === 'not answered', toNobody);
  return found;
}
