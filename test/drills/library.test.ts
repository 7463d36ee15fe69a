/** The drills that ship pass, and their histories give the same verdict again. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { isWhole } from '../depth.js';
import { drill, type Ended, freshFolder, ROOT, verdictIn } from './drill-command.js';
import { IDENTICAL, judgedAgain } from './judged-again.js';
import { files, nameOf } from './library-files.js';

/** The share of writes in every drill that ships: half of them are acknowledged, whatever the outage. */
const WRITES = 0.7;

const SHIPPED = files('drills');
/** A cut, a death, a stall, a decision of the standbys, halves that overlap. */
const EXAMPLES = ['split-brain', 'kill-primary', 'pause-primary', 'standby-takeover', 'partial-partition'];

describe('every drill that ships', () => {
  const out = freshFolder();
  const all = isWhole ? SHIPPED : EXAMPLES.map((name) => `drills/${name}.yaml`);
  let ended: Ended;
  beforeAll(async () => {
    ended = await drill('run', ...(isWhole ? ['drills/'] : all), '--out', out);
  }, 300_000);

  it('passes, all in one call', () => {
    expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(0);
    expect(ended.stdout).toContain(`${all.length} passed`);
  });

  it.each(all)('%s shows what it is about', (file) => {
    const verdict = verdictIn(out, nameOf(file));
    expect(verdict.verdict).toBe('pass');
    expect(verdict.findings.length).toBeGreaterThan(3);
    // How long a drill takes, and so how much is asked for, is the machine's doing; the share that is served is not.
    const groups = Object.values(verdict.groups);
    const asked = groups.reduce((sum, { ok, fail, info }) => sum + ok + fail + info, 0);
    expect(asked).toBeGreaterThan(100);
    expect(verdict.counts.acked_writes / asked).toBeGreaterThan(WRITES / 2);
  });

  it.each(all)('%s gives the identical verdict when its history is judged again', (file) => {
    expect(judgedAgain(join(out, nameOf(file), '1')).beside).toEqual(IDENTICAL);
  });

  it.each(SHIPPED)('%s says in its first lines what it proves and where the idea comes from', (file) => {
    const head = readFileSync(join(ROOT, file), 'utf8').split('\nname:')[0]!;
    expect(head).toMatch(/^# Proves: /);
    expect(head).toMatch(/^# From: /m);
  });
});
