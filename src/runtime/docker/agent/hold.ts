/**
 * Holds a program back until it is told to go: loaded before it, with `node --import hold.js program.js`.
 *
 * An engine takes its time for each container. Nodes that are started together are held until the last of them is
 * there, and let go at once, so that none is taken for failed because its container came late.
 */
await new Promise<void>((resolve) => {
  process.stdin.once('data', () => resolve());
  process.stdin.once('close', () => resolve());
  process.stdin.once('error', () => resolve());
});
process.stdin.destroy();
