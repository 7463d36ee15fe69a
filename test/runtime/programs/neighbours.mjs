// Random situations: runs alive and dead, kept ones, and what looks like theirs and is somebody else's. In each, one of
// those that take things down does so; what was to go is gone then, and nothing else has changed.
//   node neighbours.mjs <folder of the build> <seed> <first situation> <how many>
// It must be root, in a namespace of process numbers and with a temporary folder of its own. It writes what was done,
// a line of JSON: {"done":{"clean":3,...},"wrong":["situation 7 (clean): ..."],"gone":12,"stayed":40}
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sceneOf } from './scene.mjs';

const [dist, seed, first, count] = process.argv.slice(2);
const { systemClock: clock, sleep } = await import(`${dist}/clock.js`);
const { seeded, pick, integer } = await import(`${dist}/random.js`);
const { folderOf, freshRun, FOLDER_PREFIX } = await import(`${dist}/runtime/label.js`);
const { stateOf } = await import(`${dist}/runtime/os-process.js`);
const { clean } = await import(`${dist}/runtime/reaper/clean.js`);
const { boot, NOBODY, Scene } = await sceneOf(dist);

const WRONG = ['x/../precious', '../precious', '', '.', 'precious', '0123456789/..', '0123456789 '];

const KINDS = {
  async 'a dead run'(scene) {
    const folder = scene.folder();
    const noted = await scene.process();
    folder.noteProcess(noted);
    scene.going(folder.path, noted, await scene.labelled(folder.run));
  },
  async 'a dead run without a folder'(scene) {
    const run = freshRun();
    scene.going(await scene.labelled(run), await scene.labelled(run));
  },
  async 'a dead run with links to what is not its own'(scene) {
    const folder = scene.folder();
    const precious = scene.precious();
    fs.symlinkSync(precious, join(folder.data('a'), 'link'));
    fs.symlinkSync(join(precious, 'thing'), join(folder.path, 'link'));
    scene.going(folder.path);
    scene.staying(precious);
  },
  async 'a dead run whose notes name numbers that were given away again'(scene) {
    const folder = scene.folder();
    const bystander = await scene.process();
    const [start] = bystander.started.split('@');
    folder.noteProcess({ pid: bystander.pid, started: `${start}@${freshRun()}` });
    folder.noteProcess({ pid: bystander.pid, started: `${Number(start) - 1}@${boot}` });
    scene.going(folder.path);
    scene.staying(bystander);
  },
  async 'a dead run with another user who has its label'(scene) {
    const folder = scene.folder();
    scene.going(folder.path, await scene.labelled(folder.run));
    scene.staying(await scene.labelled(folder.run, { user: NOBODY }));
  },
  async 'a dead run whose folder is another user’s'(scene) {
    const folder = scene.folder();
    const bystander = await scene.process();
    folder.noteProcess(bystander);
    scene.going(await scene.labelled(folder.run));
    scene.staying(folder.path, bystander);
    give(folder.path);
  },
  async 'a run that is under way'(scene) {
    const runner = await scene.process();
    const folder = scene.folder({ runner });
    const labelled = await scene.labelled(folder.run, { runner });
    // It says that its runner is another one, and that one is dead.
    const liar = await scene.labelled(folder.run);
    scene.staying(runner, folder.path, labelled, liar);
  },
  async 'a run of another machine'(scene) {
    const folder = scene.folder({ machine: 'elsewhere.1' });
    scene.staying(folder.path);
  },
  async 'another user’s process with a label'(scene) {
    scene.staying(await scene.labelled(freshRun(), { user: NOBODY }));
  },
  async 'another user’s process with our rights'(scene) {
    const rights = ['setpriv', '--ruid', String(NOBODY), '--euid', '0'];
    scene.staying(await scene.labelled(freshRun(), { rights }));
  },
  async 'another user’s process with a label that leads elsewhere'(scene) {
    scene.staying(scene.precious('precious'), await scene.labelled(scene.pick(WRONG), { user: NOBODY }));
  },
  async 'our process with a label that leads elsewhere'(scene) {
    scene.staying(scene.precious('precious'), await scene.labelled(scene.pick(WRONG)));
  },
  async 'a folder that is no run’s'(scene) {
    const folder = scene.folder();
    const bystander = await scene.process();
    folder.noteProcess(bystander);
    folder.noteKept({ drill: 'd', file: 'f', folder: 'o', runtime: 'process', how: 'up', since: '2026' });
    const note = join(folder.path, 'runner');
    scene.pick([
      () => give(folder.path),
      () => fs.chownSync(folder.path, NOBODY, NOBODY),
      () => fs.chmodSync(folder.path, scene.pick([0o777, 0o1777, 0o750, 0o705, 0o701])),
      () => fs.rmSync(note),
      () => fs.truncateSync(note, 20),
      () => fs.writeFileSync(note, JSON.stringify({ run: freshRun(), ...scene.dead })),
      () => fs.linkSync(note, join(scene.precious(), 'note')),
      () => fs.chownSync(note, NOBODY, NOBODY),
    ])();
    scene.staying(folder.path, bystander);
  },
  async 'a link that is named as a run’s folder'(scene) {
    const folder = scene.folder();
    const away = scene.place(`${folder.path}.away`);
    fs.renameSync(folder.path, away);
    fs.symlinkSync(away, folder.path);
    if (scene.pick([true, false])) fs.lchownSync(folder.path, NOBODY, NOBODY);
    scene.staying(folder.path, away);
  },
  async 'a whole folder under another name'(scene) {
    const folder = scene.folder();
    const name = scene.pick([
      `${FOLDER_PREFIX}doctor-${folder.run.slice(0, 6)}`,
      `${FOLDER_PREFIX}${folder.run}0`,
      `x${folder.run}`,
    ]);
    const path = scene.place(join(tmpdir(), name));
    fs.renameSync(folder.path, path);
    scene.staying(path);
  },
  async 'a whole folder further down'(scene) {
    const folder = scene.folder();
    const precious = scene.precious();
    fs.renameSync(folder.path, join(precious, `${FOLDER_PREFIX}${folder.run}`));
    scene.staying(precious);
  },
  async 'a file that is named as a run’s folder'(scene) {
    const path = scene.place(folderOf(freshRun()));
    fs.writeFileSync(path, 'thing');
    scene.staying(path);
  },
  async 'a process that has to do with no run'(scene) {
    scene.staying(await scene.process(), await scene.process({}, { user: NOBODY }));
  },
};

/** Gives a folder with all in it to another user. */
function give(path) {
  for (const name of fs.readdirSync(path, { recursive: true }))
    fs.lchownSync(join(path, name), NOBODY, NOBODY);
  fs.chownSync(path, NOBODY, NOBODY);
}

/** All that can be seen of a thing. */
function seen(thing) {
  if (typeof thing !== 'string') return stateOf(thing);
  const stat = fs.lstatSync(thing, { throwIfNoEntry: false });
  if (!stat) return 'gone';
  const { mode, uid, gid, nlink, size, mtimeMs } = stat;
  const inside = stat.isDirectory()
    ? fs
        .readdirSync(thing)
        .sort()
        .map((name) => [name, seen(join(thing, name))])
    : stat.isSymbolicLink()
      ? fs.readlinkSync(thing)
      : fs.readFileSync(thing, 'utf8');
  return JSON.stringify([mode, uid, gid, nlink, size, mtimeMs, inside]);
}

const nameOf = (thing) => (typeof thing === 'string' ? thing : `process ${thing.pid}`);

/** A real run, with its runner, its reaper and its node. */
async function realRun(...kept) {
  const logs = fs.mkdtempSync(join(tmpdir(), 'logs-'));
  const program = new URL('one-run.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, dist, logs, ...kept], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const [text] = await once(child.stdout, 'data');
  const { run, processes } = JSON.parse(text);
  return { child, run, things: [...processes, folderOf(run)] };
}

async function allGone(things) {
  const end = clock.now() + 15_000;
  while (things.some((thing) => seen(thing) !== 'gone')) {
    if (clock.now() > end) return;
    await sleep(clock, 5);
  }
}

/** Its reaper takes it down. */
async function endOf({ child, things }) {
  child.kill('SIGKILL');
  await allGone(things);
}

const ACTORS = {
  async clean() {
    return { goes: [], act: () => clean({ clock }) };
  },
  async down() {
    const { things } = await realRun('kept');
    const act = async () => {
      const child = spawn(process.execPath, [`${dist}/cli.js`, 'down', '--all'], { stdio: 'ignore' });
      await once(child, 'exit');
    };
    return { goes: things, act };
  },
  async reaper() {
    const run = await realRun();
    return { goes: run.things, act: () => endOf(run) };
  },
};

const told = { done: { clean: 0, down: 0, reaper: 0 }, wrong: [], gone: 0, stayed: 0 };
const neighbour = await realRun();
for (let number = Number(first); number < Number(first) + Number(count); number++) {
  const random = seeded(`${seed}/${number}`);
  const scene = new Scene(random);
  const actor = pick(random, ['clean', 'clean', 'clean', 'clean', 'clean', 'down', 'reaper']);
  const kinds = Array.from({ length: integer(random, 2, 6) }, () => pick(random, Object.keys(KINDS)));
  for (const kind of kinds) await KINDS[kind](scene);
  const kept = actor !== 'down' && random.next() < 0.05 ? await realRun('kept') : undefined;
  const { goes, act } = await ACTORS[actor]();
  // Dead runs are no business of those who take down one.
  const gone = actor === 'clean' ? scene.goes : goes;
  const stays = [...scene.stays, ...neighbour.things, ...(kept?.things ?? [])];
  if (actor !== 'clean') stays.push(...scene.goes);
  const before = new Map(stays.map((thing) => [thing, seen(thing)]));
  await act();
  const where = `situation ${number} (${actor}; ${kinds.join(', ')})`;
  for (const thing of gone)
    if (seen(thing) !== 'gone') told.wrong.push(`${where}: ${nameOf(thing)} was left`);
  for (const [thing, as] of before)
    if (as === 'gone' || seen(thing) !== as) told.wrong.push(`${where}: ${nameOf(thing)} was touched`);
  told.done[actor] += 1;
  told.gone += gone.length;
  told.stayed += before.size;
  scene.end();
  if (kept) await endOf(kept);
}
await endOf(neighbour);
console.log(JSON.stringify(told));
process.exit(0);
