/** What is derived from something once, however many ask for it, and goes away with it. */
export function derived<From extends object, Value>(derive: (from: From) => Value): (from: From) => Value {
  const known = new WeakMap<From, { value: Value }>();
  return (from) => {
    let found = known.get(from);
    if (found === undefined) {
      found = { value: derive(from) };
      known.set(from, found);
    }
    return found.value;
  };
}
