/** What a request says of a proxy. A field that it does not name keeps the value that it is given here. */
import { missingField } from './api-error.js';
import {
  type Reader,
  readArray,
  readBody,
  readFlag,
  readObject,
  readString,
  type Struct,
} from './json/fields.js';

export interface ProxyInput {
  name: string;
  listen: string;
  upstream: string;
  enabled: boolean;
}

/** Reads one proxy. Throws a 400 `ApiError`. */
export function readProxy(body: Buffer, defaults: Partial<ProxyInput> = {}): ProxyInput {
  const input = { ...blank(), ...defaults };
  readBody(body, readInto(input, { name: 'Proxy', text: 'toxiproxy.Proxy' }));
  return input;
}

/** Reads a list of proxies, each of which must have a name and an upstream. Throws a 400 `ApiError`. */
export function readProxies(body: Buffer): ProxyInput[] {
  const inputs: ProxyInput[] = [];
  const text = 'struct { toxiproxy.Proxy; Enabled *bool "json:\\"enabled\\"" }';
  const item = () => {
    const input = blank();
    inputs.push(input);
    return readInto(input, { name: '', text });
  };
  readBody(body, readArray(`[]${text}`, item));
  for (const [index, input] of inputs.entries()) requireFields(input, ` at proxy ${index + 1}`);
  return inputs;
}

/** Throws a 400 `ApiError` where the name or the upstream is missing. */
export function requireFields({ name, upstream }: ProxyInput, where = ''): void {
  if (name === '') throw missingField(`name${where}`);
  if (upstream === '') throw missingField(`upstream${where}`);
}

function blank(): ProxyInput {
  return { name: '', listen: '', upstream: '', enabled: true };
}

function readInto(input: ProxyInput, struct: Struct): Reader {
  return readObject(struct, {
    name: readString(input, 'name'),
    listen: readString(input, 'listen'),
    upstream: readString(input, 'upstream'),
    enabled: readFlag(input, 'enabled'),
    // Answers show this field, so clients send it back.
    Logger: readObject({ name: 'Logger', text: 'zerolog.Logger' }, {}),
  });
}
