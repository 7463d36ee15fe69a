/** The front page: short, its file valid, its capture what the command shows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDrill } from '../built-in.js';
import { freshFolder, startDrill } from '../drills/drill-command.js';
import { ROOT } from './packed.js';

const text = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** Figures, and the blanks beside them, may come out otherwise: what is shown of them may not. */
const shape = (shown: string) => shown.replace(/\d+(\.\d+)?/g, '1').replace(/\s+/g, ' ');

describe('the front page', () => {
  it('is of 120 lines at most, none of them over 125 columns but those of tables', () => {
    const lines = text.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(120);
    expect(lines.filter((line) => !line.startsWith('|') && line.length > 125)).toEqual([]);
  });

  it('has a drill file that is valid', () => {
    const [, file = ''] = /```yaml\n(name: [\s\S]*?)```/.exec(text) ?? [];
    expect(parseDrill(file, 'README.md').name).toBe('split-brain');
  });

  it('shows what its command prints', async () => {
    const [, command = '', captured = ''] = /^ {4}\$ npx drill (.*)\n((?: {4}.*\n)+)/m.exec(text) ?? [];
    const folder = freshFolder();
    const args = command.split(' ').map((word) => (word === 'results' ? join(folder, word) : word));
    const { code, stdout } = await startDrill([...args, '--no-verbose']).ended;
    expect(code).toBe(0);
    expect(captured).toMatch(/^ {4}proof /m);
    expect(shape(stdout.replaceAll(`${folder}/`, ''))).toContain(shape(captured.replaceAll(/^ {4}/gm, '')));
  });

  it('names the two commands that set the project up', () => {
    expect(text).toContain('npm ci && npx drill run drills/split-brain.yaml');
    expect(text).toContain('npm ci && npm test');
  });
});
