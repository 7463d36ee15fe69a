/** Two thousand of the hundred thousand damaged files that `damaged-files.mjs` makes, and that it finds what is bad. */
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { freshFolder, ROOT } from '../drills/drill-command.js';

function damagedFiles(...args: string[]): { status: number | null; stdout: string } {
  const script = join(ROOT, 'test/fuzz/damaged-files.mjs');
  return spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
}

it('each is a drill or refused with 2, soon and without a stack trace', { timeout: 300_000 }, () => {
  const { status, stdout } = damagedFiles('2000');
  expect(stdout).toMatch(/^seed 1: 2000 files, \d+ valid, \d+ refused, 0 bad$/m);
  const [valid = 0, refused = 0] = (/(\d+) valid, (\d+) refused/.exec(stdout) ?? []).slice(1).map(Number);
  expect(Math.min(valid, refused)).toBeGreaterThan(200);
  expect(status).toBe(0);
});

it.each([
  ['ends with 3', 'process.exit(3)', 'it ended with 3'],
  ['throws', 'throw new Error("no")', 'it ended with 1'],
  ['prints a stack trace', 'console.error(new Error("no").stack); process.exit(2)', 'a stack trace'],
  ['hands on an order', 'console.log("::error::x"); process.exit(2)', 'an order to a terminal'],
  ['takes a wrong file for a valid one', 'process.exit(0)', 'it ended with 0, and 0 of 1 were valid'],
  ['never ends', 'setInterval(() => {}, 1e6)', 'nothing was told of it within 5000 ms'],
])('a program that %s at one file is found, with the file', { timeout: 120_000 }, (_what, defect, told) => {
  const program = join(freshFolder(), 'program.mjs');
  writeFileSync(
    program,
    `const files = process.argv.slice(3);
if (files.some((file) => file.startsWith('3/'))) { ${defect} }
else { console.error('refused'); process.exitCode = 2; }\n`,
  );
  const { status, stdout } = damagedFiles('8', '1', program);
  const [, file = ''] = /^bad: (\S+): /m.exec(stdout) ?? [];
  expect(stdout).toContain(`bad: ${file}: ${told}\n`);
  expect(stdout).toContain('8 files, 0 valid, 8 refused, 1 bad');
  expect(file).toMatch(/\/3\/drill\.yaml$/);
  expect(status).toBe(1);
  rmSync(dirname(dirname(file)), { recursive: true });
});
