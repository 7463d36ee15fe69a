// The runner of a run with one node, which does nothing, until it is killed:
//   node one-run.mjs <folder of the build> <folder for logs> [kept]
// It writes the run's label and the numbers of its processes, a line of JSON, once all are there.
const [dist, logs, kept] = process.argv.slice(2);
const { systemClock: clock } = await import(`${dist}/clock.js`);
const { freshRun, RUN_VARIABLE } = await import(`${dist}/runtime/label.js`);
const { processesWith } = await import(`${dist}/runtime/os-process.js`);
const { openProcessCluster } = await import(`${dist}/runtime/process/process-runtime.js`);
const { RunFolder } = await import(`${dist}/runtime/reaper/run-folder.js`);

const run = freshRun();
const cluster = await openProcessCluster(
  { nodes: ['a'], links: [], power: false },
  { clock, run, logs, environment: process.env, onLine() {}, onExit() {} },
);
await cluster.start('a', { command: ['sleep', '600'] });
if (kept) {
  const since = clock.wall().toISOString();
  new RunFolder(run).noteKept({
    drill: 'one',
    file: 'one.yaml',
    folder: logs,
    runtime: 'process',
    how: 'up',
    since,
  });
}
const all = processesWith(RUN_VARIABLE).filter(({ environment }) => environment[RUN_VARIABLE] === run);
console.log(JSON.stringify({ run, processes: all.map(({ pid, started }) => ({ pid, started })) }));
