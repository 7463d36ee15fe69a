/**
 * Paths of requests, read, cleaned and written as Go's net/url and the router of Toxiproxy do: a request for a path that
 * is not clean is sent to the clean one.
 *
 *     "/proxies/../version?x=1"  ->  path "/proxies/../version", query "?x=1"  ->  clean "/version"
 */
import { posix } from 'node:path';

/** The path with its escapes read, undefined where one is malformed; the query with its question mark. */
export function splitUrl(url: string): { path: string | undefined; query: string } {
  // A proxy's form of the request line names the server, too.
  const local = url.replace(/^[a-z]+:\/\/[^/?#]*/i, '') || '/';
  const [, escaped = '', query = ''] = /^([^?#]*)(\?[^#]*)?/.exec(local) ?? [];
  if (/%(?![0-9a-f]{2})/i.test(escaped)) return { path: undefined, query };
  // Bytes that are no UTF-8 are the name of nothing here.
  const bytes = escaped.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number(`0x${hex}`)),
  );
  return { path: Buffer.from(bytes, 'latin1').toString('utf8'), query };
}

/** Without empty segments, `.` and `..`; a slash at the end stays. */
export function cleanPath(path: string): string {
  return posix.normalize(`/${path}`);
}

/** Escaped where Go escapes: a few characters more than in JavaScript. */
export function encodePath(path: string): string {
  const percent = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURI(path.replace(/\p{Surrogate}/gu, '\ufffd')).replace(/[!'()*?#]/g, percent);
}
