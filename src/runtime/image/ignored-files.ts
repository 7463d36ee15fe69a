/**
 * What a `.dockerignore` leaves out of a folder that is built: its lines in order, of which the last that fits counts.
 * Patterns are walked with one place to come back to and are no regular expressions, which can take for ever on a file
 * that somebody else wrote; the libraries for it are made of those.
 */

export interface Ignored {
  /** Whether a file or folder, by its path from the folder on, is left out. */
  has(path: string): boolean;
  /** Whether something in a folder that is left out may be taken in again. */
  someAgain: boolean;
}

interface Rule {
  /** By the names in a path. */
  pattern: Pattern<Pattern<Sign>>;
  /** `!`: takes in again. */
  again: boolean;
}

/** Any number of whatever there is: `**` of names, `*` of signs. */
const MANY = Symbol('many');
type Pattern<Part> = readonly (Part | typeof MANY)[];
/** What one sign may be. */
type Sign = (sign: string) => boolean;

export function ignoredBy(text: string): Ignored {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): Rule => {
      const again = line.startsWith('!');
      return { pattern: pathPattern(again ? line.slice(1).trim() : line), again };
    });
  return {
    someAgain: rules.some(({ again }) => again),
    has(path) {
      const names = path.split('/').map((name) => [...name]);
      const last = rules.findLast(({ pattern }) =>
        fits(pattern, names, (name, signs) => fits(name, signs, isSign)),
      );
      return last !== undefined && !last.again;
    },
  };
}

/** A pattern fits what it names and everything within: `*` and `?` within a name, `**` over folders, `[a-z]`. */
function pathPattern(pattern: string): Pattern<Pattern<Sign>> {
  const names = pattern.split('/').filter((name) => name !== '' && name !== '.');
  const parts = names.map((name) => (name === '**' ? MANY : namePattern(name)));
  // What ends in `**` is all that lies within, and not the folder itself.
  if (parts.at(-1) === MANY) parts.push(namePattern('*'));
  return [...parts, MANY];
}

const PART = /\*+|\?|\\.|\[[!^]?\]?[^\]]{0,200}\]|[\s\S]/gu;

function namePattern(name: string): Pattern<Sign> {
  return (name.match(PART) ?? []).map((part) => {
    if (part.startsWith('*')) return MANY;
    if (part === '?') return () => true;
    if (part.length > 2 && part.startsWith('[')) return oneOf(part.slice(1, -1));
    const own = part.length > 1 && part.startsWith('\\') ? part.slice(1) : part;
    return (sign) => sign === own;
  });
}

/** `a-z0`, and `^a-z0` for all others. */
function oneOf(text: string): Sign {
  const isOther = /^[!^]/.test(text);
  const ranges = (isOther ? text.slice(1) : text).match(/\\?[\s\S]-\\?[\s\S]|\\?[\s\S]/gu) ?? [];
  const bounds = ranges
    .map((range) => [...range.replace(/\\(?=[\s\S])/gu, '')])
    .map((signs) => [signs[0]!, signs.at(-1)!]);
  return (sign) => bounds.some(([from, to]) => from! <= sign && sign <= to!) !== isOther;
}

const isSign = (suits: Sign, sign: string) => suits(sign);

/**
 * Whether a pattern fits the whole of a list. After the last `many` whatever fits first will do, so there is one place to
 * come back to, and no more steps than there are parts times items.
 */
function fits<Part, Item>(
  pattern: Pattern<Part>,
  items: readonly Item[],
  suits: (part: Part, item: Item) => boolean,
): boolean {
  let [at, next] = [0, 0];
  let again: { at: number; next: number } | undefined;
  while (next < items.length) {
    const part = pattern[at];
    if (part === MANY) {
      at += 1;
      again = { at, next };
    } else if (part !== undefined && suits(part, items[next]!)) {
      at += 1;
      next += 1;
    } else if (again) {
      again.next += 1;
      ({ at, next } = again);
    } else return false;
  }
  return pattern.slice(at).every((part) => part === MANY);
}
