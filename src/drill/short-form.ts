/**
 * Short forms of the drill language: `kill: primary` stands for `kill: { target: primary }`. The program only
 * ever sees full forms; a drill as resolved is written back in the short form where that says it all.
 */
import * as z from 'zod';

/** The full schema behind each short form and the key of the text, for the JSON Schema that editors read. */
export const fullForms = new WeakMap<object, { full: z.ZodObject; key: string }>();

/** A codec that takes either a text, put under `key`, or the full map; `expected` says what the text is. */
export function shortForm<Full extends z.ZodObject>(
  key: keyof Full['shape'] & string,
  full: Full,
  expected: string,
) {
  const input = z.union([z.string(), z.record(z.string(), z.unknown())], {
    error: `${expected}, or a map with the key \`${key}\``,
  });
  const codec = z.codec(input, full, {
    decode: (value) => (typeof value === 'string' ? { [key]: value } : value) as z.input<Full>,
    encode: (value) => {
      const map = value as Record<string, unknown>;
      const keys = Object.keys(map).filter((name) => map[name] !== undefined);
      return keys.length === 1 && keys[0] === key ? (map[key] as string) : map;
    },
  });
  fullForms.set(codec, { full, key });
  return codec;
}
