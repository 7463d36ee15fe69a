/**
 * What the verdict on a history rests on beside its operations: how a compare-and-set is read that failed without a
 * reason, what objects held at first, times that go back. Where the verdict hangs on it, a note says so.
 */
import { UsageError } from '../errors.js';
import type { Value } from '../history/operation-type.js';
import type { CheckOptions, CheckResult } from './check-result.js';
import { type FailedCas, untoldFailures, withoutUntold } from './formats/failure.js';
import { heldValue, toldValue } from './formats/held-values.js';
import { ListText, type OperationTable } from './formats/operation-table.js';
import { wholeNumber } from './formats/whole-numbers.js';
import type { StepModel } from './models/step-model.js';

type Check = (table: OperationTable, options: CheckOptions) => CheckResult;

/** The models whose objects hold `initial` at first. */
const WITH_INITIAL: readonly string[] = ['register', 'cas-register', 'bank'];

/** Judges a table as the options want it read. `check` judges it as it stands. */
export function checkReading(table: OperationTable, options: CheckOptions, check: Check): CheckResult {
  if (typeof options.model === 'object')
    return noted(check(table, { ...options, model: tellingValues(options.model) }), timeNotes(table));
  const settings = withHeldInitial(options);
  const untold = untoldFailures(table);
  const reading = options.failedCas ?? 'nothing';
  const begun = options.clock?.now() ?? 0;
  const read = (how: FailedCas, limits: CheckOptions) =>
    check(how === 'nothing' && untold > 0 ? withoutUntold(table) : table, limits);
  const result = read(reading, settings);
  if (options.initial !== undefined && !WITH_INITIAL.includes(result.model)) {
    throw new UsageError({
      where: 'initial',
      expected: `a model whose objects have a value at first (${WITH_INITIAL.join(', ')})`,
      found: `the model ${result.model}`,
    });
  }
  if (result.model === 'bank' && options.initial !== undefined && typeof options.initial !== 'number') {
    throw new UsageError({
      where: 'initial',
      expected: "the sum of a bank's balances, a number that a double holds",
      found: String(options.initial),
    });
  }
  const notes = timeNotes(table, result);
  // One reading demands more than the other: what holds by the first holds by the second.
  if (untold > 0 && result.verdict === (reading === 'nothing' ? 'ok' : 'illegal')) {
    const other = reading === 'nothing' ? 'mismatch' : 'nothing';
    const spent = (options.clock?.now() ?? 0) - begun;
    const rest = options.timeoutMs === undefined ? {} : { timeoutMs: Math.max(0, options.timeoutMs - spent) };
    notes.push(...hanging(untold, other, read(other, { ...settings, ...rest })));
  }
  return noted(result, notes);
}

/** Adds notes to those of a result, and to its text. */
export function noted(result: CheckResult, notes: readonly string[]): CheckResult {
  const lines = notes.map((note) => `  note: ${note}\n`).join('');
  return { ...result, notes: [...result.notes, ...notes], text: result.text + lines };
}

/** How Jepsen's own checker reads otherwise what shows that a history of Jepsen's does not hold. */
export function knossosNotes(result: CheckResult): string[] {
  const nil = result.counterexample?.operations.some(
    ({ f, value, completed }) => f === 'read' && value === null && completed !== null,
  );
  return nil === true
    ? [
        'an ok read of nil is taken for a read that found nothing; Knossos takes it for a read of unknown result',
      ]
    : [];
}

function hanging(untold: number, other: FailedCas, { verdict }: CheckResult): string[] {
  const failed = `${untold} cas failed without an error`;
  if (other === 'mismatch') {
    const which = `${failed} and ${untold === 1 ? 'says' : 'say'} nothing, as in Jepsen`;
    if (verdict === 'illegal')
      return [`${which}; read as "the value was another one" (--failed-cas mismatch), it does not hold`];
    return verdict === 'unknown' ? [`${which}; by --failed-cas mismatch it was not decided`] : [];
  }
  const which = `${failed}, read as "the value was another one"`;
  if (verdict === 'ok') return [`${which}; as in Jepsen (--failed-cas nothing), it holds`];
  return verdict === 'unknown' ? [`${which}; by --failed-cas nothing it was not decided`] : [];
}

function timeNotes(table: OperationTable, result?: CheckResult): string[] {
  const measured = Object.keys(result?.figures ?? {}).some((name) => name.endsWith('_ms'));
  if (!measured || table.timesBack === 0) return [];
  const back = (table.timesBack / 1e6).toFixed(3);
  return [
    `times go back by up to ${back} ms: the order is that of the events, and figures in ms are as inexact`,
  ];
}

/** The value at first as tables hold values. */
function withHeldInitial(options: CheckOptions): CheckOptions {
  const { initial } = options;
  if (initial === undefined) return options;
  if (typeof initial === 'bigint') return { ...options, initial: wholeNumber(initial.toString()) };
  const held = heldValue(initial);
  return { ...options, initial: held instanceof ListText ? (JSON.parse(held.text) as Value) : held! };
}

/** A step function of one's own gets texts as they are in the history. */
function tellingValues<State>(model: StepModel<State>): StepModel<State> {
  return {
    ...model,
    step: (state, operation) => model.step(state, { ...operation, value: toldValue(operation.value) }),
  };
}
