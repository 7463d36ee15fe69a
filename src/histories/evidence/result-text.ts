/** What a model found of a history, in lines for a person: every key that fails, the smallest evidence drawn. */
import type { OperationTable } from '../formats/operation-table.js';
import type { KeyFinding, ModelResult } from '../models/model.js';
import { drawOperations } from './drawing.js';

/** Lines of operations in a text, keys with their reasons, keys by name alone; the data have all of them. */
const MOST_DRAWN = 24;
const MOST_REASONS = 8;
const MOST_NAMED = 200;
const VERDICTS = { ok: 'holds', illegal: 'does not hold', unknown: 'unknown' } as const;

export function resultText(table: OperationTable, model: string, found: ModelResult): string {
  const { verdict, algorithm, findings, figures } = found;
  const size = `${count(table.count, 'operation')} on ${count(table.keys.length, 'key')}`;
  const by = verdict === 'unknown' ? algorithm : `decided by ${algorithm}`;
  const lines = [`${model} ${VERDICTS[verdict]}: ${size}, ${by}`];
  const [first] = findings;
  if (first) {
    lines.push(`  ${nameOf(first)}${first.reason}`);
    if (first.verdict === 'illegal') lines.push(...drawn(table, first));
    lines.push(...others(findings.slice(1), first.verdict));
  }
  const counted = Object.entries(figures).filter(([name]) => name !== 'operations' && name !== 'keys');
  if (counted.length > 0) lines.push(`  ${counted.map(([name, value]) => `${name} ${value}`).join(', ')}`);
  return `${lines.join('\n')}\n`;
}

/** A key as people read it: whole numbers as they are, other texts quoted. */
export function keyText(key: string): string {
  return /^-?\d+$/.test(key) ? key : JSON.stringify(key);
}

function nameOf({ key }: KeyFinding): string {
  return key === null ? '' : `key ${keyText(key)}: `;
}

function drawn(table: OperationTable, { rows, context, omitted, minimal }: KeyFinding): string[] {
  const lines: string[] = [];
  // The last ones are nearest to where it stops making sense.
  const last = rows.slice(-MOST_DRAWN);
  if (last.length < rows.length) lines.push(`${count(rows.length - last.length, 'operation')} before these`);
  lines.push(...drawOperations(table, last, new Set(context)));
  if (omitted > 0) lines.push(`and ${count(omitted, 'operation')} that the values above come from`);
  if (!minimal) lines.push('(not cut down as far as possible: the time for it was up)');
  return lines.map((line) => `    ${line}`.trimEnd());
}

/** The keys after the one that is shown: first the ones that do not hold, then the undecided ones. */
function others(findings: readonly KeyFinding[], shown: KeyFinding['verdict']): string[] {
  const lines: string[] = [];
  for (const verdict of ['illegal', 'unknown'] as const) {
    const those = findings.filter((finding) => finding.verdict === verdict);
    if (those.length === 0) continue;
    const also = verdict === shown ? 'also ' : '';
    const what = verdict === 'illegal' ? 'does not hold' : 'was not decided';
    for (const finding of those.slice(0, MOST_REASONS))
      lines.push(`  ${also}${what}: ${nameOf(finding)}${finding.reason}`);
    const rest = those.slice(MOST_REASONS);
    if (rest.length === 0) continue;
    const names = rest.slice(0, MOST_NAMED).map(({ key }) => (key === null ? 'null' : keyText(key)));
    const more = rest.length > MOST_NAMED ? `, and ${rest.length - MOST_NAMED} more` : '';
    const head = `${verdict === 'illegal' ? 'do not hold' : 'were not decided'}: ${count(rest.length, 'key')}`;
    lines.push(`  ${also}${head}, ${names.join(', ')}${more}`);
  }
  return lines;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
