/** A run's proxies on a Toxiproxy server that goes on living without it. */
import { type Clock, within } from '../../../clock.js';
import { messageOf } from '../../../errors.js';
import { proxyPrefix } from '../../label.js';
import type { Reapable, Removal } from '../../reaper/reapable.js';
import { ask } from './ask.js';

/** How long the server may take to give them up, ms. */
const PATIENCE = 2000;

/** Noted by the server's URL. They end with their server; one that does not answer may have them still. */
export const foreignProxies: Reapable = {
  name: "the user's Toxiproxy",
  async remove(run: string, url: string, clock: Clock): Promise<Removal> {
    const prefix = proxyPrefix(run);
    const removing = within(clock, PATIENCE, 'removing them', (signal) => removeOn(url, prefix, signal));
    return removing.then(
      (left) => ({ removed: 0, left, unseen: [] }),
      (error: unknown) => ({
        removed: 0,
        left: [],
        unseen: [`the proxies ${prefix}* on ${url} (${messageOf(error)})`],
      }),
    );
  },
};

/** Deletes the proxies whose names begin so, and only those. Gives what is left of them. */
async function removeOn(url: string, prefix: string, signal: AbortSignal): Promise<string[]> {
  try {
    await ask(`${url}/version`, signal);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ECONNREFUSED') return [];
    throw error;
  }
  const { Toxiproxy } = await import('toxiproxy-node-client');
  const ours = Object.values(await new Toxiproxy(url).getAll()).filter(({ name }) => name.startsWith(prefix));
  const removed = await Promise.allSettled(ours.map((proxy) => proxy.remove()));
  return ours
    .filter((_, at) => removed[at]?.status === 'rejected')
    .map(({ name }) => `proxy ${name} on ${url}`);
}
