/** What shows a finding, taken from the events that it names: whoever made the finding, it is drawn in the same way. */
import type { Finding, Verdict } from '../../checker/verdict.js';
import { derived } from '../../history/derived.js';
import { instantOf } from '../../history/event.js';
import type { History } from '../../history/history.js';
import { type Operation, operationsOf } from '../../history/operations.js';
import { claimsOf } from '../../timeline/claims.js';
import { toMs } from '../../timeline/milliseconds.js';
import { lastInstant } from '../../timeline/phases.js';
import { mark } from '../run.js';
import { oneLine, shortened } from '../text.js';
import type { DrawnOperation, Evidence } from './page-model.js';

const MOST_OPERATIONS = 40;
const LONGEST_VALUE = 40;

/** Operations by the indexes of their invocations and completions. */
const operationsByEvent = derived((history: History): ReadonlyMap<number, Operation> => {
  const byEvent = new Map<number, Operation>();
  for (const operation of operationsOf(history).operations) {
    byEvent.set(operation.invoke, operation);
    if (operation.complete !== undefined) byEvent.set(operation.complete, operation);
  }
  return byEvent;
});

/** What each finding is called in an address: `finding-lost_writes`. */
export function idsOf({ findings }: Verdict): string[] {
  const taken = new Set<string>();
  return findings.map(({ expectation }, place) => {
    const plain = `finding-${oneLine(expectation).replace(/[^A-Za-z0-9_]+/g, '-')}`;
    const id = taken.has(plain) ? `${plain}-${place + 1}` : plain;
    taken.add(id);
    return id;
  });
}

/** Evidence of what was not met; a finding that passed has nothing to show. */
export function evidenceOf(history: History, verdict: Verdict): Evidence[] {
  const ids = idsOf(verdict);
  return verdict.findings.flatMap((finding, place) =>
    finding.verdict === 'pass' ? [] : [shown(history, finding, ids[place]!)],
  );
}

function shown(history: History, finding: Finding, id: string): Evidence {
  const events = finding.evidence.flatMap((index) => {
    const event = history.events[index];
    return event ? [{ index, at: toMs(instantOf(event)) }] : [];
  });
  const indexes = new Set(finding.evidence);
  const end = lastInstant(history);
  const byEvent = operationsByEvent(history);
  const operations = [...new Set(finding.evidence.flatMap((index) => byEvent.get(index) ?? []))];
  operations.sort((one, other) => one.start - other.start);
  const claims = claimsOf(history).filter(({ observations }) =>
    observations.some(({ index }) => indexes.has(index)),
  );
  return {
    id,
    title: `${mark(finding.verdict)} ${oneLine(finding.expectation)}`,
    failed: finding.verdict === 'fail',
    events,
    claims: claims.map(({ node, term, from, to }) => ({
      node,
      ...(term === undefined ? {} : { term }),
      from: toMs(from),
      to: toMs(to),
    })),
    operations: operations.slice(0, MOST_OPERATIONS).map((operation) => drawn(operation, toMs(end))),
  };
}

function drawn(operation: Operation, end: number): DrawnOperation {
  const { f, key, value, node, term, type, start, client, error, invoke, complete } = operation;
  const what = shortened(JSON.stringify(value) ?? '', LONGEST_VALUE);
  const where = key === null ? '' : f === 'read' ? ` ${key}` : ` to ${key}`;
  const call = f === 'read' ? `read${where}${type === 'ok' ? ` → ${what}` : ''}` : `${f} ${what}${where}`;
  const by = node === undefined ? '' : ` · ${node}${term === undefined ? '' : `, term ${term}`}`;
  const rest = [client === undefined ? '' : ` · ${client}`, error === undefined ? '' : ` · ${error}`].join(
    '',
  );
  return {
    text: oneLine(`${call}${by}${rest}`),
    type,
    from: toMs(start),
    to: Number.isFinite(operation.end) ? toMs(operation.end) : end,
    events: complete === undefined ? [invoke] : [invoke, complete],
  };
}
