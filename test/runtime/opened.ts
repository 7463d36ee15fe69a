/** Clusters for tests: opened with a label and folders of their own, and taken down at the end. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock as clock, sleep } from '../../src/clock.js';
import { freshRun } from '../../src/runtime/label.js';
import { openProcessCluster } from '../../src/runtime/process/process-runtime.js';
import type { Layout, Surroundings } from '../../src/runtime/runtime.js';
import type { Link } from '../../src/topology/links.js';
import { atEnd } from '../lifetime.js';

export const PROGRAMS = new URL('programs/', import.meta.url).pathname;

/** A folder that goes away at the end. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'drill-test-'));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What a runtime told. */
export interface Told {
  lines: { node: string; line: string }[];
  exits: { node: string; detail: string; at: number }[];
}

/** Surroundings that remember what they are told. */
export function surroundings(): Surroundings & { told: Told } {
  const told: Told = { lines: [], exits: [] };
  return {
    clock,
    run: freshRun(),
    logs: scratch(),
    environment: process.env,
    onLine: (node, line) => void told.lines.push({ node, line }),
    onExit: (node, detail, at) => void told.exits.push({ node, detail, at }),
    told,
  };
}

export async function openProcesses(layout: Partial<Layout>) {
  const around = surroundings();
  const cluster = await openProcessCluster({ nodes: [], links: [], power: false, ...layout }, around);
  atEnd(() => cluster.close());
  return { ...around, around, cluster };
}

/** Every link between the names, in both directions. */
export function mesh(...names: string[]): Link[] {
  return names.flatMap((from) =>
    names.filter((to) => to !== from).map((to) => ({ name: `${from}->${to}`, from, to })),
  );
}

/** Waits until `look` gives something; fails with `what` after ten seconds. */
export async function eventually<Seen>(
  what: string,
  look: () => Seen | undefined | Promise<Seen | undefined>,
) {
  const end = clock.now() + 10_000;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (clock.now() > end) throw new Error(`${what}: not within 10 s`);
    await sleep(clock, 5);
  }
}
