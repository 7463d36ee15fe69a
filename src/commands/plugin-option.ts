/** The option `--plugin`, and the catalog that comes of it. */
import type { Catalog } from '../run/catalog.js';
import type { Io } from './command.js';

export const pluginOption = {
  type: 'string',
  array: true,
  default: [] as string[],
  describe: 'modules with parts of your own (systems, faults, ...), beside those that drill files name',
} as const;

export async function catalogOf(plugins: readonly string[] = [], { cwd }: Pick<Io, 'cwd'>): Promise<Catalog> {
  const [{ CATALOG }, { withPluginFiles }] = await Promise.all([
    import('../catalog.js'),
    import('../run/plugins.js'),
  ]);
  return withPluginFiles(CATALOG, plugins, cwd, '--plugin');
}
