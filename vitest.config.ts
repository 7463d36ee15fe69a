import { defineConfig } from 'vitest/config';

const drills = (...names: string[]) => names.map((name) => `test/drills/${name}.test.ts`);
/** What these import counts what a whole process holds. */
const APART = ['test/run/final-reads.test.ts'];
/** What runs containers, two at once: some of it measures how soon they answer. */
const ENGINE = ['test/runtime/docker/**/*.test.ts', 'test/fault/c*.test.ts'];
/** Whole drills of which it matters how they end, and not how long anything took: a busy machine changes nothing. */
const ENDINGS = drills(
  ...['bad-nodes', 'ending', 'own-system', 'plugins', 'rate', 'standing', 'toxiproxy-lost', 'wrong-verdicts'],
);
/** What needs the machine to itself: what measures time in whole drills, and what looks through a whole engine. */
const TIMED = ['test/drills/**/*.test.ts', 'test/system/reference.test.ts'];

const minutes = { testTimeout: 180_000 };
/** Those with the same place in the order run together, with so many files at once. */
const projects = [
  {
    ...{ order: 0, name: 'parts', isolate: false, maxWorkers: 2 },
    ...{ include: ['test/**/*.test.ts'], exclude: [...APART, ...ENGINE, ...TIMED] },
  },
  { order: 0, name: 'endings', include: [...APART, ...ENDINGS], maxWorkers: 2, ...minutes },
  { order: 1, name: 'engine', include: ENGINE, isolate: false, maxWorkers: 2 },
  { order: 2, name: 'drills', include: TIMED, exclude: ENDINGS, maxWorkers: 1, ...minutes },
];

export default defineConfig({
  test: {
    reporters: ['default', './test/closing-line.ts'],
    projects: projects.map(({ order, ...project }) => ({
      test: {
        testTimeout: 30_000,
        hookTimeout: 30_000,
        setupFiles: ['./test/setup.ts'],
        ...project,
        sequence: { groupOrder: order },
      },
    })),
  },
});
