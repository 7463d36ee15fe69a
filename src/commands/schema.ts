/** `drill schema`: the JSON Schema of drill files, for editors. */
import type { Command } from './command.js';
import { catalogOf, pluginOption } from './plugin-option.js';

export const schema: Command<{ plugin?: string[] }> = {
  command: 'schema',
  describe: 'print the JSON Schema of drill files, for editors',
  builder: (yargs) => yargs.option('plugin', pluginOption),
  async handler({ plugin }, io) {
    const { drillJsonSchema } = await import('../drill/json-schema.js');
    io.stdout(`${JSON.stringify(drillJsonSchema(await catalogOf(plugin, io)), null, 2)}\n`);
    return 0;
  },
};
