/** What `drill check --json` prints of a bare history: one line of JSON, its keys always in the same order. */
import type { ForeignResult, KeyVerdict } from '../histories/check-history.js';

/**
 * `keys` has every key that does not hold or was not decided, the one with the smallest counterexample first; none
 * where the history holds. `operations` of a key are its counterexample, in the order of the invocations.
 */
export function historyJson(result: ForeignResult): string {
  const { file, format, model, verdict, algorithm, operations, keys, figures, failing, notes, text } = result;
  const sizes = { operation_count: operations, key_count: keys };
  const shown = {
    file,
    format,
    model,
    verdict,
    algorithm,
    ...sizes,
    figures,
    keys: failing.map(keyJson),
    notes,
  };
  return `${JSON.stringify({ ...shown, message: text.trimEnd() })}\n`;
}

function keyJson({ key, verdict, algorithm, reason, counterexample }: KeyVerdict): object {
  const { operations = [], omitted = 0, minimal = true } = counterexample ?? {};
  return { key, verdict, algorithm, reason, operations, omitted, minimal };
}
