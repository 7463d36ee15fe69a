/** Tests that need what not every machine has. */
import { describe, expect, test } from 'vitest';

/**
 * Where it is lacking (`lack` says why): a single skipped test in their place, or a failing one where it was meant to be
 * there (DRILL_TEST_STRICT).
 */
export function withThing(what: string, lack: string | undefined, define: () => void): void {
  if (lack === undefined) {
    define();
    return;
  }
  describe(what, () => {
    const strict = process.env.DRILL_TEST_STRICT !== undefined;
    (strict ? test : test.skip)(lack, () => {
      expect(lack).toBeUndefined();
    });
  });
}
