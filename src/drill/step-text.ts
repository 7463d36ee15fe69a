/** A step on one line, as its file has it: `partition: { isolate: primary, for: 2s }`. */
import type { Parts } from './parts.js';
import { type Drill, encodeDrill } from './schema.js';
import type { Step } from './steps.js';

/** The texts of the steps of drills that came from files; by the list of steps, which copies of a drill share. */
const written = new WeakMap<Drill['steps'], readonly string[]>();

/** Notes how the file has the steps of a drill; `value` is what the file holds. */
export function noteSteps(drill: Drill, value: unknown): void {
  const { steps } = value as { steps?: unknown[] };
  if (steps) written.set(drill.steps, steps.map(textOf));
}

/** The text of the step at `place`, from 0. Where the drill came from no file, what is left to defaults is told, too. */
export function stepText(drill: Drill, place: number, parts: Parts): string {
  return written.get(drill.steps)?.[place] ?? textOf(encodeDrill(drill, parts).steps?.[place]);
}

/** The text of a step that another one holds. */
export function heldText(step: Step, drill: Drill, parts: Parts): string {
  return textOf(encodeDrill({ ...drill, steps: [step] }, parts).steps?.[0]);
}

function textOf(step: unknown): string {
  return Object.entries(step as object)
    .map(([kind, options]) => `${kind}: ${flow(options)}`)
    .join(', ');
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const pairs = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{ ${pairs.map(([key, inner]) => `${key}: ${flow(inner)}`).join(', ')} }`;
}
