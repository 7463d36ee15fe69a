/**
 * Which processes belong to a node. Where the kernel's control groups can be had, all that the node's program ever
 * starts. Elsewhere those that were seen to descend from it: by the reaper, which looks every so often and notes them,
 * and now. One that left its session and lost its parent between two looks is not among them (strays.ts).
 */
import { entering, isProgram, membersOf, type Start } from '../control-group.js';
import { hasProc, type ProcessIdentity, stateOf } from '../os-process.js';
import { familyOf } from '../process-tree.js';
import type { RunFolder } from '../reaper/run-folder.js';

export interface Members {
  /** How the program is started in this folder and environment. */
  starting(command: readonly string[], folder: string, environment: Start['environment']): Start;
  /** Those of them that live, of the life whose first process this is; that one too, where it does. */
  living(first: ProcessIdentity): ProcessIdentity[];
}

export function membersIn(group: string): Members {
  return {
    starting(command, folder, environment) {
      const [name = ''] = command;
      return isProgram(name, folder, environment['PATH'])
        ? entering(group, command, environment)
        : { command, environment };
    },
    living: () => membersOf(group),
  };
}

export function membersSeen(notes: RunFolder): Members {
  return {
    starting: (command, _, environment) => ({ command, environment }),
    living(first) {
      if (!hasProc) return [];
      const noted = notes.processes().filter(({ of }) => of === first.pid);
      // A look at all processes takes its time: it is for the living.
      const known = [first, ...noted];
      return known.some((one) => stateOf(one) !== 'gone') ? familyOf(known) : [];
    },
  };
}
