/** What a run leaves behind keeps it from passing, whoever made it: the inventory of whole drills in containers. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import { engineClient, findEngine } from '../../src/runtime/docker/engine.js';
import { RUN_LABEL, RUNNER_LABEL } from '../../src/runtime/docker/labels.js';
import { lookInEngine } from '../../src/runtime/docker/look.js';
import { withEngine } from '../runtime/docker/engine.js';
import { drill, freshFolder, ROOT, startDrill, verdictIn } from './drill-command.js';

withEngine(() => {
  it('what cannot be removed is a leak, which is no failure of the system; what others made is no leak', async () => {
    const out = freshFolder();
    const file = join(out, 'patient.yaml');
    const text = readFileSync(join(ROOT, 'test/drills/lifecycle/patient.yaml'), 'utf8');
    writeFileSync(file, text.replace('wait: 200ms', 'wait: 6s'));
    const running = startDrill(['run', file, '--runtime', 'docker', '--out', join(out, 'results')]);
    await running.printed(/reached: in-sync/);

    const docker = await engineClient((await findEngine(process.env, clock)).address);
    const own = (await docker.listContainers()).find(({ Labels }) =>
      Labels[RUNNER_LABEL]?.startsWith(`${running.child.pid}.`),
    );
    const run = own?.Labels[RUN_LABEL] ?? '';
    const Image = own?.Image ?? '';
    const { Volumes } = await docker.listVolumes({ filters: { label: [`${RUN_LABEL}=${run}`] } });
    const volume =
      Volumes.find(({ Name }) => Name.includes(`${run}-a-`))?.Name ?? expect.fail('a volume of a');
    // Somebody else's container, to which the run's volume is of use; and one that says that it is the run's, as one does that was made of its image.
    const theirs = await docker.createContainer({ Image, HostConfig: { Binds: [`${volume}:/data`] } });
    const free = () => theirs.remove({ force: true }).catch(() => undefined);
    onTestFinished(free);
    const inItsName = await docker.createContainer({ Image, Labels: { [RUN_LABEL]: run } });
    onTestFinished(() => inItsName.remove({ force: true }).catch(() => undefined));

    const { code, stdout, stderr } = await running.ended;
    expect(code, `${stdout}\n${stderr}`).toBe(3);
    expect(stdout).toMatch(/^inconclusive nothing left behind: expected no leftovers, found 1 left$/m);
    expect(stdout).toContain(`left behind: volume ${volume} (`);
    const { findings, inventory } = verdictIn(join(out, 'results'), 'patient');
    const unmet = findings.filter(({ verdict }) => verdict !== 'pass');
    expect(unmet.map(({ expectation }) => expectation)).toEqual(['nothing left behind']);
    expect(inventory?.leaked).toHaveLength(1);
    const nothing = { processes: 0, folders: 0, containers: 0, networks: 0, volumes: 0 };
    expect(inventory?.before?.run).toEqual(nothing);
    expect(inventory?.created).toMatchObject({ containers: 6, networks: 4, volumes: 3 });
    expect(inventory?.after?.run).toEqual({ ...nothing, volumes: 1 });
    expect(readFileSync(join(out, 'results/summary.md'), 'utf8')).toMatch(
      /^Inventory: before: nothing of this run; .* in the engine, of drills .*; after: of this run .*1 volume/m,
    );

    // Nobody's any more, it is cleaned up like all that dead runners left.
    await free();
    await drill('clean');
    await inItsName.inspect();
    expect((await lookInEngine(docker, run)).found).toEqual([]);
  });
});
