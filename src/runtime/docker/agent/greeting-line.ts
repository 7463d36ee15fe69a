/**
 * How a greeting is told from everything else that crosses a link: by the line with which it begins.
 *
 *     drill-greeting <secret> <token>\n     ->     drill-greeted <token>\n
 *
 * Nobody but the run knows the secret, so no program begins with that by chance; the answer is one that nobody
 * gives who only sends back what he hears.
 */
const TOKEN = /^[0-9a-z-]*$/;
const LONGEST_TOKEN = 64;

/** What the first bytes of a connection are: a greeting, no greeting, or `open` as long as it may become one. */
export type Recognised = { token: string } | 'other' | 'open';

/** `token` is of digits, small letters and dashes, 64 at most. */
export function greetingLine(secret: string, token: string): string {
  return `drill-greeting ${secret} ${token}\n`;
}

export function answerLine(token: string): string {
  return `drill-greeted ${token}\n`;
}

/** Says of all the bytes that a connection has brought so far what they are. */
export function recogniser(secret: string): (said: Buffer) => Recognised {
  const mark = Buffer.from(`drill-greeting ${secret} `, 'latin1');
  return (said) => {
    const length = Math.min(said.length, mark.length);
    if (mark.compare(said, 0, length, 0, length) !== 0) return 'other';
    const rest = said.toString('latin1', mark.length, mark.length + LONGEST_TOKEN + 1);
    const end = rest.indexOf('\n');
    const token = end < 0 ? rest : rest.slice(0, end);
    if (token.length > LONGEST_TOKEN || !TOKEN.test(token)) return 'other';
    if (end < 0) return 'open';
    return token === '' ? 'other' : { token };
  };
}
