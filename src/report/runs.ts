/**
 * The executions of a call, a line for each, and how to see one of them whole.
 *
 *     FAIL  split-brain 2  6.9 s  seed 8, sim  results/split-brain/2
 */
import type { Verdict } from '../checker/verdict.js';
import { seconds } from './figures.js';
import { mark, showCommand } from './run.js';
import { columnsOf, oneLine, padded } from './text.js';

/** Ends with a line feed. */
export function runsText(runs: readonly { folder: string; verdict: Verdict }[]): string {
  const rows = runs.map(({ folder, verdict: { verdict, drill, execution, duration_ms, seed, runtime } }) =>
    [mark(verdict), `${drill} ${execution}`, seconds(duration_ms), `seed ${seed}, ${runtime}`, folder].map(
      oneLine,
    ),
  );
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => columnsOf(row[at] ?? '')))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((cell, at) => padded(cell, widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const telling = runs.find(({ verdict }) => verdict.verdict !== 'pass') ?? runs[0];
  return [...lines, ...(telling ? ['', `one of them whole: ${showCommand(telling.folder)}`] : []), ''].join(
    '\n',
  );
}
