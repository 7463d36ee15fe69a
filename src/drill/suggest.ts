/** "did you mean ...?": the nearest of the names that would have been right. */
import { distance } from 'fastest-levenshtein';

const SHORTEST = 2;
const LONGEST = 60;
/** More slips than this make another word. */
const MOST_SLIPS = 2;

/** The candidate that `word` is most likely a misspelling of, or undefined where none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length < SHORTEST || word.length > LONGEST) return undefined;
  const plain = normal(word);
  const most = Math.max(1, Math.min(MOST_SLIPS, Math.floor(plain.length / 3)));
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    if (candidate === word) continue;
    const far = distance(plain, normal(candidate));
    if (far <= most && (!best || far < best.distance)) best = { candidate, distance: far };
  }
  return best?.candidate;
}

/** The question, or undefined where no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? undefined : suggestion(candidate);
}

export function suggestion(candidate: string): string {
  return `did you mean \`${candidate}\`?`;
}

/** The question as a part of an error text, which may be without one. */
export function advice(word: string, candidates: Iterable<string>): { todo?: string } {
  const todo = didYouMean(word, candidates);
  return todo === undefined ? {} : { todo };
}

/** `` `a`, `b` or `c` ``. */
export function listed(names: readonly string[], last = 'or'): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} ${last} ${quoted.at(-1)}`;
}

function normal(word: string): string {
  return word.toLowerCase().replaceAll('-', '_');
}
