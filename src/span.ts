/** When an effect comes about that has several parts. */
import type { Clock } from './clock.js';

/** Instants of the clock, in ms: nothing of the effect was there before `at`, and all of it is since `last`. */
export interface Span {
  at: number;
  last: number;
}

/** A part of which no more than one instant is known came about at that instant. */
export type Part = Pick<Span, 'at'> & Partial<Span>;

/** From the first part to the last one; of an effect without parts, the present instant. */
export function spanOf(clock: Clock, parts: readonly Part[]): Span {
  if (parts.length === 0) return spanOf(clock, [{ at: clock.now() }]);
  return {
    at: Math.min(...parts.map(({ at }) => at)),
    last: Math.max(...parts.map(({ at, last = at }) => last)),
  };
}

/** Does what brings an effect about: none of it is there before the first order goes out, all of it after the last answer. */
export async function spanned(clock: Clock, work: () => Promise<unknown>): Promise<Span> {
  const at = clock.now();
  await work();
  return { at, last: clock.now() };
}
