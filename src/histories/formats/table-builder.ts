/**
 * Pairs invocations with completions as they are read and builds the table of operations, so that no event
 * has to be kept. A history that is not well formed is refused where it breaks: one operation at a time for
 * each process, completions with invocations, of the same function, key and value. The order of the events is
 * that in which they come; their times may go back.
 */
import { UsageError } from '../../errors.js';
import type { Value } from '../../history/operation-type.js';
import { hasReason, isUntelling } from './failure.js';
import {
  CAS,
  type Columns,
  eachColumn,
  FAIL,
  FUNCTIONS,
  INFO,
  ListText,
  NEVER,
  NONE,
  OK,
  type OperationTable,
  type Outcome,
  READ,
} from './operation-table.js';
import { Processes } from './processes.js';
import { type RawValue, ValueIndex } from './value-index.js';

export class TableBuilder {
  #capacity = 1024;
  #count = 0;
  #places = 0;
  #latest = Number.NEGATIVE_INFINITY;
  #timesBack = 0;
  #columns: Columns = eachColumn((_, Type) => new Type(this.#capacity));
  readonly #open = new Map<number, number>();
  readonly #processes = new Processes();
  readonly #functions: string[] = [...FUNCTIONS];
  readonly #functionIndex = new Map<string, number>(FUNCTIONS.map((name, index) => [name, index]));
  readonly #index = new ValueIndex();
  readonly #unit: 'line' | 'event';

  /** `unit`: what places are called in messages. */
  constructor({ unit = 'event' }: { unit?: 'line' | 'event' } = {}) {
    this.#unit = unit;
  }

  keyOf(key: string | null): number {
    return this.#index.keyOf(key);
  }

  /** The number of a process, for `invoke` and `complete`. */
  processOf(process: number | string): number {
    return this.#processes.numberOf(process);
  }

  /** Whether a process has an operation that is not complete. */
  isBusy(process: number): boolean {
    return this.#open.has(process);
  }

  functionOf(name: string): number {
    const index = this.#functionIndex.get(name);
    if (index !== undefined) return index;
    if (this.#functions.length > 255)
      throw new UsageError({ expected: 'at most 256 kinds of operations', found: `"${name}"` });
    this.#functionIndex.set(name, this.#functions.length);
    return this.#functions.push(name) - 1;
  }

  /**
   * An operation begins. `place` must exceed that of the event before it.
   * @throws UsageError where the process is busy
   */
  invoke(place: number, time: number, process: number, f: number, key: number, value: RawValue): void {
    this.#arrive(place, time);
    const busy = this.#open.get(process);
    if (busy !== undefined) {
      throw new UsageError({
        expected: `process ${this.#nameOf(process)} to complete its ${this.#functionAt(busy)} of ${this.#placeOf(busy)}`,
        found: `another invocation (${this.#functions[f]})`,
        todo: 'a process has at most one operation at a time: give concurrent clients numbers of their own',
      });
    }
    if (this.#count === this.#capacity) this.#grow();
    const row = this.#count++;
    const columns = this.#columns;
    columns.process[row] = process;
    columns.f[row] = f;
    columns.type[row] = INFO;
    columns.key[row] = key;
    columns.start[row] = place;
    columns.end[row] = NEVER;
    columns.startTime[row] = time;
    columns.endTime[row] = Number.NaN;
    columns.value[row] = NONE;
    columns.to[row] = NONE;
    this.#setValue(row, value);
    this.#open.set(process, row);
  }

  /**
   * An operation ends. `value` undefined and `key` -1 mean that the completion names none; `reason` is why it failed.
   * @throws UsageError where there is no such invocation, or the completion contradicts it
   */
  complete(
    place: number,
    time: number,
    process: number,
    type: Outcome,
    f: number,
    value?: RawValue,
    reason?: unknown,
    key = -1,
  ): void {
    this.#arrive(place, time);
    const row = this.#open.get(process);
    if (row === undefined) {
      throw new UsageError({
        expected: `an invocation of process ${this.#nameOf(process)} before its completion`,
        found: `${this.#functions[f]} ${['ok', 'fail', 'info'][type]} without one`,
      });
    }
    const columns = this.#columns;
    if (columns.f[row] !== f) {
      throw new UsageError({
        expected: `the completion of process ${this.#nameOf(process)}'s ${this.#functionAt(row)} of ${this.#placeOf(row)}`,
        found: `the completion of a ${this.#functions[f]}`,
      });
    }
    if (key >= 0 && key !== columns.key[row]) {
      const { keys } = this.#index;
      throw new UsageError({
        expected: `the key ${JSON.stringify(keys[columns.key[row]!])} that ${this.#invocation(row)}`,
        found: `a completion for the key ${JSON.stringify(keys[key])}`,
      });
    }
    this.#open.delete(process);
    columns.type[row] = type;
    columns.endTime[row] = time;
    if (type !== INFO) columns.end[row] = place;
    if (type === OK && value !== undefined) this.#settle(row, value);
    else if (type === FAIL) this.#untell(row, value, reason);
  }

  /** The table; the builder must not be used after it. */
  build(): OperationTable {
    const count = this.#count;
    return {
      ...eachColumn((name) => this.#columns[name].subarray(0, count)),
      count,
      timesBack: this.#timesBack,
      places: this.#places,
      functions: this.#functions,
      keys: this.#index.keys,
      values: this.#index.values,
      nilOf: this.#index.nilOf,
      odd: this.#processes.odd,
      unit: this.#unit,
    };
  }

  #arrive(place: number, time: number): void {
    if (place < this.#places || place >= NEVER) {
      throw new UsageError({
        expected: `a place in the history of at least ${this.#places}`,
        found: String(place),
      });
    }
    this.#places = place + 1;
    if (time >= this.#latest) this.#latest = time;
    // Not where there is no time, which is NaN.
    else if (this.#latest - time > this.#timesBack) this.#timesBack = this.#latest - time;
  }

  /** What an operation really did: a read's result comes with its completion, a write's value with its invocation. */
  #settle(row: number, value: RawValue): void {
    const columns = this.#columns;
    const f = columns.f[row]!;
    if (value === null && f !== READ) return;
    const before = columns.value[row]!;
    const beforeTo = columns.to[row]!;
    this.#setValue(row, value);
    if (f === READ || f >= FUNCTIONS.length) return;
    const wasNull = before === NONE || this.#index.values[before] === null;
    if ((before !== columns.value[row] || beforeTo !== columns.to[row]) && !wasNull) {
      throw new UsageError({
        expected: `the value that ${this.#invocation(row)}`,
        found: value instanceof ListText ? value.text : JSON.stringify(value),
      });
    }
  }

  /** Takes the value away from what failed without coming to the object, where it would say something. */
  #untell(row: number, value: RawValue | undefined, reason: unknown): void {
    const columns = this.#columns;
    const f = columns.f[row]!;
    if (f !== CAS && f < FUNCTIONS.length) return;
    // In place of the value that a compare-and-set has, a word is the reason.
    const told = reason ?? (f === CAS && typeof value === 'string' ? value : undefined);
    if (f === CAS && !hasReason(told)) columns.untold[row] = 1;
    if (!isUntelling(told)) return;
    columns.value[row] = NONE;
    columns.to[row] = NONE;
  }

  #setValue(row: number, value: RawValue): void {
    const columns = this.#columns;
    const key = columns.key[row]!;
    if (columns.f[row] !== CAS) {
      columns.value[row] = this.#index.valueOf(key, value);
      return;
    }
    const pair = value instanceof ListText ? (JSON.parse(value.text) as Value) : value;
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new UsageError({ expected: 'a compare-and-set value [from, to]', found: JSON.stringify(pair) });
    }
    columns.value[row] = this.#index.valueOf(key, pair[0]!);
    columns.to[row] = this.#index.valueOf(key, pair[1]!);
  }

  #invocation(row: number): string {
    const process = this.#nameOf(this.#columns.process[row]!);
    return `process ${process} invoked its ${this.#functionAt(row)} with at ${this.#placeOf(row)}`;
  }

  #nameOf(process: number): string {
    return String(this.#processes.nameOf(process));
  }

  #functionAt(row: number): string {
    return this.#functions[this.#columns.f[row]!]!;
  }

  #placeOf(row: number): string {
    const place = this.#columns.start[row]!;
    return `${this.#unit} ${this.#unit === 'line' ? place + 1 : place}`;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#columns = eachColumn((name, Type) => {
      const longer = new Type(this.#capacity);
      longer.set(this.#columns[name]);
      return longer;
    });
  }
}
