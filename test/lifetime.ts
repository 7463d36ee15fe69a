/** How long what a test opens lasts: to its end, or to that of the tests that share it. */
import { afterAll, onTestFinished } from 'vitest';

type Undo = () => unknown;

/** How long it may take to undo all of what several tests shared, ms. */
const PATIENCE = 60_000;

/** Where what is opened right now is noted, while it is opened for several tests. */
let sharing: Undo[] | undefined;

/** Undoes something when the test has ended, or the last one of those that share it. */
export function atEnd(undo: Undo, timeout?: number): void {
  if (sharing) sharing.push(undo);
  else onTestFinished(async () => void (await undo()), timeout);
}

/** What the tests of one `describe` share: opened when the first of them asks for it. */
export function shared<Thing>(open: () => Promise<Thing>): () => Promise<Thing> {
  const undone: Undo[] = [];
  let opening: Promise<Thing> | undefined;
  const begin = async () => {
    sharing = undone;
    try {
      return await open();
    } finally {
      sharing = undefined;
    }
  };
  afterAll(async () => {
    for (const undo of undone.reverse()) await undo();
  }, PATIENCE);
  return () => {
    opening ??= begin();
    return opening;
  };
}
