/** Which Toxiproxy is to carry the links, as `--toxiproxy` says. */
import { UsageError } from '../../../errors.js';

/**
 * `any`: the best there is. `embedded`: our own, whatever else there is. `url`: a server of the user's own, for local
 * processes. `image`: for containers.
 */
export type ToxiproxyChoice =
  | { kind: 'any' }
  | { kind: 'embedded' }
  | { kind: 'url'; url: string }
  | { kind: 'image'; image: string };

const URL_FORM = /^https?:\/\/[^\s/]+\/*$/;
const IMAGE_FORM = /^[a-z0-9][A-Za-z0-9._/:@-]{0,250}$/;

/** Rejects with a `UsageError` what is neither a URL nor the name of an image. */
export function parseToxiproxyChoice(text: string | undefined): ToxiproxyChoice {
  if (text === undefined) return { kind: 'any' };
  if (text === 'embedded') return { kind: 'embedded' };
  if (URL_FORM.test(text)) return { kind: 'url', url: text.replace(/\/+$/, '') };
  if (!text.includes('://') && IMAGE_FORM.test(text)) return { kind: 'image', image: text };
  throw new UsageError({
    where: '--toxiproxy',
    expected: 'the URL of a server, the name of an image, or `embedded`',
    found: `"${text}"`,
    todo: 'write for example http://127.0.0.1:8474 or ghcr.io/shopify/toxiproxy:2.12.0',
  });
}
