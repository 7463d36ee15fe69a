/** The histories that the checkers are measured on, generated from a seed: an object that works, seen by clients. */

import { APPEND, CAS, FAIL, INFO, OK, READ, WRITE } from '../../dist/histories/formats/operation-table.js';
import { TableBuilder } from '../../dist/histories/formats/table-builder.js';
import { integer, seeded } from '../../dist/random.js';

/**
 * Operations of clients that call a register at random times; each takes effect at one instant in between.
 *
 * @param {object} shape operations, processes, keys, values (0: unique), kind ('write' | 'cas' | 'append'),
 *   reads (share), inDoubt (share of the operations that change something), stale (a stale read half way)
 * @returns {Generator<{type: number | 'invoke', process: number, f: number, key: number, value: unknown, time: number}>}
 */
export function* events(seed, shape) {
  const { operations, processes = 10, keys = 1, values = 0, kind = 'write', reads = 0.5 } = shape;
  const random = seeded(seed);
  const states = new Array(keys).fill(null);
  const older = new Array(keys).fill(null);
  const calls = new Array(processes).fill(undefined);
  const names = Int32Array.from({ length: processes }, (_, index) => index);
  let fresh = processes;
  let written = 0;
  let invoked = 0;
  let open = 0;
  let lied = !shape.stale;
  const draw = () => (values === 0 ? ++written : integer(random, 0, values - 1));
  for (let time = 0; invoked < operations || open > 0; time += 1000) {
    const client = Math.floor(random.next() * processes);
    const call = calls[client];
    if (call === undefined) {
      if (invoked === operations) continue;
      invoked++;
      open++;
      const key = keys === 1 ? 0 : Math.floor(random.next() * keys);
      const f = random.next() < reads ? READ : changing(key);
      const value =
        f === READ ? null : f === CAS ? [random.next() < 0.5 ? states[key] : draw(), draw()] : draw();
      calls[client] = { f, key, value, done: false, type: OK };
      yield { type: 'invoke', process: names[client], f, key, value, time };
      continue;
    }
    if (!call.done) {
      call.done = true;
      effect(call);
      continue;
    }
    calls[client] = undefined;
    open--;
    yield { type: call.type, process: names[client], f: call.f, key: call.key, value: call.value, time };
    if (call.type === INFO) names[client] = fresh++;
  }

  function changing(key) {
    if (kind === 'append') return APPEND;
    // Someone has to write first, and now and then later on.
    return kind === 'cas' && states[key] !== null && random.next() < 0.9 ? CAS : WRITE;
  }

  function effect(call) {
    const { key } = call;
    if (call.f === READ) {
      call.value = kind === 'append' ? [...(states[key] ?? [])] : states[key];
      if (!lied && invoked > operations / 2 && older[key] !== states[key]) {
        lied = true;
        call.value = older[key];
      }
      return;
    }
    if (shape.inDoubt && random.next() < shape.inDoubt) {
      call.type = INFO;
      if (random.next() < 0.5) return;
    }
    if (call.f === CAS && states[key] !== call.value[0]) {
      if (call.type !== INFO) call.type = FAIL;
      return;
    }
    if (invoked < operations / 4) older[key] = states[key];
    states[key] =
      call.f === APPEND ? [...(states[key] ?? []), call.value] : call.f === CAS ? call.value[1] : call.value;
  }
}

/** The same as a table in memory. */
export function table(seed, shape) {
  const builder = new TableBuilder();
  let place = 0;
  for (const { type, process, f, key, value, time } of events(seed, shape)) {
    if (type === 'invoke') builder.invoke(place++, time, process, f, builder.keyOf(`k${key}`), value);
    else builder.complete(place++, time, process, type, f, value);
  }
  return builder.build();
}

const TYPES = ['ok', 'fail', 'info'];
const FUNCTIONS = ['read', 'write', 'cas', 'append'];

/** The same as lines of JSON. */
export function* lines(seed, shape) {
  for (const { type, process, f, key, value, time } of events(seed, shape)) {
    const typed = type === 'invoke' ? 'invoke' : TYPES[type];
    yield `{"process":${process},"type":"${typed}","f":"${FUNCTIONS[f]}","key":"k${key}","value":${JSON.stringify(value)},"time":${time}}\n`;
  }
}
