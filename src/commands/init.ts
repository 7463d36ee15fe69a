/** `drill init`: a commented drill file to start from. */
import { writeFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { codeOf, messageOf, UsageError } from '../errors.js';
import type { Command } from './command.js';
import { STARTER } from './starter.js';

export const init: Command<{ file: string; compose?: string }> = {
  command: 'init [file]',
  describe: 'write a commented drill file to start from',
  builder: (yargs) =>
    yargs
      .positional('file', { type: 'string', default: 'drill.yaml', describe: 'the file to write' })
      .option('compose', {
        type: 'string',
        describe: 'a Compose file, whose services the drill is to be about [default: the built-in service]',
      }),
  async handler({ file, compose }, io) {
    if (file === '-')
      throw new UsageError({ where: file, expected: 'the name of a file to write', found: 'none' });
    const path = resolve(io.cwd, file);
    const text = compose === undefined ? STARTER : await aboutCompose(resolve(io.cwd, compose), path);
    try {
      await writeFile(path, text, { flag: 'wx' });
    } catch (error) {
      const found = codeOf(error) === 'EEXIST' ? 'one that exists' : messageOf(error);
      throw new UsageError(
        { where: file, expected: 'a file to write', found, todo: 'give another name: drill init FILE' },
        { cause: error },
      );
    }
    const next = compose === undefined ? 'run' : 'validate';
    io.stdout(`wrote ${file}\nnext: drill ${next} ${file}\n`);
    return 0;
  },
};

async function aboutCompose(compose: string, drill: string): Promise<string> {
  const { composeStarter } = await import('./compose-starter.js');
  const from = relative(dirname(drill), compose).split(sep).join('/');
  return composeStarter(compose, from.startsWith('.') ? from : `./${from}`);
}
