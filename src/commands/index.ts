/** The commands of `drill`, in the order of `drill --help`. */
import { check } from './check.js';
import { clean } from './clean.js';
import type { Command } from './command.js';
import { doctor } from './doctor.js';
import { down } from './down.js';
import { init } from './init.js';
import { list } from './list.js';
import { report } from './report.js';
import { run } from './run.js';
import { schema } from './schema.js';
import { toxiproxy } from './toxiproxy.js';
import { up } from './up.js';
import { validate } from './validate.js';

export const COMMANDS: readonly Command<never>[] = [
  run,
  check,
  report,
  validate,
  list,
  init,
  up,
  down,
  doctor,
  clean,
  schema,
  toxiproxy,
];
