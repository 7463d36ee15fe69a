/** Where runs may have things beside this machine's processes and folders, by the kinds that notes name. */
import type { Reapable } from './reaper/reapable.js';

/** Loaded only where a run has some: most have none. */
export const REAPABLES: ReadonlyMap<string, () => Promise<Reapable>> = new Map([
  ['engine', async () => (await import('./docker/reapable.js')).inEngine],
  ['toxiproxy', async () => (await import('./links/proxies/foreign-proxies.js')).foreignProxies],
  ['mounts', async () => (await import('./disk/mounted.js')).mountedDisks],
]);
