/** The engine is killed in mid-drill: an engine of the test's own, and really killed. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock as clock } from '../../src/clock.js';
import { engineClient, findEngine } from '../../src/runtime/docker/engine.js';
import { lookInEngine } from '../../src/runtime/docker/look.js';
import { noSecondEngine, SecondEngine } from '../runtime/docker/second-engine.js';
import { freshFolder, startDrill, verdictIn } from './drill-command.js';

const missing = noSecondEngine();
let engine: SecondEngine;

beforeAll(async () => {
  if (missing === undefined) engine = await SecondEngine.open();
}, 120_000);
afterAll(() => engine?.close(), 60_000);

/** What drills have in the engine. */
async function inEngine() {
  const docker = await engineClient((await findEngine({ DOCKER_HOST: engine.host }, clock)).address);
  return (await lookInEngine(docker, 'any')).census.drills;
}

async function images(): Promise<string[]> {
  const docker = await engineClient((await findEngine({ DOCKER_HOST: engine.host }, clock)).address);
  return (await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []).sort();
}

it.skipIf(missing !== undefined)(
  `an engine that is killed in mid-drill makes it inconclusive, and clean removes what is left once it is back${missing ? `: ${missing}` : ''}`,
  async () => {
    const command = (...args: string[]) => startDrill(args, { DOCKER_HOST: engine.host }, engine.within);
    const out = freshFolder();
    const running = command('run', 'test/drills/lifecycle/long.yaml', '--runtime', 'docker', '--out', out);
    await running.printed(/reached: steady/);
    expect((await inEngine()).containers).toBe(6);
    await engine.kill();
    const { code, stdout, stderr } = await running.ended;
    expect(code, `${stdout}\n${stderr}`).toBe(3);
    expect(stdout).toMatch(
      /problem: runtime docker: the container engine is gone .*`drill clean` removes what is left/,
    );
    const { verdict, findings } = verdictIn(out, 'long');
    expect(verdict).toBe('inconclusive');
    expect(findings).toContainEqual(
      expect.objectContaining({ expectation: 'nothing left behind', actual: 'unknown', verdict }),
    );

    await engine.start();
    expect(await inEngine()).toEqual({ containers: 6, networks: 4, volumes: 3 });
    const cleaned = await command('clean').ended;
    expect(cleaned.code, cleaned.stderr).toBe(0);
    expect(cleaned.stdout).toMatch(/ 13 containers, networks and volumes/);
    expect(await inEngine()).toEqual({ containers: 0, networks: 0, volumes: 0 });
    // Nor any way to them: the bridges of the networks are gone, too.
    const [program = '', ...before] = engine.within;
    const bridges = execFileSync(program, [...before, 'ip', '-o', 'link'], { encoding: 'utf8' });
    expect(bridges.match(/\bbr-\w+/g) ?? []).toEqual([]);

    // What was made for the next run stays, unless that is not wanted either.
    expect(await images()).toEqual([
      expect.stringMatching(/^failover-drill\/node:/),
      expect.stringMatching(/^failover-drill\/reference:/),
    ]);
    const emptied = await command('clean', '--images').ended;
    expect(emptied.code, emptied.stderr).toBe(0);
    expect(emptied.stdout).toMatch(/^removed 2 images$/m);
    expect(await images()).toEqual([]);
  },
);
