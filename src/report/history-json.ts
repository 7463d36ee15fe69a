/** What `drill check --json` prints of a bare history: one line of JSON, its keys always in the same order. */
import type { ForeignResult, KeyVerdict } from '../histories/check-history.js';

/**
 * `keys` has every key that does not hold or was not decided, the one with the smallest counterexample first; none
 * where the history holds. `operations` of a key are its counterexample, in the order of the invocations.
 */
export function historyJson(result: ForeignResult): string {
  const { file, format, model, verdict, algorithm, operations, figures, notes, text } = result;
  const head = { file, format, model, verdict, algorithm, operation_count: operations };
  const keys = result.failing.map(keyJson);
  const shown = { ...head, key_count: result.keys, figures, keys, notes, message: text.trimEnd() };
  return `${JSON.stringify(shown)}\n`;
}

function keyJson({ key, verdict, algorithm, reason, counterexample }: KeyVerdict): object {
  const { operations = [], omitted = 0, minimal = true } = counterexample ?? {};
  return { key, verdict, algorithm, reason, operations, omitted, minimal };
}
