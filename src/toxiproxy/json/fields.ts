/**
 * Reads a JSON value into named fields as Go's encoding/json does: names match without regard to case, null
 * leaves a field as it is, unknown names are ignored, and the first field of a wrong type is reported with the
 * name and type that the field has in Toxiproxy.
 *
 *     readBody(body, readObject({ name: 'Proxy', text: 'toxiproxy.Proxy' }, { name: readString(input, 'name') }));
 */
import { badRequestBody } from '../api-error.js';
import { JsonSyntaxError, type JsonValue, parseJson } from './parse.js';

export type Reader = (value: JsonValue, place: Place) => void;

/** A Go struct: its bare name, and its type as an error shows it. */
export interface Struct {
  name: string;
  text: string;
}

/** Where in the body a value stands, and the mismatches found so far. */
class Place {
  constructor(
    readonly errors: string[],
    readonly struct = '',
    readonly path: readonly string[] = [],
  ) {}

  field(struct: string, name: string): Place {
    return new Place(this.errors, struct, [...this.path, name]);
  }

  mismatch(found: string, type: string): void {
    const target = this.path.length > 0 ? `struct field ${this.struct}.${this.path.join('.')}` : 'value';
    this.errors.push(`json: cannot unmarshal ${found} into Go ${target} of type ${type}`);
  }
}

/** Throws a 400 `ApiError` when the body is not JSON or a field is of a wrong type. */
export function readBody(body: Buffer, read: Reader): void {
  const errors: string[] = [];
  try {
    read(parseJson(body), new Place(errors));
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw badRequestBody(error.message);
    throw error;
  }
  if (errors[0] !== undefined) throw badRequestBody(errors[0]);
}

export function readObject(struct: Struct, fields: Record<string, Reader>): Reader {
  const names = new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name]));
  return (value, place) => {
    if (value.kind === 'null') return;
    if (value.kind !== 'object') return place.mismatch(value.kind, struct.text);
    for (const [key, member] of value.members) {
      const name = names.get(key.toLowerCase());
      if (name !== undefined) fields[name]?.(member, place.field(struct.name, name));
    }
  };
}

/** Calls `item` for a reader of each element. */
export function readArray(text: string, item: () => Reader): Reader {
  return (value, place) => {
    if (value.kind === 'null') return;
    if (value.kind !== 'array') return place.mismatch(value.kind, text);
    for (const element of value.items) item()(element, place);
  };
}

export function readString<Name extends string>(into: Record<Name, string>, name: Name): Reader {
  return (value, place) => {
    if (value.kind === 'string') into[name] = value.value;
    else if (value.kind !== 'null') place.mismatch(value.kind, 'string');
  };
}

export function readFlag<Name extends string>(into: Record<Name, boolean>, name: Name): Reader {
  return (value, place) => {
    if (value.kind === 'bool') into[name] = value.value;
    else if (value.kind !== 'null') place.mismatch(value.kind, 'bool');
  };
}

/**
 * A whole number of 64 bits; a fraction or an exponent is a mismatch, even where the value is whole. `digits` has all of
 * it, where a number has 53 bits.
 */
export function readInteger(type: 'int' | 'int64', set: (value: number, digits: string) => void): Reader {
  return (value, place) => {
    if (value.kind === 'null') return;
    if (value.kind !== 'number') return place.mismatch(value.kind, type);
    const whole =
      /^-?\d+$/.test(value.literal) && BigInt.asIntN(64, BigInt(value.literal)) === BigInt(value.literal);
    if (whole) set(Number(value.literal), String(BigInt(value.literal)));
    else place.mismatch(`number ${value.literal}`, type);
  };
}

/** A number that is kept with the precision of 32 bits. */
export function readFloat<Name extends string>(into: Record<Name, number>, name: Name): Reader {
  return (value, place) => {
    if (value.kind === 'null') return;
    if (value.kind !== 'number') return place.mismatch(value.kind, 'float32');
    const rounded = Math.fround(Number(value.literal));
    if (Number.isFinite(rounded)) into[name] = rounded;
    else place.mismatch(`number ${value.literal}`, 'float32');
  };
}
