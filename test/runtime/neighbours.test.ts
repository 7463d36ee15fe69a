/**
 * Whatever is beside a run, `drill clean`, `drill down --all` and the reaper touch nothing of it. For more situations, or
 * the same ones again:
 *
 *     SITUATIONS=2000 SEED=1 npx vitest run test/runtime/neighbours.test.ts
 */
import { execFile } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { freshSeed } from '../../src/random.js';
import { entry } from '../../src/runtime/entry.js';
import { drawn } from '../depth.js';
import { PROGRAMS, scratch } from './opened.js';

const SITUATIONS = Number(process.env.SITUATIONS ?? drawn(200));
const seed = process.env.SEED ?? String(freshSeed());
/** Worlds of their own, at once. */
const WORLDS = 4;

interface Told {
  done: Record<'clean' | 'down' | 'reaper', number>;
  wrong: string[];
  gone: number;
  stayed: number;
}

/** Its processes are alone in a list of their own: neither do they meet other tests, nor do others meet them. */
async function world(first: number, count: number): Promise<Told> {
  const alone = ['--pid', '--fork', '--kill-child', '--mount-proc'];
  const program = [
    `${PROGRAMS}neighbours.mjs`,
    dirname(entry('clock.js')),
    seed,
    String(first),
    String(count),
  ];
  const folder = scratch();
  chmodSync(folder, 0o1777);
  const { stdout } = await promisify(execFile)('unshare', [...alone, process.execPath, ...program], {
    env: { PATH: process.env.PATH, TMPDIR: folder },
  });
  return JSON.parse(stdout) as Told;
}

test.runIf(process.getuid?.() === 0)(
  `in ${SITUATIONS} random situations nothing of the neighbours is touched (seed ${seed})`,
  async () => {
    const each = Math.ceil(SITUATIONS / WORLDS);
    const told = await Promise.all(Array.from({ length: WORLDS }, (_, at) => world(at * each, each)));
    expect(told.flatMap(({ wrong }) => wrong)).toEqual([]);
    const sum = (of: (one: Told) => number) => told.reduce((total, one) => total + of(one), 0);
    for (const actor of ['clean', 'down', 'reaper'] as const)
      expect(sum(({ done }) => done[actor])).toBeGreaterThan(0);
    expect(sum(({ done }) => done.clean + done.down + done.reaper)).toBeGreaterThanOrEqual(SITUATIONS);
    // There was something to take down, and more to leave alone.
    expect(sum(({ gone }) => gone)).toBeGreaterThan(SITUATIONS / 2);
    expect(sum(({ stayed }) => stayed)).toBeGreaterThan(SITUATIONS * 2);
  },
  SITUATIONS * 1500,
);
