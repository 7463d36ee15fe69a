/** `drill list`: the drills of a folder, by default those that ship, and what each proves. */
import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { linesOf } from '../errors.js';
import type { Command, Io } from './command.js';
import { isSelected, SELECTION_OPTIONS, type Selection } from './selection.js';

interface Args extends Selection {
  folder?: string;
  json: boolean;
}

export const list: Command<Args> = {
  command: 'list [folder]',
  describe: 'show the drills that ship, or those of a folder, and what each proves',
  builder: (yargs) =>
    yargs
      .positional('folder', { type: 'string', describe: 'a folder with drill files' })
      .options(SELECTION_OPTIONS)
      .option('json', { type: 'boolean', default: false, describe: 'print it as one JSON document' }),
  async handler({ folder, json, ...selection }, io) {
    const [{ findDrills, SHIPPED }, { headOf }, { loadDrill }, { CATALOG }] = await Promise.all([
      import('../drill/find.js'),
      import('../drill/head.js'),
      import('../drill/load.js'),
      import('../catalog.js'),
    ]);
    const rows: Row[] = [];
    for (const file of await findDrills([folder ?? join(SHIPPED, '**', '*.yaml')], io.cwd)) {
      try {
        const path = resolve(io.cwd, file);
        const head = headOf(path, file);
        // Its plug-ins are code, which nobody asked to run.
        const drill = head?.plugins.length
          ? head
          : await loadDrill(path, CATALOG, { shownAs: file, environment: io.env });
        if (!isSelected(drill, selection)) continue;
        const { name, tags = [], about } = drill;
        const bytes = await readFile(path);
        rows.push({ file, name, tags, proves: opening(bytes.toString()) || about });
      } catch (error) {
        rows.push({
          file,
          name: 'invalid',
          tags: [],
          proves: linesOf(error).split('\n', 1)[0]!,
          wrong: true,
        });
      }
    }
    const named = (file: string) => (folder ? file : relative(SHIPPED, resolve(io.cwd, file)).slice(0, -5));
    io.stdout(json ? `${JSON.stringify(rows, null, 2)}\n` : await table(rows, io, named));
    return rows.some((row) => row.wrong) ? 2 : 0;
  },
};

interface Row {
  file: string;
  name: string;
  tags: string[];
  proves: string;
  wrong?: boolean;
}

/** The comment that a drill file begins with, on one line. */
export function opening(text: string): string {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const end = lines.findIndex((line) => !line.startsWith('#'));
  const comment = lines
    .slice(0, end < 0 ? lines.length : end)
    .filter((line) => !/^#\s*yaml-language-server/.test(line));
  return comment
    .map((line) => line.replace(/^#+\s*/, '').trim())
    .filter(Boolean)
    .join(' ');
}

/** A line for each drill, by the name that `drill run` takes, as much of it as fits; what is wrong is told whole. */
async function table(rows: readonly Row[], io: Io, named: (file: string) => string): Promise<string> {
  const [{ default: colors }, { columnsOf, fitted, oneLine, padded }] = await Promise.all([
    import('picocolors'),
    import('../report/text.js'),
  ]);
  const { bold, red } = colors.createColors(io.color);
  const names = rows.map(({ file, wrong }) => (wrong ? 'invalid' : oneLine(named(file))));
  const wide = Math.max(0, ...names.map(columnsOf)) + 2;
  return rows
    .map(({ tags, proves, wrong }, at) => {
      const told = oneLine(proves) || '(it does not say)';
      const labels = tags.length > 0 ? ` [${tags.join(', ')}]` : '';
      const room = Math.max(NARROWEST, io.columns() - wide - labels.length);
      const text = wrong ? told : `${fitted(told, room)}${labels}`;
      return `${(wrong ? red : bold)(padded(names[at] ?? '', wide))}${text}\n`;
    })
    .join('');
}

const NARROWEST = 16;
