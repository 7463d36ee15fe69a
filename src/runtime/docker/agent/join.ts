/** Joins two connections into one: the bytes of each go to the other, and so do its end and its failure. */
import type { Socket } from 'node:net';

export function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy());
    from.once('close', () => to.destroy());
    from.pipe(to);
  }
}
