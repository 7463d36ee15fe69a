/**
 * A program as a container has it. What is to run with the Node of this machine runs with the image's; files of
 * the drill's own build are at their place in the image; another script's folder is made visible where it lies.
 *
 *     /usr/bin/node <build>/reference/process.js {...}  ->  /usr/local/bin/node /opt/failover-drill/reference/process.js {...}
 */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, relative } from 'node:path';
import process from 'node:process';
import { entry } from '../entry.js';
import { NODE_PATH } from '../image/node-executable.js';
import { entryInImage } from '../image/own-build.js';
import type { Program } from '../runtime.js';

export interface ContainerProgram {
  command: string[];
  environment: string[];
  /** Folders of this machine that must be visible, read-only, at the same path. */
  folders: string[];
  /** Whether it waits until it is let go. */
  held: boolean;
}

/** A program that needs no change. */
export function asItIs({ command, environment = {} }: Program): ContainerProgram {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return { command: [...command], environment: variables, folders: [], held: false };
}

export function inContainer(program: Program): ContainerProgram {
  const { command } = program;
  if (command[0] !== process.execPath) return asItIs(program);
  const build = dirname(entry('errors.js'));
  const folders: string[] = [];
  const rest = command.slice(1).map((word) => {
    if (!isAbsolute(word) || !existsSync(word)) return word;
    const inside = relative(build, word);
    if (!inside.startsWith('..')) return entryInImage(inside);
    folders.push(dirname(word));
    return word;
  });
  const hold = ['--import', entryInImage('runtime/docker/agent/hold.js')];
  return {
    command: [NODE_PATH, ...hold, ...rest],
    environment: asItIs(program).environment,
    folders: [...new Set(folders)],
    held: true,
  };
}
