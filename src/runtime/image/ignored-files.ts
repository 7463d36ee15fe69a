/** What a `.dockerignore` leaves out of a folder that is built: its lines in order, of which the last that fits counts. */

interface Rule {
  pattern: RegExp;
  /** `!`: takes in again. */
  again: boolean;
}

export interface Ignored {
  /** Whether a file or folder, by its path from the folder on, is left out. */
  has(path: string): boolean;
  /** Whether something in a folder that is left out may be taken in again. */
  someAgain: boolean;
}

export function ignoredBy(text: string): Ignored {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): Rule => {
      const again = line.startsWith('!');
      const path = (again ? line.slice(1) : line).trim().replace(/^(\.?\/)+/, '');
      return { pattern: expression(path.replace(/\/+$/, '')), again };
    });
  return {
    someAgain: rules.some(({ again }) => again),
    has: (path) => rules.reduce((out, { pattern, again }) => (pattern.test(path) ? !again : out), false),
  };
}

/** A pattern fits what it names and everything within: `*` and `?` within a name, `**` over folders, `[a-z]`. */
function expression(pattern: string): RegExp {
  const parts = pattern.split('/').map((part, index, all) => {
    if (part === '**') return index === all.length - 1 ? '.+/' : '(?:[^/]+/)*';
    const name = part.replace(/\[[^\]]*\]|[.+^${}()|\\*?[\]]/g, (sign) => {
      if (sign === '*') return '[^/]*';
      if (sign === '?') return '[^/]';
      return sign.length > 1 ? sign.replace(/^\[!/, '[^') : `\\${sign}`;
    });
    return `${name}/`;
  });
  return new RegExp(`^${parts.join('').replace(/\/$/, '')}(?:/.*)?$`);
}
