/** The examples of src/run/README.md for test runners, run as they are printed, from an installed package, by those runners. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { consumer, ROOT } from '../package/packed.js';

const examples = [
  ...readFileSync(join(ROOT, 'src/run/README.md'), 'utf8').matchAll(/^```js\n([\s\S]*?)^```$/gm),
]
  .map(([, code = '']) => code)
  .filter((code) => code.includes('runDrills'));

const RUNNERS = [
  { name: 'vitest', args: [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', '.'] },
  { name: 'node:test', args: ['--test'] },
];

describe('the example of the guide', () => {
  it.each(RUNNERS)(
    'for $name passes as it is printed, within the time-outs that $name has',
    async ({ name, args }) => {
      const example = examples.find((code) => code.includes(`from '${name}'`)) ?? '';
      const folder = consumer(['vitest']);
      writeFileSync(join(folder, 'failover.test.js'), example);
      const { PATH, HOME } = process.env;
      const child = spawn(process.execPath, args, {
        cwd: folder,
        env: { PATH, HOME, NO_COLOR: '1' },
        stdio: 'pipe',
      });
      let output = '';
      child.stdout.on('data', (text) => (output += text));
      child.stderr.on('data', (text) => (output += text));
      const code = await new Promise((done) => child.once('close', done));
      expect(code, output).toBe(0);
      expect(output).toMatch(/Tests +1 passed|# pass 1|ℹ pass 1/);
    },
  );
});
