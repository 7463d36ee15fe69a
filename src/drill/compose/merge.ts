/**
 * What one file says of a service on top of another, by Compose's rules: maps key by key, lists one after the other,
 * but a command is replaced, variables go by their names, and volumes by where they are seen. `!reset` takes a key
 * away, `!override` replaces it as a whole.
 */
import { RESET } from '../document.js';
import { entriesOf, type Held, itemsOf, listOfParts, mapOfParts } from './held.js';

type Rule = (base: Held, over: Held) => Held;

const replaced: Rule = (_, over) => over;

const appended: Rule = (base, over) => {
  const own = itemsOf(over);
  const known = new Set(own.map(({ value }) => JSON.stringify(value)));
  return listOfParts(
    [...itemsOf(base).filter(({ value }) => !known.has(JSON.stringify(value))), ...own],
    over,
  );
};

/** Of entries with the same key, the later one. */
const byKey =
  (keyOf: (value: unknown) => string, listed = itemsOf): Rule =>
  (base, over) => {
    const own = listed(over);
    const known = new Set(own.map(({ value }) => keyOf(value)));
    const rest = listed(base).filter(({ value }) => !known.has(keyOf(value)));
    return listOfParts([...rest, ...own.filter(({ value }) => !isReset(value))], over);
  };

const maps =
  (rules: Readonly<Record<string, Rule>> = {}): Rule =>
  (base, over) => {
    const merged = entriesOf(base);
    for (const [key, other] of entriesOf(over)) {
      const one = merged.get(key);
      if (other.value === RESET) merged.delete(key);
      else if (!one || replaces(other)) merged.set(key, other);
      else if (other.value !== null)
        merged.set(key, (Object.hasOwn(rules, key) ? rules[key]! : whatever)(one, other));
    }
    return mapOfParts(merged, over);
  };

const whatever: Rule = (base, over) => {
  if (isMap(base.value) && isMap(over.value)) return maps()(base, over);
  return Array.isArray(base.value) && Array.isArray(over.value) ? appended(base, over) : over;
};

/** Lists of names in the place of maps, and single texts, are brought to the form of the others first. */
const inForm =
  (formOf: (held: Held) => Held, rule: Rule): Rule =>
  (base, over) =>
    rule(formOf(base), formOf(over));

const assigned = byKey((value) => (isReset(value) ? value.reset : String(value).split('=')[0]!), assignments);
const named = (empty: unknown) => inForm((held) => namedParts(held, empty), maps());
const build = inForm(
  (held) => (typeof held.value === 'string' ? mapOfParts(new Map([['context', held]]), held) : held),
  maps({ args: assigned, labels: assigned }),
);
const handed = byKey((value) => String((isMap(value) && (value['target'] ?? value['source'])) || value));

const serviceRule = maps({
  annotations: assigned,
  build,
  command: replaced,
  configs: handed,
  depends_on: named({ condition: 'service_started' }),
  devices: byKey(targetOf),
  entrypoint: replaced,
  env_file: appended,
  environment: assigned,
  healthcheck: maps({ test: replaced }),
  labels: assigned,
  networks: named(null),
  secrets: handed,
  sysctls: assigned,
  tmpfs: appended,
  volumes: byKey(targetOf),
});

/** A map in the place of a list of names. */
export function namedParts(held: Held, empty: unknown): Held {
  if (!Array.isArray(held.value)) return held;
  const entries = itemsOf(held).map((one): [string, Held] => [String(one.value), { ...one, value: empty }]);
  return mapOfParts(new Map(entries), held);
}

/** A service on top of another. */
export const mergedService: Rule = serviceRule;

/** A file on top of another. */
export function mergedFile(base: Held, over: Held): Held {
  return maps({ services: eachService })(base, over);
}

const eachService: Rule = (base, over) => {
  const rules = Object.fromEntries([...entriesOf(over).keys()].map((name) => [name, serviceRule]));
  return maps(rules)(base, over);
};

/** What takes away something that is not there is nothing. */
export function withoutResets(held: Held): Held {
  const isThere = ({ value }: Held) => value !== RESET;
  if (Array.isArray(held.value)) return listOfParts(itemsOf(held).filter(isThere).map(withoutResets), held);
  if (!isMap(held.value)) return held;
  const entries = [...entriesOf(held)].filter(([, one]) => isThere(one));
  return mapOfParts(new Map(entries.map(([key, one]) => [key, withoutResets(one)])), held);
}

/** `NAME=value` of each variable, whatever form they have. */
function assignments(held: Held): Held[] {
  if (Array.isArray(held.value)) return itemsOf(held);
  return [...entriesOf(held)].map(([name, one]) => {
    if (one.value === RESET) return { ...one, value: { reset: name } };
    return { ...one, value: one.value === null ? name : `${name}=${one.value}` };
  });
}

function isReset(value: unknown): value is { reset: string } {
  return isMap(value) && typeof value['reset'] === 'string';
}

/** Where an entry of `volumes` or `devices` is seen. */
function targetOf(value: unknown): string {
  if (isMap(value)) return String(value['target']);
  const [source = '', target = source] = String(value).split(':');
  return target;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function replaces({ value, text }: Held): boolean {
  return typeof value === 'object' && value !== null && text.replacing.has(value);
}
