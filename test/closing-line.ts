/**
 * A Vitest reporter whose only line is the last one of the run: `N passed, N failed, N skipped`. With
 * DRILL_TEST_STRICT set, a part that was skipped (no Docker, no browser, no data beside the checkout) counts as
 * one that failed.
 */
import type { Reporter, TestModule } from 'vitest/node';
import { isWhole } from './depth.js';

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === 'passed' || state === 'failed' || state === 'skipped') count[state] += 1;
      }
      // A file that cannot even be loaded holds no tests, and must not pass unseen.
      if (module.errors().length > 0) count.failed += 1;
    }
    if (process.env.DRILL_TEST_STRICT && count.skipped > 0) {
      process.stdout.write(`DRILL_TEST_STRICT: ${count.skipped} skipped tests count as failed\n`);
      count.failed += count.skipped;
      count.skipped = 0;
      process.exitCode = 1;
    }
    if (!isWhole)
      process.stdout.write('a share of the random cases and drills; DRILL_TEST_STRICT=1 tries all\n');
    process.stdout.write(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
  }
}
