/** `drill list`: the drills of a folder, by default those that ship, and what each proves. */
import { linesOf } from '../errors.js';
import type { Command, Io } from './command.js';

export const list: Command<{ folder?: string }> = {
  command: 'list [folder]',
  describe: 'show the drills that ship, or those of a folder, and what each proves',
  builder: (yargs) => yargs.positional('folder', { type: 'string', describe: 'a folder with drill files' }),
  async handler({ folder }, io) {
    const [{ readFile }, { resolve }, { findDrills, SHIPPED }, { loadDrill }] = await Promise.all([
      import('node:fs/promises'),
      import('node:path'),
      import('../drill/find.js'),
      import('../drill/load.js'),
    ]);
    const rows: Row[] = [];
    for (const file of await findDrills([folder ?? SHIPPED], io.cwd)) {
      const bytes = await readFile(resolve(io.cwd, file));
      try {
        const drill = await loadDrill(resolve(io.cwd, file), { shownAs: file, environment: io.env });
        rows.push({ file, name: drill.name, proves: opening(bytes.toString()) || drill.about });
      } catch (error) {
        rows.push({ file, name: 'invalid', proves: firstLine(error), wrong: true });
      }
    }
    io.stdout(await table(rows, io));
    return rows.some((row) => row.wrong) ? 2 : 0;
  },
};

interface Row {
  file: string;
  name: string;
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

function firstLine(error: unknown): string {
  return linesOf(error).split('\n', 1)[0] ?? '';
}

/** Two columns and, below each drill's name, nothing but what it proves: file, then text wrapped to the width. */
async function table(rows: readonly Row[], io: Io): Promise<string> {
  const { default: colors } = await import('picocolors');
  const { bold, dim, red } = colors.createColors(io.color);
  const wide = Math.max(...rows.map((row) => row.name.length)) + 2;
  return rows
    .map((row) => {
      const name = row.name.padEnd(wide);
      const lines = wrapped(row.proves || '(it does not say)', Math.min(WIDEST, io.columns()) - wide);
      const text = [...lines, dim(row.file)].map((line, index) =>
        index === 0 ? line : ' '.repeat(wide) + line,
      );
      return `${row.wrong ? red(name) : bold(name)}${text.join('\n')}\n`;
    })
    .join('\n');
}

const WIDEST = 100;

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
