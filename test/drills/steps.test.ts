/** Every step of the language, on real nodes: each fault is witnessed, each wait is reached, nothing is left. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CATALOG } from '../../src/catalog.js';
import { stepSchema } from '../../src/drill/steps.js';
import { drill, freshFolder, ROOT } from './drill-command.js';
import { FOLDERS, filesFor, folderOf, passes, type Runtime } from './step-drills.js';

describe('the steps', () => {
  it.each(filesFor('process'))('%s passes', (file) => passes('process', file));

  it('that are to let somebody go on whom they do not find say so, and prove nothing', async () => {
    const out = freshFolder();
    const file = join(out, 'patient.yaml');
    const text = readFileSync(join(ROOT, 'test/drills/lifecycle/patient.yaml'), 'utf8');
    writeFileSync(file, text.replace('- wait: 200ms', '- kill: standby\n  - restart: standby'));
    const { code, stdout, stderr } = await drill('run', file, '--out', join(out, 'results'));
    expect(code, `${stdout}\n${stderr}`).toBe(3);
    expect(stdout).toMatch(/step 2 \(restart: .*\): expected a node that matches `standby`, found none now/);
  });

  it('are all of them here', () => {
    const used = (Object.keys(FOLDERS) as Runtime[]).flatMap((runtime) =>
      filesFor(runtime).flatMap((file) => {
        const { steps } = parse(readFileSync(join(folderOf(runtime), file), 'utf8')) as {
          steps: Record<string, object[]>[];
        };
        return steps.flatMap((one) => [...Object.keys(one), ...(one['together'] ?? []).flatMap(Object.keys)]);
      }),
    );
    // `power_loss` and `flap` have drills of their own in the library; `clock` needs an image that the reference system has not.
    expect(new Set([...used, 'flap', 'power_loss', 'clock'])).toEqual(
      new Set(Object.keys(stepSchema(CATALOG).shape)),
    );
  });
});
