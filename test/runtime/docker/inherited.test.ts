/**
 * What somebody has made of a node's container or of our images, and what bears a run's label by its maker's will: it has
 * the labels of runs whose runners are dead, and is left alone by all that remove those runs.
 */
import { expect, onTestFinished, test } from 'vitest';
import { systemClock as clock } from '../../../src/clock.js';
import { engineClient, findEngine } from '../../../src/runtime/docker/engine.js';
import { IMAGE_LABEL, labelsOf, nameInEngine, RUN_LABEL, runOf } from '../../../src/runtime/docker/labels.js';
import { lookInEngine } from '../../../src/runtime/docker/look.js';
import { ownNames } from '../../../src/runtime/docker/own-images.js';
import { runsInEngine } from '../../../src/runtime/docker/reapable.js';
import { referenceImage } from '../../../src/runtime/image/reference-image.js';
import { freshRun } from '../../../src/runtime/label.js';
import { allProcesses, commandOf } from '../../../src/runtime/os-process.js';
import { eventually } from '../opened.js';
import { openContainers, withEngine } from './engine.js';

const dead = { pid: process.pid, started: 'long ago' };

test.each([
  ['container', 'a', 'node a', true],
  ['container', 'a.edge', 'edge a', true],
  ['container', 'a.toxiproxy', 'toxiproxy a', true],
  ['container', 'b', 'node a', false],
  ['container', 'a-copy', 'node a', false],
  ['container', 'a', 'trial', false],
  ['container', 'a', '', false],
  ['network', '0', 'network 0', true],
  ['network', '0', 'node 0', false],
  ['volume', 'a-_data', 'node a', true],
  ['volume', 'a', 'node a', false],
] as const)(
  'a %s by the name of %s and with the label "%s": the run’s own? %s',
  (kind, name, part, isOwn) => {
    const run = freshRun();
    const labels = labelsOf(run, dead, part);
    expect(runOf(kind, nameInEngine(run, name), labels)).toBe(isOwn ? run : undefined);
    const wrong = { ...labels, [RUN_LABEL]: `${run}/..` };
    expect(runOf(kind, nameInEngine(`${run}/..`, name), wrong)).toBeUndefined();
  },
);

withEngine(() => {
  test('what was made of a dead run’s node stays, with its volume and its image, when the run is removed', async () => {
    const engine = await findEngine(process.env, clock);
    const docker = await engineClient(engine.address);
    const { name: Image } = await referenceImage(docker, engine);
    const run = freshRun();
    const end = (thing: { remove(options: object): Promise<unknown> }) =>
      onTestFinished(() => thing.remove({ force: true, v: true }).then(undefined, () => undefined));
    const node = await docker.createContainer({
      name: nameInEngine(run, 'a'),
      Image,
      Labels: labelsOf(run, dead, 'node a'),
    });
    end(node);
    // Repositories of the test's own, which nobody else has.
    const repo = `drill-test/inherited-${run}`;
    await node.commit({ repo, tag: 'mine' });
    const mine = docker.getImage(`${repo}:mine`);
    end(mine);
    const theirs = await docker.createContainer({
      Image: `${repo}:mine`,
      Volumes: { '/theirs': {} },
    } as object);
    end(theirs);
    const { Config, Mounts } = await theirs.inspect();
    expect(Config.Labels).toMatchObject({ [RUN_LABEL]: run, [IMAGE_LABEL]: 'reference' });
    const volume = docker.getVolume(Mounts[0]?.Name ?? expect.fail('expected a volume'));
    const network = await docker.createNetwork({
      Name: `${run}-theirs`,
      Labels: labelsOf(run, dead, 'network a'),
    });
    end(network);

    expect((await lookInEngine(docker, run)).found).toEqual([`container ${nameInEngine(run, 'a')}`]);
    const runs = await runsInEngine(process.env, clock);
    expect(runs?.runs.get(run)).toEqual({ runners: [dead], here: true });
    expect(await runs?.remove(run)).toEqual({ removed: 1, left: [], unseen: [] });
    expect((await runsInEngine(process.env, clock))?.runs.has(run)).toBe(false);
    await expect(node.inspect()).rejects.toThrow(/no such container/i);
    // What `clean --images` would remove; other tests need it.
    const images = await docker.listImages({ filters: { label: [IMAGE_LABEL] } });
    expect(images.flatMap(({ RepoTags }) => RepoTags ?? [])).toContain(`${repo}:mine`);
    expect(ownNames(images)).toContain(Image);
    expect(ownNames(images).filter((name) => name.includes(run))).toEqual([]);
    for (const one of [theirs, volume, network, mine]) await one.inspect();
  });

  test('no secret and no label is in the argument lists of a run’s containers', async () => {
    const { cluster, run } = await openContainers({ nodes: ['a'] });
    await cluster.edges.toxiproxies(1, { kind: 'embedded' });
    const docker = await engineClient((await findEngine(process.env, clock)).address);
    const { Config, Path, Args } = await eventually('its edge is there', () =>
      docker.getContainer(nameInEngine(run, 'a.edge')).inspect(),
    );
    const secret = /^FAILOVER_DRILL_SECRET=(.+)$/m.exec((Config.Env ?? []).join('\n'))?.[1];
    expect(secret).toMatch(/^[0-9a-f]{32}$/);
    expect([Path, ...Args].filter((word) => word.includes(secret ?? '') || word.includes(run))).toEqual([]);
    const all = allProcesses().map(({ pid }) => commandOf(pid));
    expect(all.filter((line) => line.includes(secret ?? '') || line.includes(run))).toEqual([]);
  });
});
