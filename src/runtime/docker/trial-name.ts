/**
 * The names of containers that are there only while an image is made or tried. They belong to no run, but to a runner;
 * a label would not do, since an image takes its container's labels over.
 */
import { freshId } from '../../random.js';
import { type ProcessIdentity, thisMachine, thisProcess } from '../os-process.js';

const PREFIX = 'drill-trial';

/** A name of its own for each. */
export function trialName(): string {
  const { pid, started } = thisProcess();
  // What marks a start may hold what names may not.
  return [PREFIX, thisMachine(), pid, Buffer.from(started).toString('hex'), freshId()].join('-');
}

/** Whose it is, by its name; undefined for other containers, and for other machines'. */
export function makerOf(name: string): ProcessIdentity | undefined {
  const own = `${PREFIX}-${thisMachine()}-`;
  const [, pid, started = ''] = /^(\d+)-([0-9a-f]+)-[0-9a-f]+$/.exec(name.slice(own.length)) ?? [];
  if (!name.startsWith(own) || pid === undefined) return undefined;
  return { pid: Number(pid), started: Buffer.from(started, 'hex').toString() };
}
