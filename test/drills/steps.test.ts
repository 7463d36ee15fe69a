/** Every step of the language, on real processes: each fault is witnessed, each wait is reached, nothing is left. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { step } from '../../src/drill/steps.js';
import { drill, freshFolder, verdictIn } from './drill-command.js';

const FOLDER = join(import.meta.dirname, 'steps');
const files = readdirSync(FOLDER);

describe('the steps', () => {
  it.each(files)('%s passes', async (file) => {
    const out = freshFolder();
    const { code, stdout, stderr } = await drill('run', join(FOLDER, file), '--seed', '11', '--out', out);
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    const { findings } = verdictIn(out, file.replace('.yaml', ''));
    for (const name of ['faults take effect', 'drill carried out', 'nothing left behind'])
      expect(findings.find(({ expectation }) => expectation === name)?.verdict).toBe('pass');
  });

  it('are all of them here', () => {
    const used = files.flatMap((file) => {
      const { steps } = parse(readFileSync(join(FOLDER, file), 'utf8')) as { steps: object[] };
      return steps.flatMap((one) => Object.keys(one));
    });
    // `flap` has a drill of its own in the library.
    expect(new Set([...used, 'flap'])).toEqual(new Set(Object.keys(step.shape)));
  });
});
