import { defineConfig } from 'vitest/config';

const drills = (...names: string[]) => names.map((name) => `test/drills/${name}.test.ts`);
/** What these import counts what a whole process holds. */
const APART = ['test/run/final-reads.test.ts'];
/** What takes nothing but processor time: everything else in here waits for other processes. */
const BUSY = ['checker', 'drill', 'histories', 'history', 'reference', 'report', 'timeline', 'topology'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);
/** What runs containers, two at once: some of it measures how soon they answer. */
const ENGINE = ['test/runtime/docker/**/*.test.ts', 'test/fault/c*.test.ts'];
/** Whole drills of which it matters how they end, and not how long anything took: a busy machine changes nothing. */
const ENDINGS = [
  ...drills(
    'bad-nodes',
    'command-line',
    'ending',
    'own-system',
    'plugins',
    'rate',
    'standing',
    'toxiproxy-lost',
  ),
  ...drills('wrong-verdicts'),
];
/** What needs the machine to itself: drills in containers, short times, and what looks through a whole engine. */
const ALONE = [
  ...drills('lengths', 'steps'),
  ...drills('bad-engine', 'docker', 'engine-killed', 'leaks', 'power', 'shared', 'stack', 'steps-docker'),
  ...drills('systems'),
  ...drills('toxiproxy-image'),
];

/** Those with the same place in the order run together, so many files at once. */
const projects = [
  { order: 0, name: 'busy', include: BUSY, isolate: false, maxWorkers: 2 },
  {
    order: 1,
    name: 'parts',
    include: ['test/**/*.test.ts'],
    exclude: [...BUSY, ...APART, ...ENGINE, 'test/drills/**'],
    isolate: false,
    maxWorkers: 3,
  },
  { order: 1, name: 'endings', include: [...APART, ...ENDINGS], testTimeout: 180_000, maxWorkers: 3 },
  { order: 2, name: 'engine', include: ENGINE, isolate: false, maxWorkers: 2 },
  {
    // Whole drills measure time. Two of local processes leave each other what they need of two processors.
    order: 3,
    name: 'drills',
    include: ['test/drills/**/*.test.ts'],
    exclude: [...ENDINGS, ...ALONE],
    testTimeout: 180_000,
    maxWorkers: 2,
  },
  { order: 4, name: 'alone', include: ALONE, testTimeout: 180_000, maxWorkers: 1 },
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
