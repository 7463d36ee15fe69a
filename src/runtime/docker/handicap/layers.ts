/**
 * What faults put on nodes, one over the other. The last that was put on and not lifted holds:
 *
 *     fault-1 puts 50%, fault-2 puts 10% -> 10% ; fault-2 is lifted -> 50% ; fault-1 is lifted -> as it was before
 */
import type { Pace } from '../../handicap.js';

export class Layers<Value> {
  readonly #nodes = new Map<string, Map<string, Value>>();

  put(node: string, fault: string, value: Value): void {
    const layers = this.#nodes.get(node) ?? new Map<string, Value>();
    this.#nodes.set(node, layers.set(fault, value));
  }

  /** Whether there was anything to lift. */
  lift(node: string, fault: string): boolean {
    return this.#nodes.get(node)?.delete(fault) === true;
  }

  /** What holds of a node; undefined where nothing is put on it. */
  top(node: string): Value | undefined {
    return [...(this.#nodes.get(node)?.values() ?? [])].at(-1);
  }

  /** What a fault has put on a node; undefined where it has not, or has lifted it. */
  own(node: string, fault: string): Value | undefined {
    return this.#nodes.get(node)?.get(fault);
  }

  /** What should be seen of a node by whoever looks in the name of a fault. */
  expected(node: string, fault: string, pace: Pace = 'thorough'): Value | undefined {
    return (pace === 'thorough' ? this.own(node, fault) : undefined) ?? this.top(node);
  }
}
