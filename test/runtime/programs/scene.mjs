// What a random situation is made of (neighbours.mjs), by the modules of a build.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export async function sceneOf(dist) {
  const { systemClock: clock, sleep } = await import(`${dist}/clock.js`);
  const { pick } = await import(`${dist}/random.js`);
  const { formatRunner, freshRun } = await import(`${dist}/runtime/label.js`);
  const { commandOf, identify, stateOf } = await import(`${dist}/runtime/os-process.js`);
  const { RunFolder } = await import(`${dist}/runtime/reaper/run-folder.js`);
  const NOBODY = 65_534;
  const own = identify(process.pid);
  const [ticks, boot] = own.started.split('@');

  /** What is there in one situation: what a clean is to remove, and what nothing but a test may touch. */
  class Scene {
    goes = [];
    stays = [];
    #random;
    #places = [];
    #processes = [];

    constructor(random) {
      this.#random = random;
      // One that has ended, one of another boot, one whose number was given away again.
      this.dead = pick(random, [
        { pid: 1_000_000, started: own.started },
        { pid: own.pid, started: `${ticks}@${freshRun()}` },
        { pid: own.pid, started: `${Number(ticks) - 1}@${boot}` },
      ]);
    }

    pick = (items) => pick(this.#random, items);

    async process(variables = {}, { user, rights = [] } = {}) {
      const [program, ...args] = [...rights, 'sleep', '600'];
      const options = { stdio: 'ignore', detached: true, env: { PATH: process.env.PATH, ...variables } };
      const child = spawn(program, args, user === undefined ? options : { ...options, uid: user, gid: user });
      while (commandOf(child.pid) !== 'sleep 600') await sleep(clock, 1);
      const identity = identify(child.pid);
      this.#processes.push(identity);
      return identity;
    }

    labelled(run, { runner = this.dead, ...how } = {}) {
      const text = typeof runner === 'string' ? runner : formatRunner(runner);
      return this.process({ FAILOVER_DRILL_RUN: run, FAILOVER_DRILL_RUNNER: text }, how);
    }

    /** The folder of a run, whole. */
    folder({ run = freshRun(), runner = this.dead, machine } = {}) {
      const folder = new RunFolder(run);
      folder.create(runner);
      this.#places.push(folder.path);
      fs.writeFileSync(join(folder.data('a'), 'data'), run);
      if (machine) {
        fs.writeFileSync(join(folder.path, 'runner'), JSON.stringify({ run, ...runner, machine }));
      }
      return folder;
    }

    /** Something that is nobody's but its owner's. */
    precious(name = `precious-${freshRun()}`) {
      const path = join(tmpdir(), name);
      this.#places.push(path);
      fs.mkdirSync(path, { recursive: true });
      fs.writeFileSync(join(path, 'thing'), name);
      return path;
    }

    place(path) {
      this.#places.push(path);
      return path;
    }

    /** Things that go with a clean: processes and paths. */
    going(...things) {
      this.goes.push(...things);
    }

    staying(...things) {
      this.stays.push(...things);
    }

    end() {
      for (const one of this.#processes) if (stateOf(one) !== 'gone') process.kill(one.pid, 'SIGKILL');
      for (const path of this.#places) fs.rmSync(path, { recursive: true, force: true });
    }
  }

  return { boot, NOBODY, Scene };
}
