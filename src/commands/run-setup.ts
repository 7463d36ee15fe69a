/** What `drill run` and `drill up` set up alike: the drills, with their notes told, where they run, the live view. */
import type { LiveTerminal } from '../report/terminal.js';
import type { BatchDrill } from '../run/batch.js';
import type { Catalog } from '../run/catalog.js';
import type { AskedRuntime, ChosenRuntime } from '../runtime/choose-runtime.js';
import type { Io } from './command.js';
import { catalogOf } from './plugin-option.js';
import { isSelected, type Selection, selected } from './selection.js';

interface RunSetup {
  catalog: Catalog;
  drills: BatchDrill[];
  runtime: ChosenRuntime;
  /** Undefined where nothing is to be shown meanwhile. */
  live: LiveTerminal | undefined;
}

interface Asked extends Selection {
  runtime: AskedRuntime;
  plugin?: readonly string[] | undefined;
  toxiproxy?: string | undefined;
  quiet?: boolean;
  /** Whether events are told as plain lines; false: not where no terminal can show them in place. */
  verbose?: boolean;
}

const DESCRIPTION = 'where nodes live; auto takes containers where an engine answers, else local processes';

/** The option `--runtime` of what is to stay. */
export const standingRuntimeOption = {
  choices: ['auto', 'docker', 'process'] as const,
  default: 'auto' as const,
  describe: DESCRIPTION,
};

/** The option `--runtime`. */
export const runtimeOption = {
  choices: ['auto', 'docker', 'process', 'sim'] as const,
  default: 'auto' as const,
  describe: `${DESCRIPTION}; sim simulates them, seeded, under virtual time`,
};

export async function setUp(
  files: readonly string[],
  { runtime: asked, plugin, toxiproxy, quiet = false, verbose, ...selection }: Asked,
  io: Io,
): Promise<RunSetup> {
  const [{ notesOf }, { loadDrills }, { chooseRuntime }, { liveTerminal }, { systemClock }] =
    await Promise.all([
      import('../drill/load.js'),
      import('../run/load-drills.js'),
      import('../runtime/choose-runtime.js'),
      import('../report/terminal.js'),
      import('../clock.js'),
    ]);
  const catalog = await catalogOf(plugin, io);
  const drills = selected(
    await loadDrills(files, io.cwd, catalog, io.env, (head) => isSelected(head, selection)),
    selection,
  );
  const stdout = quiet ? () => {} : io.stdout;
  for (const note of new Set(drills.flatMap(({ drill }) => notesOf(drill)))) stdout(`note: ${note}\n`);
  const runtime = await chooseRuntime({ asked, toxiproxy, environment: io.env, clock: systemClock });
  stdout(`runtime ${runtime.name}: ${runtime.reason}\n`);
  const interactive = io.interactive && verbose !== true;
  const fold = verbose === false ? io.fold : undefined;
  if (quiet || (verbose === false && !interactive && !fold))
    return { catalog, drills, runtime, live: undefined };
  const live = liveTerminal({
    write: io.stdout,
    columns: io.columns,
    rows: io.rows,
    interactive,
    fold,
    colors: io.color,
    clock: systemClock,
  });
  return { catalog, drills, runtime, live };
}
