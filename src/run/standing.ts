/**
 * A drill's topology that is up and whole, for people to do with as they like: no clients, no steps. Its history
 * tells what the nodes did meanwhile.
 */
import { EnvironmentError, linesOf, messageOf } from '../errors.js';
import { seeded } from '../random.js';
import type { Addresses } from '../report/addresses.js';
import { writeExecution } from '../report/files.js';
import type { Inventory } from '../runtime/runtime.js';
import { beginHistory } from './begin-history.js';
import type { ExecutionSetting } from './execution.js';
import { whole } from './phases.js';
import { Stage } from './stage.js';

export interface Standing {
  stage: Stage;
  addresses: Addresses;
  /** Takes it down again. Never rejects. */
  down(): Promise<Inventory>;
}

/** Brings the topology of a drill up. Rejects, with everything taken down again, where it does not come up. */
export async function stand(setting: Omit<ExecutionSetting, 'keeping'>): Promise<Standing> {
  const ground = new AbortController();
  // Nothing is judged by it: the topology is worth more than its history.
  const { recorder, plan, text } = await beginHistory(setting, () => {});
  if (setting.folder !== undefined) await writeExecution(setting.folder, { drill: text });
  const stage = new Stage({
    ...setting,
    plan,
    recorder,
    random: seeded(setting.seed),
    signal: AbortSignal.any([setting.signal, ground.signal]),
    onLost: (error) => ground.abort(error),
  });
  const down = async (reason: 'done' | 'failed') => {
    recorder.record({ type: 'phase', phase: 'down' });
    const inventory = await stage.down();
    recorder.record({ type: 'inventory', ...inventory });
    recorder.record({ type: 'end', reason });
    await recorder.close().catch(() => undefined);
    return inventory;
  };
  try {
    recorder.record({ type: 'phase', phase: 'up' });
    const scene = await stage.up();
    recorder.record({ type: 'phase', phase: 'steady' });
    await whole(scene);
    // It may stand for weeks.
    stage.calm();
    recorder.forget();
    const addresses = stage.addresses();
    if (!addresses) throw new EnvironmentError('nothing stands');
    return { stage, addresses, down: () => down('done') };
  } catch (error) {
    const cause = ground.signal.aborted ? ground.signal.reason : error;
    recorder.record({ type: 'problem', message: linesOf(cause) });
    const { leaked, unseen = [] } = await down('failed');
    setting.signal.throwIfAborted();
    if (leaked.length + unseen.length === 0) throw cause;
    throw new EnvironmentError(
      `${linesOf(cause)}\nleft behind: ${[...leaked, ...unseen].join(', ')}; \`drill clean\` removes it`,
      { cause: messageOf(cause) },
    );
  }
}
