/**
 * The run's folder: the nodes' data, and the notes from which a run can be taken down by somebody else.
 *
 *     runner        {"run":"50ea630fd0","pid":4711,"started":"8123456@<boot>","machine":"here.4026531836"}
 *     processes     one process a line, written as it is started, or was seen to have been by one of them
 *     group         the path of the control group that holds the nodes' processes, where there is one
 *     holdings      one place a line where the run has things: {"kind":"engine","place":{"socketPath":"/var/run/docker.sock"}}
 *     kept          what `drill up` or `--keep` left, for `drill down`
 *     data/<node>/
 *
 * Notes are written at once and synchronously: what was started must not get lost between here and the disk. The folder
 * lies where everybody can make folders, and its notes name processes to end. So it counts only where it is this user's,
 * closed to all others, and no link, and where its note of the runner says that it is the run's: only then are its other
 * notes believed, and only then is it removed.
 */
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import { codeOf, EnvironmentError } from '../../errors.js';
import { append, ownFolder, readOwn, writeFresh } from '../../own-file.js';
import { FOLDER_PREFIX, folderOf, isRun } from '../label.js';
import { parseMounts } from '../mounts.js';
import { type ProcessIdentity, thisMachine } from '../os-process.js';

/** Of a run that stays after its command has ended. */
export interface KeptNote {
  drill: string;
  /** The drill file's path, and the folder with its history and logs; both absolute. */
  file: string;
  folder: string;
  runtime: string;
  /** By which command. */
  how: 'up' | 'keep';
  /** Time of day, ISO 8601. */
  since: string;
}

/** A place in which a run has things; `kind` says by whom they are removed (`runtime/reapables.ts`). */
export interface Holding {
  kind: string;
  place: unknown;
}

/** A process of a run. `of`: the number of the node's first process, of which this one was seen to descend. */
export type NotedProcess = ProcessIdentity & { of?: number };

/** The labels of runs that have a folder here. */
export function runsWithFolder(): string[] {
  return labelsInNames().filter((run) => new RunFolder(run).isOurs());
}

/** The folders that are as a run's, but for the note that tells whose they are. */
export function foldersWithoutNote(): string[] {
  const folders = labelsInNames().map((run) => new RunFolder(run));
  return folders.filter((one) => one.isThere() && !one.isOurs()).map(({ path }) => path);
}

function labelsInNames(): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(FOLDER_PREFIX))
    .map((name) => name.slice(FOLDER_PREFIX.length))
    .filter(isRun);
}

/** Whether nobody else can put another folder in place of one that is made here. */
function isSafe(folder: string): boolean {
  const { mode, uid } = statSync(folder);
  const isTrusted = process.getuid === undefined || [0, process.getuid()].includes(uid);
  return isTrusted && ((mode & OTHERS_WRITE) === 0 || (mode & STICKY) !== 0);
}

const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;
/** Every right of those whose folder it is not. */
const OTHERS = 0o077;

const RUNNER = 'runner';

type RunnerNote = ProcessIdentity & { run: string; machine: string };

export class RunFolder {
  readonly run: string;
  readonly path: string;

  /** The run's label. */
  constructor(run: string) {
    this.run = run;
    this.path = folderOf(run);
  }

  /** Throws an `EnvironmentError` where it is there already: whoever made it was not us. */
  create(runner: ProcessIdentity): void {
    if (!isSafe(tmpdir())) {
      throw new EnvironmentError({
        where: tmpdir(),
        expected: "a temporary folder in which others cannot replace this user's folders",
        found: "another user's, or one in which everybody can",
        todo: `run \`chmod +t ${tmpdir()}\`, or set TMPDIR to another one`,
      });
    }
    try {
      mkdirSync(this.path, { mode: 0o700 });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      throw new EnvironmentError(
        {
          where: this.path,
          expected: 'no folder of this name',
          found: 'one that was there before the run',
          todo: 'run it again: each run has a name of its own',
        },
        { cause: error },
      );
    }
    const note: RunnerNote = { run: this.run, ...runner, machine: thisMachine() };
    try {
      writeFresh(join(this.path, RUNNER), JSON.stringify(note));
    } catch (error) {
      // A full disk: without its note, nobody would know whose it is.
      rmSync(this.path, { recursive: true, force: true });
      throw error;
    }
  }

  /** Whether it is there, as nobody else can have made it. */
  isThere(): boolean {
    const { mode = OTHERS } = ownFolder(this.path) ?? {};
    return (mode & OTHERS) === 0 && isSafe(tmpdir());
  }

  /** Whether it is there, and its note says that it is this run's. */
  isOurs(): boolean {
    return this.#runner()?.run === this.run;
  }

  /** Removes it where it is this run's. Gives what is left of it, one text each; nothing where it is somebody else's. */
  async remove(): Promise<string[]> {
    if (!this.isOurs()) return [];
    const mounted = mountsIn(this.path);
    if (mounted.length > 0)
      return mounted.map((point) => `folder ${this.path} (${point} is mounted in it: unmount it first)`);
    const options = { recursive: true, force: true, maxRetries: 3 };
    try {
      // The note goes last: who is ended before that has left a folder that is known to be the run's.
      for (const name of await readdir(this.path))
        if (name !== RUNNER) await rm(join(this.path, name), options);
      await rm(this.path, options);
    } catch {
      // Then it shows.
    }
    return this.isThere() ? [`folder ${this.path}`] : [];
  }

  /** Where one node keeps its data; made when it is asked for. */
  data(node: string): string {
    const [data, path] = [join(this.path, 'data'), join(this.path, 'data', node)];
    for (const folder of [data, path]) if (!ownFolder(folder)) mkdirSync(folder);
    return path;
  }

  noteProcess(identity: NotedProcess): void {
    append(join(this.path, 'processes'), `${JSON.stringify(identity)}\n`);
  }

  noteGroup(path: string): void {
    writeFresh(join(this.path, 'group'), JSON.stringify(path));
  }

  /** The control group of the run's nodes; undefined where they have none. */
  group(): string | undefined {
    const [path] = this.#lines<string>('group');
    return path !== undefined && basename(path) === basename(this.path) ? path : undefined;
  }

  noteHolding(holding: Holding): void {
    append(join(this.path, 'holdings'), `${JSON.stringify(holding)}\n`);
  }

  /** The runner, or undefined where the note is missing or was cut short. */
  runner(): ProcessIdentity | undefined {
    const { pid, started } = this.#runner() ?? {};
    return pid === undefined || started === undefined ? undefined : { pid, started };
  }

  /** Whether its processes have the numbers here that it knows them by: containers may share a folder with us. */
  isHere(): boolean {
    return (this.#runner()?.machine ?? thisMachine()) === thisMachine();
  }

  #runner(): Partial<RunnerNote> | undefined {
    return this.isThere() ? linesIn<Partial<RunnerNote>>(join(this.path, RUNNER))[0] : undefined;
  }

  processes(): NotedProcess[] {
    return this.#lines('processes');
  }

  holdings(): Holding[] {
    return this.#lines('holdings');
  }

  /** The run outlives its command from here on, as its user asked. */
  noteKept(note: KeptNote): void {
    writeFresh(join(this.path, 'kept'), JSON.stringify(note));
  }

  /** Undefined for a run that belongs to a command. */
  kept(): KeptNote | undefined {
    return this.#lines<KeptNote>('kept')[0];
  }

  #lines<Line>(name: string): Line[] {
    return this.isOurs() ? linesIn(join(this.path, name)) : [];
  }
}

/** The lines of a note; none where there is none. */
function linesIn<Line>(path: string): Line[] {
  let text: string;
  try {
    text = readOwn(path);
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Line];
    } catch {
      return []; // The last line of one who died while writing it.
    }
  });
}

/** Where something else is seen in a folder: what is removed there would be somebody else's. */
function mountsIn(folder: string): string[] {
  let mounts: string;
  try {
    mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return []; // Not Linux.
  }
  const real = realpathSync(folder);
  return parseMounts(mounts)
    .map(({ point }) => point)
    .filter((point) => `${point}/`.startsWith(`${real}/`));
}
