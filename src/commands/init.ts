/** `drill init`: a commented drill file to start from. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { codeOf, messageOf, UsageError } from '../errors.js';
import type { Command } from './command.js';
import { STARTER } from './starter.js';

export const init: Command<{ file: string }> = {
  command: 'init [file]',
  describe: 'write a commented drill file to start from',
  builder: (yargs) =>
    yargs.positional('file', { type: 'string', default: 'drill.yaml', describe: 'the file to write' }),
  async handler({ file }, io) {
    if (file === '-')
      throw new UsageError({ where: file, expected: 'the name of a file to write', found: 'none' });
    try {
      await writeFile(resolve(io.cwd, file), STARTER, { flag: 'wx' });
    } catch (error) {
      const found = codeOf(error) === 'EEXIST' ? 'one that exists' : messageOf(error);
      throw new UsageError(
        { where: file, expected: 'a file to write', found, todo: 'give another name: drill init FILE' },
        { cause: error },
      );
    }
    io.stdout(`wrote ${file}\nnext: drill run ${file}\n`);
    return 0;
  },
};
