/** What an execution left, judged once more in the test's own process, as `drill check` does it in one of its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { besideHistory } from '../../src/commands/beside.js';
import { decodeHistory } from '../../src/history/codec.js';
import { verdictJson } from '../../src/report/json.js';
import { judge } from '../built-in.js';

/** What is beside a history that nobody altered. */
export const IDENTICAL = { compared: ['verdict.json', 'drill.yaml'], differences: [] };

/** `folder` is that of one execution. */
export function judgedAgain(folder: string) {
  const history = decodeHistory(readFileSync(join(folder, 'history.jsonl')));
  const verdict = judge(history);
  return { history, verdict, beside: besideHistory(folder, verdictJson(verdict), history.run?.drill) };
}
