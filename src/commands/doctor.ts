/** `drill doctor`: what this machine can run and what is missing. */
import type { Command, Io } from './command.js';
import { catalogOf, pluginOption } from './plugin-option.js';

const MARK = { ok: 'ok', absent: '-', missing: 'MISSING' } as const;

interface Args {
  files?: string[];
  plugin?: string[];
}

export const doctor: Command<Args> = {
  command: 'doctor [files..]',
  describe: 'say what this machine can run and what is missing, also for drills',
  builder: (yargs) =>
    yargs
      .positional('files', {
        type: 'string',
        array: true,
        describe: 'drill files, folders or globs: on which runtime each can run here, and what it lacks',
      })
      .option('plugin', pluginOption)
      .epilogue(
        'Looks at Node, the temporary folder, ports and, where there is one, at the container engine: its version, ' +
          'our image, whether it can publish a port on loopback (a container is started for that), its disk.',
      ),
  async handler({ files = [], plugin }, io) {
    const [{ diagnose }, { systemClock }, { oneLine }] = await Promise.all([
      import('../runtime/diagnosis.js'),
      import('../clock.js'),
      import('../report/text.js'),
    ]);
    const drills = files.length > 0 ? await diagnosed(files, plugin, io) : [];
    const found = [...(await diagnose(io.env, systemClock)), ...drills];
    const wide = Math.max(...found.map(({ subject }) => subject.length));
    for (const { subject, state, found: text, todo } of found) {
      io.stdout(
        `${MARK[state].padEnd(8)} ${subject.padEnd(wide)} ${oneLine(text)}${todo ? `; ${todo}` : ''}\n`,
      );
    }
    const isMissing = ({ state }: { state: string }) => state === 'missing';
    const missing = found.filter(isMissing).length;
    const lacking = drills.filter(isMissing).length;
    io.stdout(missing > lacking ? 'this machine cannot run drills yet\n' : 'this machine can run drills\n');
    if (drills.length > 0) io.stdout(`${drills.length - lacking} of ${drills.length} drills can run here\n`);
    return missing === 0 ? 0 : 3;
  },
};

async function diagnosed(files: readonly string[], plugins: readonly string[] | undefined, io: Io) {
  const [catalog, { loadDrills }, { diagnoseDrills }, { systemClock }] = await Promise.all([
    catalogOf(plugins, io),
    import('../run/load-drills.js'),
    import('../run/diagnose-drills.js'),
    import('../clock.js'),
  ]);
  const drills = await loadDrills(files, io.cwd, catalog, io.env);
  return diagnoseDrills(drills, catalog, io.env, systemClock);
}
