/** Some of the hundred thousand damaged files that `damaged-files.mjs` makes, and that it finds what is bad. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { drawn } from '../depth.js';
import { freshFolder, ROOT } from '../drills/drill-command.js';

const FILES = drawn(2000);

async function damagedFiles(...args: string[]): Promise<{ status: number; stdout: string }> {
  const script = join(ROOT, 'test/fuzz/damaged-files.mjs');
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [stdout, [status]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { status, stdout };
}

it.concurrent('each is a drill or refused with 2, soon and without a stack trace', {
  timeout: 300_000,
}, async () => {
  const { status, stdout } = await damagedFiles(String(FILES));
  expect(stdout).toMatch(new RegExp(`^seed 1: ${FILES} files, \\d+ valid, \\d+ refused, 0 bad$`, 'm'));
  const [valid = 0, refused = 0] = (/(\d+) valid, (\d+) refused/.exec(stdout) ?? []).slice(1).map(Number);
  expect(Math.min(valid, refused)).toBeGreaterThan(FILES / 10);
  expect(status).toBe(0);
});

it.concurrent.each([
  ['ends with 3', 'process.exit(3)', 'it ended with 3'],
  ['throws', 'throw new Error("no")', 'it ended with 1'],
  ['prints a stack trace', 'console.error(new Error("no").stack); process.exit(2)', 'a stack trace'],
  ['hands on an order', 'console.log("::error::x"); process.exit(2)', 'an order to a terminal'],
  ['takes a wrong file for a valid one', 'process.exit(0)', 'it ended with 0, and 0 of 1 were valid'],
  ['never ends', 'setInterval(() => {}, 1e6)', 'nothing was told of it within 2500 ms', '2500'],
])(
  'a program that %s at one file is found, with the file',
  { timeout: 120_000 },
  async (_what, defect, told, ...more) => {
    const program = join(freshFolder(), 'program.mjs');
    writeFileSync(
      program,
      `const files = process.argv.slice(3);
if (files.some((file) => file.startsWith('3/'))) { ${defect} }
else { console.error('refused'); process.exitCode = 2; }\n`,
    );
    const { status, stdout } = await damagedFiles('8', '1', program, ...more);
    const [, file = ''] = /^bad: (\S+): /m.exec(stdout) ?? [];
    expect(stdout).toContain(`bad: ${file}: ${told}\n`);
    expect(stdout).toContain('8 files, 0 valid, 8 refused, 1 bad');
    expect(file).toMatch(/\/3\/drill\.yaml$/);
    expect(status).toBe(1);
    rmSync(dirname(dirname(file)), { recursive: true });
  },
);
