/** The events of one type: a history has few of most types among very many operations. */
import type { Event, EventBody, EventOf } from './event.js';
import type { History } from './history.js';

const indexes = new WeakMap<History, Map<string, Event[]>>();

/** The events of a type, in the history's order; collected once. */
export function eventsOf<Type extends EventBody['type']>(
  history: History,
  type: Type,
): readonly EventOf<Type>[] {
  let index = indexes.get(history);
  if (index === undefined) {
    index = new Map();
    for (const event of history.events) {
      const own = index.get(event.type);
      if (own) own.push(event);
      else index.set(event.type, [event]);
    }
    indexes.set(history, index);
  }
  return (index.get(type) ?? []) as unknown as readonly EventOf<Type>[];
}
