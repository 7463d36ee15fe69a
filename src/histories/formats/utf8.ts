/** Text in UTF-8: two values that differ must not become one by a replacement sign where bytes are none. */
import { isUtf8 } from 'node:buffer';
import { UsageError } from '../../errors.js';

/** The text of some bytes; where they are not UTF-8, what comes before the first wrong byte, and that byte. */
export function textOf(bytes: Buffer): { text: string; wrong?: number | undefined } {
  const text = bytes.toString('utf8');
  if (isUtf8(bytes)) return { text };
  for (let at = text.indexOf('\uFFFD'); ; at = text.indexOf('\uFFFD', at + 1)) {
    const before = text.slice(0, at);
    const offset = Buffer.byteLength(before);
    // The sign itself may stand in a text.
    if (bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd) continue;
    return { text: before, wrong: bytes[offset] };
  }
}

export function notUtf8(where: string, byte: number): UsageError {
  return new UsageError({
    where,
    expected: 'text in UTF-8',
    found: `the byte 0x${byte.toString(16).padStart(2, '0')}`,
    todo: 'convert the file (iconv -t UTF-8), or write bytes as text (base64)',
  });
}

/** Decodes chunks of bytes, which may end within a character. */
export class Utf8Decoder {
  #rest: Buffer = Buffer.alloc(0);

  /** The text of the whole characters so far, as `textOf` has it. */
  write(chunk: Buffer): { text: string; wrong?: number | undefined } {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const whole = bytes.length - cutOff(bytes);
    // A copy: the chunk's memory is read into again.
    this.#rest = Buffer.from(bytes.subarray(whole));
    return textOf(bytes.subarray(0, whole));
  }

  /** What is left of a character that was cut off. */
  end(): { text: string; wrong?: number | undefined } {
    return textOf(this.#rest);
  }
}

/** How many of the last bytes are the beginning of a longer character. */
function cutOff(bytes: Buffer): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}
