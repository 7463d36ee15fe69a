/** Brings the topology of one drill up and leaves it to a keeper: what `drill up` does. */
import { join, resolve } from 'node:path';
import type { Clock } from '../clock.js';
import { withoutSteps } from '../drill/load.js';
import { encodeDrill } from '../drill/schema.js';
import { filledInOf } from '../drill/secrets.js';
import { InternalError } from '../errors.js';
import type { Event } from '../history/event.js';
import { freshSeed } from '../random.js';
import type { Addresses } from '../report/addresses.js';
import { makeFolder } from '../report/files.js';
import type { RuntimeName } from '../runtime/runtime.js';
import type { BatchDrill } from './batch.js';
import type { Catalog } from './catalog.js';
import { inKeeper } from './keep/start.js';
import { assertAllThere, refuseWhatThisMachineLacks } from './run-drills.js';

export interface UpOptions {
  catalog: Catalog;
  drill: BatchDrill;
  runtime: RuntimeName;
  seed?: number | undefined;
  /** The output folder; default: `.drill/<timestamp>` under the working directory. */
  out?: string | undefined;
  environment: Readonly<Record<string, string | undefined>>;
  clock: Clock;
  signal: AbortSignal;
  onEvent(event: Event): void;
}

/** Resolves once it is up and whole, with its addresses. Rejects, with everything removed, where it does not come up. */
export async function bringUp(options: UpOptions): Promise<Addresses> {
  const { runtime: name, environment, clock, signal, onEvent } = options;
  const catalog = options.drill.catalog ?? options.catalog;
  const runtime = catalog.runtimes[name];
  // Nothing is done to what stands, so nothing has to be there for it.
  const entry = { ...options.drill, drill: withoutSteps(options.drill.drill) };
  assertAllThere(entry, runtime, catalog);
  await refuseWhatThisMachineLacks([entry], runtime, () => catalog, { clock, environment });
  const out = options.out ?? join('.drill', clock.wall().toISOString().replaceAll(':', '-'));
  const folder = resolve(out, entry.drill.name, 'up');
  await makeFolder(out, entry.drill.name, 'up', 'logs');
  const { stays } = await inKeeper(
    {
      how: 'up',
      drill: encodeDrill(entry.drill, catalog),
      filledIn: filledInOf(entry.drill),
      file: resolve(entry.file),
      plugins: catalog.files,
      runtime: name,
      seed: options.seed ?? entry.drill.seed ?? freshSeed(),
      execution: 1,
      folder,
      environment,
    },
    { onEvent, mayStay: () => false, signal },
  );
  signal.throwIfAborted();
  if (!stays) throw new InternalError({ expected: 'addresses', found: 'none' });
  return stays;
}
