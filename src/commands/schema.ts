/** `drill schema`: the JSON Schema of drill files, for editors. */
import type { Command } from './command.js';

export const schema: Command = {
  command: 'schema',
  describe: 'print the JSON Schema of drill files, for editors',
  builder: (yargs) => yargs,
  async handler(_args, io) {
    const [{ CATALOG }, { drillJsonSchema }] = await Promise.all([
      import('../catalog.js'),
      import('../drill/json-schema.js'),
    ]);
    io.stdout(`${JSON.stringify(drillJsonSchema(CATALOG), null, 2)}\n`);
    return 0;
  },
};
