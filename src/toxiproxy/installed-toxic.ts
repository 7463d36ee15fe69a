/** A toxic as it is set up on a proxy: its name, its direction, its toxicity and the values of its attributes. */
import { encodeFloat, encodeObject, encodeText, type JsonText } from './json/encode.js';
import type { Attributes, ToxicType } from './toxic.js';

/** `upstream` is from the client to the server, `downstream` is back. */
export type Direction = 'upstream' | 'downstream';

export interface InstalledToxic {
  readonly name: string;
  readonly type: string;
  readonly definition: ToxicType;
  /** The direction as the user wrote it: any mixture of cases is accepted, and kept. */
  readonly stream: string;
  readonly direction: Direction;
  /** The share of connections, 0 to 1, that the toxic works on. */
  toxicity: number;
  attributes: Attributes;
  /** The same as answers show them, to the last digit. */
  digits: Record<string, string>;
}

export function encodeToxic(toxic: InstalledToxic): JsonText {
  return encodeObject([
    [
      'attributes',
      encodeObject(Object.keys(toxic.attributes).map((name) => [name, toxic.digits[name] ?? '0'])),
    ],
    ['name', encodeText(toxic.name)],
    ['type', encodeText(toxic.type)],
    ['stream', encodeText(toxic.stream)],
    ['toxicity', encodeFloat(toxic.toxicity)],
  ]);
}
