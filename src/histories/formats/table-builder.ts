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

export interface BuilderOptions {
  /** What places are called in messages. */
  unit?: 'line' | 'event';
}

export class TableBuilder {
  #capacity = 1024;
  #count = 0;
  #places = 0;
  #latest = Number.NEGATIVE_INFINITY;
  #timesBack = 0;
  #process = new Int32Array(this.#capacity);
  #f = new Uint8Array(this.#capacity);
  #type = new Uint8Array(this.#capacity);
  #key = new Int32Array(this.#capacity);
  #value = new Int32Array(this.#capacity);
  #to = new Int32Array(this.#capacity);
  #untold = new Uint8Array(this.#capacity);
  #start = new Int32Array(this.#capacity);
  #end = new Int32Array(this.#capacity);
  #startTime = new Float64Array(this.#capacity);
  #endTime = new Float64Array(this.#capacity);
  readonly #open = new Map<number, number>();
  readonly #processes = new Processes();
  readonly #functions: string[] = [...FUNCTIONS];
  readonly #functionIndex = new Map<string, number>(FUNCTIONS.map((name, index) => [name, index]));
  readonly #index = new ValueIndex();
  readonly #unit: 'line' | 'event';

  constructor(options: BuilderOptions = {}) {
    this.#unit = options.unit ?? 'event';
  }

  /** How many operations have been invoked. */
  get count(): number {
    return this.#count;
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
    let index = this.#functionIndex.get(name);
    if (index === undefined) {
      index = this.#functions.length;
      if (index > 255)
        throw new UsageError({ expected: 'at most 256 kinds of operations', found: `"${name}"` });
      this.#functions.push(name);
      this.#functionIndex.set(name, index);
    }
    return index;
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
        expected: `process ${this.#nameOf(process)} to complete its ${this.#functions[this.#f[busy]!]} of ${this.#unit} ${this.#called(this.#start[busy]!)}`,
        found: `another invocation (${this.#functions[f]})`,
        todo: 'a process has at most one operation at a time: give concurrent clients numbers of their own',
      });
    }
    if (this.#count === this.#capacity) this.#grow();
    const row = this.#count++;
    this.#process[row] = process;
    this.#f[row] = f;
    this.#type[row] = INFO;
    this.#key[row] = key;
    this.#start[row] = place;
    this.#end[row] = NEVER;
    this.#startTime[row] = time;
    this.#endTime[row] = Number.NaN;
    this.#value[row] = NONE;
    this.#to[row] = NONE;
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
    if (this.#f[row] !== f) {
      throw new UsageError({
        expected: `the completion of process ${this.#nameOf(process)}'s ${this.#functions[this.#f[row]!]} of ${this.#unit} ${this.#called(this.#start[row]!)}`,
        found: `the completion of a ${this.#functions[f]}`,
      });
    }
    if (key >= 0 && key !== this.#key[row]) throw this.#otherKey(row, key);
    this.#open.delete(process);
    this.#type[row] = type;
    this.#endTime[row] = time;
    if (type !== INFO) this.#end[row] = place;
    if (type === OK && value !== undefined) this.#settle(row, value);
    else if (type === FAIL) this.#untell(row, value, reason);
  }

  /** An event that is no operation, so that places stay those of the history. */
  skip(place: number, time = Number.NaN): void {
    this.#arrive(place, time);
  }

  /** The table; the builder must not be used after it. */
  build(): OperationTable {
    const count = this.#count;
    return {
      count,
      process: this.#process.subarray(0, count),
      f: this.#f.subarray(0, count),
      type: this.#type.subarray(0, count),
      key: this.#key.subarray(0, count),
      value: this.#value.subarray(0, count),
      to: this.#to.subarray(0, count),
      untold: this.#untold.subarray(0, count),
      start: this.#start.subarray(0, count),
      end: this.#end.subarray(0, count),
      startTime: this.#startTime.subarray(0, count),
      endTime: this.#endTime.subarray(0, count),
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
    if (value === null && this.#f[row] !== READ) return;
    const before = this.#value[row]!;
    const beforeTo = this.#to[row]!;
    this.#setValue(row, value);
    if (this.#f[row]! === READ || this.#f[row]! > FUNCTIONS.length - 1) return;
    const wasNull = before === NONE || this.#index.values[before] === null;
    if ((before !== this.#value[row] || beforeTo !== this.#to[row]) && !wasNull) {
      throw new UsageError({
        expected: `the value that process ${this.#nameOf(this.#process[row]!)} invoked its ${this.#functions[this.#f[row]!]} with at ${this.#unit} ${this.#called(this.#start[row]!)}`,
        found: value instanceof ListText ? value.text : JSON.stringify(value),
      });
    }
  }

  /** Takes the value away from what failed without coming to the object, where it would say something. */
  #untell(row: number, value: RawValue | undefined, reason: unknown): void {
    const f = this.#f[row]!;
    if (f !== CAS && f < FUNCTIONS.length) return;
    // In place of the value that a compare-and-set has, a word is the reason.
    const told = reason ?? (f === CAS && typeof value === 'string' ? value : undefined);
    if (f === CAS && !hasReason(told)) this.#untold[row] = 1;
    if (!isUntelling(told)) return;
    this.#value[row] = NONE;
    this.#to[row] = NONE;
  }

  #setValue(row: number, value: RawValue): void {
    const key = this.#key[row]!;
    if (this.#f[row] !== CAS) {
      this.#value[row] = this.#index.valueOf(key, value);
      return;
    }
    const pair = value instanceof ListText ? (JSON.parse(value.text) as Value) : value;
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new UsageError({ expected: 'a compare-and-set value [from, to]', found: JSON.stringify(pair) });
    }
    this.#value[row] = this.#index.valueOf(key, pair[0]!);
    this.#to[row] = this.#index.valueOf(key, pair[1]!);
  }

  #otherKey(row: number, key: number): UsageError {
    const { keys } = this.#index;
    return new UsageError({
      expected: `the key ${JSON.stringify(keys[this.#key[row]!])} that process ${this.#nameOf(this.#process[row]!)} invoked its ${this.#functions[this.#f[row]!]} with at ${this.#unit} ${this.#called(this.#start[row]!)}`,
      found: `a completion for the key ${JSON.stringify(keys[key])}`,
    });
  }

  #nameOf(process: number): string {
    return String(this.#processes.nameOf(process));
  }

  #called(place: number): number {
    return this.#unit === 'line' ? place + 1 : place;
  }

  #grow(): void {
    this.#capacity *= 2;
    const longer = <T extends Int32Array | Uint8Array | Float64Array>(column: T, copy: T): T => {
      copy.set(column);
      return copy;
    };
    this.#process = longer(this.#process, new Int32Array(this.#capacity));
    this.#f = longer(this.#f, new Uint8Array(this.#capacity));
    this.#type = longer(this.#type, new Uint8Array(this.#capacity));
    this.#key = longer(this.#key, new Int32Array(this.#capacity));
    this.#value = longer(this.#value, new Int32Array(this.#capacity));
    this.#to = longer(this.#to, new Int32Array(this.#capacity));
    this.#untold = longer(this.#untold, new Uint8Array(this.#capacity));
    this.#start = longer(this.#start, new Int32Array(this.#capacity));
    this.#end = longer(this.#end, new Int32Array(this.#capacity));
    this.#startTime = longer(this.#startTime, new Float64Array(this.#capacity));
    this.#endTime = longer(this.#endTime, new Float64Array(this.#capacity));
  }
}
