/** A function whose result is computed once for each argument, and freed together with that argument. */
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
