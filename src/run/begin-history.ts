/** The beginning of a history: the drill as it is carried out, and who takes part in it. */
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Clock } from '../clock.js';
import type { Drill } from '../drill/schema.js';
import { Mask } from '../drill/secrets.js';
import type { EnvironmentError } from '../errors.js';
import { type Event, HISTORY_FORMAT, LANGUAGE } from '../history/event.js';
import { freshSecret } from '../random.js';
import type { Runtime } from '../runtime/runtime.js';
import { VERSION } from '../version.js';
import type { Catalog } from './catalog.js';
import { type Plan, planOf } from './plan.js';
import { Recorder } from './recorder.js';

export interface Beginning {
  clock: Clock;
  drill: Drill;
  catalog: Catalog;
  runtime: Pick<Runtime, 'name'>;
  seed: number;
  /** From 1 to --repeat. */
  execution: number;
  /** Where the history is written; nowhere if left out. */
  folder?: string | undefined;
  /** Whether what is recorded may be gathered before it is written. */
  gathers?: boolean;
  /** Told of every event as it is recorded. */
  onEvent(event: Event): void;
}

/** Opens the history and writes its first line. `text` is the drill as resolved, its secrets masked, as a drill file. */
export async function beginHistory(
  { drill, catalog, runtime, seed, execution, clock, folder, gathers, onEvent }: Beginning,
  onFailure: (error: EnvironmentError) => void,
): Promise<{ recorder: Recorder; plan: Plan; text: string }> {
  const mask = new Mask(drill, freshSecret());
  const file = folder === undefined ? undefined : join(folder, 'history.jsonl');
  const recorder = await Recorder.open({ clock, file, mask, gathers, onFailure });
  recorder.subscribe(onEvent);
  const plan = planOf(drill);
  const masked = mask.drill({ ...drill, seed }, catalog);
  recorder.record({
    type: 'run',
    format: HISTORY_FORMAT,
    tool: VERSION,
    language: LANGUAGE,
    drill: masked,
    runtime: runtime.name,
    seed,
    execution,
    started: clock.wall().toISOString(),
    nodes: [
      ...plan.nodes.map((name) => {
        const { role, tags = [] } = drill.topology.nodes[name]!;
        return { name, kind: 'node' as const, ...(role === 'dependency' ? {} : { role }), tags };
      }),
      ...plan.supervisors.map((name) => ({ name, kind: 'supervisor' as const, tags: [] })),
    ],
  });
  return { recorder, plan, text: stringify(masked) };
}
