/**
 * The judge of histories from anywhere, for use from any test runner:
 *
 *     import { checkHistory } from 'failover-drill';
 *
 *     const result = checkHistory([
 *       { process: 0, type: 'invoke', f: 'write', key: 'k', value: 1 },
 *       { process: 0, type: 'ok', f: 'write', key: 'k', value: 1 },
 *       { process: 1, type: 'invoke', f: 'read', key: 'k', value: null },
 *       { process: 1, type: 'ok', f: 'read', key: 'k', value: null },
 *     ], { model: 'register' });
 *     result.verdict;  // 'illegal'
 *     result.text;     // the verdict with the counterexample drawn
 *
 * `unknown` means that the budget was spent before there was a verdict. It is never a pass.
 */
import { UsageError } from '../errors.js';
import type { CheckOptions, CheckResult } from './check-result.js';
import { keyVerdict } from './evidence/key-verdicts.js';
import { resultText } from './evidence/result-text.js';
import { type HistoryEvent, tableFromEvents } from './formats/from-events.js';
import { fileBytes, historyBytes } from './formats/input.js';
import type { OperationTable } from './formats/operation-table.js';
import { type Format, readHistory } from './formats/read-file.js';
import { functionsUsed, MODELS, modelFor } from './models/index.js';
import { type HistoryModel, type ModelLimits, unknownResult } from './models/model.js';
import { type StepModel, stepModel } from './models/step-model.js';
import { checkReading, knossosNotes, noted } from './reading.js';

export type { CheckOptions, CheckResult } from './check-result.js';
export type { EvidenceOperation } from './evidence/drawing.js';
export type { Counterexample, KeyVerdict } from './evidence/key-verdicts.js';
export type { HistoryEvent } from './formats/from-events.js';
export { FORMATS } from './formats/read-file.js';
export type { StepModel } from './models/step-model.js';

/** The names that `model` may have, each with one line on what must hold. */
export const MODEL_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(MODELS).map(({ name, about }) => [name, about]),
);

export interface ForeignResult extends CheckResult {
  file: string;
  format: Format;
}

/**
 * Judges a history: its events in order (ours or anyone's), or a table that was read before.
 * @throws UsageError where the history is not well-formed, or the model is unknown or does not fit
 */
export function checkHistory(
  history: Iterable<HistoryEvent> | { readonly events: Iterable<HistoryEvent> } | OperationTable,
  options: CheckOptions = {},
): CheckResult {
  const isTable = 'startTime' in history;
  const table = isTable ? history : tableFromEvents('events' in history ? history.events : history);
  return checkReading(table, options, checkTable);
}

type FileOptions = CheckOptions & { format?: Format | 'auto' | string };

/**
 * Judges a history file, unpacked where it is gzip's, without holding its text in memory. `auto` tells the format
 * by its beginning.
 * @throws UsageError with file, line and column where the file is not what it should be
 */
export async function checkFile(path: string, options: FileOptions = {}): Promise<ForeignResult> {
  return checkBytes(path, historyBytes(path, fileBytes(path)), options);
}

/** Judges a history from chunks of its text, of which `name` is told. */
export async function checkBytes(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  options: FileOptions = {},
): Promise<ForeignResult> {
  const { clock, timeoutMs, format: asked = 'auto' } = options;
  const begun = clock?.now() ?? 0;
  // The time is for everything: reading, the search, and a little for the report.
  const left = () =>
    clock === undefined || timeoutMs === undefined
      ? Number.POSITIVE_INFINITY
      : timeoutMs * 0.95 - (clock.now() - begun);
  const read = await readHistory(name, chunks, asked as Format | 'auto', () => left() > 0);
  const format = read?.format ?? (asked as Format);
  if (read === undefined) {
    const none = checkTable(tableFromEvents([]), { model: 'register' });
    const reason = 'the time was up before the history was read to its end';
    const text = `${name} (${format}): unknown: ${reason}\n`;
    return { ...none, model: '', reason, file: name, format, text };
  }
  // A key-value store's texts are sequences, even where nobody appends.
  const model = options.model ?? (format === 'kv' ? 'append' : undefined);
  const settings: CheckOptions = model === undefined ? { ...options } : { ...options, model };
  if (Number.isFinite(left())) settings.timeoutMs = Math.max(0, left());
  const result = checkReading(read.table, settings, checkTable);
  const { text, ...told } =
    format === 'edn' || format === 'jepsen-log' ? noted(result, knossosNotes(result)) : result;
  return { ...told, file: name, format, text: `${name} (${format}): ${text}` };
}

function checkTable(table: OperationTable, options: CheckOptions): CheckResult {
  const model = modelOf(table, options.model);
  const found =
    table.count === 0
      ? unknownResult('nothing', 'it holds no operations')
      : model.check(table, options as ModelLimits);
  const failing = found.findings.map((finding) => keyVerdict(table, finding));
  return {
    verdict: found.verdict,
    model: model.name,
    algorithm: found.algorithm,
    operations: table.count,
    keys: table.keys.length,
    figures: found.figures,
    reason: failing[0]?.reason ?? '',
    counterexample: failing[0]?.counterexample ?? null,
    failing,
    notes: [],
    text: resultText(table, model.name, found),
  };
}

function modelOf(table: OperationTable, wanted: string | StepModel | undefined): HistoryModel {
  if (typeof wanted === 'object') return stepModel(wanted);
  const names = Object.keys(MODELS).join(', ');
  const named = wanted !== undefined && Object.hasOwn(MODELS, wanted) ? MODELS[wanted] : undefined;
  const model = wanted === undefined ? modelFor(table) : named;
  const used = functionsUsed(table);
  if (model === undefined) {
    throw new UsageError({
      where: 'model',
      expected: `one of ${names}`,
      found: wanted === undefined ? `operations that no model is for: ${used.join(', ')}` : `"${wanted}"`,
      ...(wanted === undefined ? { todo: 'name the model with --model' } : {}),
    });
  }
  const strange = used.find((name) => model.functions?.includes(name) === false);
  if (strange !== undefined) {
    throw new UsageError({
      where: `model ${model.name}`,
      expected: `operations among ${model.functions?.join(', ') ?? ''}`,
      found: `"${strange}"`,
      todo: `name another model: ${names}`,
    });
  }
  return model;
}
