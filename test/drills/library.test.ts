/** The drills that ship pass; the known-bad configurations are caught, with the finding that they announce. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeHistory } from '../../src/history/codec.js';
import { drill, type Ended, freshFolder, ROOT, verdictIn } from './drill-command.js';
import { IDENTICAL, judgedAgain } from './judged-again.js';

const files = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`);
/** The share of writes in every drill that ships: half of them are acknowledged, whatever the outage. */
const WRITES = 0.7;
const nameOf = (file: string) => file.replace(/^.*\//, '').replace('.yaml', '');

describe('every drill that ships', () => {
  const out = freshFolder();
  const all = files('drills');
  let ended: Ended;
  beforeAll(async () => {
    ended = await drill('run', 'drills/', '--out', out);
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

  it.each(all)('%s says in its first lines what it proves and where the idea comes from', (file) => {
    const head = readFileSync(join(ROOT, file), 'utf8').split('\nname:')[0]!;
    expect(head).toMatch(/^# Proves: /);
    expect(head).toMatch(/^# From: /m);
  });
});

describe('every known-bad configuration', () => {
  const out = freshFolder();
  const all = files('fixtures/known-bad');
  let ended: Ended;
  beforeAll(async () => {
    ended = await drill('run', 'fixtures/known-bad/', '--out', out);
  }, 300_000);

  it('fails', () => {
    expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(1);
    expect(ended.stdout).toContain(`${all.length} failed`);
  });

  it.each(all)('%s is caught, with evidence', (file) => {
    const announced = /^# Must fail: (\w+)$/m.exec(readFileSync(join(ROOT, file), 'utf8'))?.[1];
    const verdict = verdictIn(out, nameOf(file));
    const finding = verdict.findings.find(({ expectation }) => expectation === announced);
    expect(finding?.verdict).toBe('fail');
    // The evidence points into the history, at what it speaks of.
    const { events } = decodeHistory(readFileSync(join(out, nameOf(file), '1', 'history.jsonl')));
    expect(finding?.evidence.length).toBeGreaterThan(0);
    for (const index of finding?.evidence ?? []) expect(events[index]?.index).toBe(index);
    expect(finding?.message).toMatch(/term \d/);
    expect(verdict.findings.filter(({ verdict }) => verdict === 'inconclusive')).toEqual([]);
  });
});
