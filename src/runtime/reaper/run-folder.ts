/**
 * The run's folder: the nodes' data, and the notes from which a run can be taken down by somebody else.
 *
 *     runner        {"pid":4711,"started":"8123456","machine":"here.4026531836"}
 *     processes     one process a line, written as it is started, or was seen to have been by one of them
 *     group         the path of the control group that holds the nodes' processes, where there is one
 *     toxiproxies   one URL a line, of servers that are not ours and hold proxies of the run
 *     engine        {"socketPath":"/var/run/docker.sock"}, where the run has things in a container engine
 *     kept          what `drill up` or `--keep` left, for `drill down`
 *     data/<node>/
 *
 * Notes are written at once and synchronously: what was started must not get lost between here and the disk.
 */
import { appendFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import process from 'node:process';
import type { EngineAddress } from '../docker/engine-address.js';
import { FOLDER_PREFIX } from '../label.js';
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

/** A process of a run. `of`: the number of the node's first process, of which this one was seen to descend. */
export type NotedProcess = ProcessIdentity & { of?: number };

/** The labels of runs that have a folder. What others put there is not ours to believe: its notes name processes to end. */
export function runsWithFolder(): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith(FOLDER_PREFIX) && isOwn(join(tmpdir(), name)))
    .map((name) => name.slice(FOLDER_PREFIX.length));
}

function isOwn(path: string): boolean {
  const seen = lstatSync(path, { throwIfNoEntry: false });
  return seen?.isDirectory() === true && (process.getuid === undefined || seen.uid === process.getuid());
}

export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  create(runner: ProcessIdentity): void {
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    writeFileSync(join(this.path, 'runner'), JSON.stringify({ ...runner, machine: thisMachine() }));
  }

  /** Where one node keeps its data; made when it is asked for. */
  data(node: string): string {
    const path = join(this.path, 'data', node);
    mkdirSync(path, { recursive: true });
    return path;
  }

  noteProcess(identity: NotedProcess): void {
    appendFileSync(join(this.path, 'processes'), `${JSON.stringify(identity)}\n`);
  }

  noteGroup(path: string): void {
    writeFileSync(join(this.path, 'group'), JSON.stringify(path));
  }

  /** The control group of the run's nodes; undefined where they have none. */
  group(): string | undefined {
    const [path] = this.#lines<string>('group');
    return path !== undefined && basename(path) === basename(this.path) ? path : undefined;
  }

  noteToxiproxy(url: string): void {
    appendFileSync(join(this.path, 'toxiproxies'), `${JSON.stringify(url)}\n`);
  }

  noteEngine(address: EngineAddress): void {
    writeFileSync(join(this.path, 'engine'), JSON.stringify(address));
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

  #runner(): Partial<ProcessIdentity & { machine: string }> | undefined {
    return this.#lines<ProcessIdentity & { machine?: string }>('runner')[0];
  }

  processes(): NotedProcess[] {
    return this.#lines('processes');
  }

  /** The engine in which the run may have containers; undefined where it has none. */
  engine(): EngineAddress | undefined {
    return this.#lines<EngineAddress>('engine')[0];
  }

  /** The run outlives its command from here on, as its user asked. */
  noteKept(note: KeptNote): void {
    writeFileSync(join(this.path, 'kept'), JSON.stringify(note));
  }

  /** Undefined for a run that belongs to a command. */
  kept(): KeptNote | undefined {
    return this.#lines<KeptNote>('kept')[0];
  }

  toxiproxies(): string[] {
    return this.#lines('toxiproxies');
  }

  #lines<Line>(name: string): Line[] {
    if (!isOwn(this.path)) return [];
    let text: string;
    try {
      text = readFileSync(join(this.path, name), 'utf8');
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
}
