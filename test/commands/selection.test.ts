/** Which drills, options and folders a command means: selection, defaults from a file, run folders. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import yargs from 'yargs';
import { configuredDefaults } from '../../src/commands/config-file.js';
import { run } from '../../src/commands/run.js';
import { runFolders } from '../../src/commands/run-folders.js';
import { isSelected, selected } from '../../src/commands/selection.js';
import { parseDrill } from '../built-in.js';
import { LEAST } from '../drill/examples.js';

const root = mkdtempSync(join(tmpdir(), 'drill-selection-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('a drill is selected', () => {
  const drill = { name: 'kill-primary', tags: ['smoke', 'size:s'] };

  it.each([
    [{}, true],
    [{ filter: 'kill' }, true],
    [{ filter: 'k*l-p*y' }, true],
    [{ filter: 'kill.primary' }, false],
    [{ filter: 'pause' }, false],
    [{ tag: ['smoke'] }, true],
    [{ tag: ['nightly', 'size:s'] }, true],
    [{ tag: ['smok'] }, false],
    [{ tag: ['smoke'], filter: 'pause' }, false],
  ])('by %j: %j', (selection, yes) => {
    expect(isSelected(drill, selection)).toBe(yes);
  });

  it('or none is, which is told with the tags that there are', () => {
    const entry = { drill: { ...parseDrill(LEAST, 'least.yaml'), tags: ['smoke', 'a'] } };
    expect(selected([entry], { tag: ['a'] })).toEqual([entry]);
    expect(() => selected([entry], { tag: ['x', 'y'], filter: 'z' })).toThrow(
      '--filter z --tag x --tag y: expected it to leave at least one drill, found none of 1; see `drill list`; their tags are a, smoke',
    );
  });

  it('by tags that its file has in their form', () => {
    expect(parseDrill(`${LEAST}tags: [smoke]\n`, 'x.yaml').tags).toEqual(['smoke']);
    expect(parseDrill(LEAST, 'x.yaml').tags).toBeUndefined();
    expect(() => parseDrill(`${LEAST}tags: [No Spaces]\n`, 'x.yaml')).toThrow('expected a tag of lower-case');
  });
});

describe('defaults', () => {
  const options = ['runtime', 'out', 'seed', 'repeat', 'tag', 'bail'];
  const folder = join(root, 'project');
  const deep = join(folder, 'deep', 'er');
  mkdirSync(deep, { recursive: true });
  const configured = (text: string, name = 'drill.config.yaml') => {
    writeFileSync(join(folder, name), text);
    return configuredDefaults(deep, options).finally(() => rmSync(join(folder, name)));
  };

  it('are none where there is no file', async () => {
    expect(await configuredDefaults(deep, options)).toEqual({});
  });

  it('come from the nearest file upwards, with its folder for results', async () => {
    expect(await configured('runtime: process\nrepeat: 3\nout: results\ntag: [smoke]\nbail: true\n')).toEqual(
      {
        runtime: 'process',
        repeat: 3,
        out: join('..', '..', 'results'),
        tag: ['smoke'],
        bail: true,
      },
    );
    expect(await configured('{ "seed": 7 }', 'drill.config.json')).toEqual({ seed: 7 });
  });

  it('give way to the command line', async () => {
    writeFileSync(join(folder, 'drill.config.yaml'), 'repeat: 3\nparallel: 4\nbail: true\ntag: [smoke]\n');
    const asked = ['--repeat', '2', '--no-bail', '--tag', 'slow'];
    const parser = await run.builder(yargs(asked).exitProcess(false), { cwd: deep });
    const { repeat, parallel, bail, tag } = await parser.parseAsync();
    rmSync(join(folder, 'drill.config.yaml'));
    expect({ repeat, parallel, bail, tag }).toEqual({ repeat: 2, parallel: 4, bail: false, tag: ['slow'] });
  });

  it('are those that the command has', async () => {
    expect(await configured('quiet: true\nseed: 1\n')).toEqual({ seed: 1 });
  });

  it.each([
    ['repaet: 3\n', /drill\.config\.yaml:1:1: expected one of runtime, out, .*found "repaet"/],
    ['seed: 1\nrepeat: many\n', /drill\.config\.yaml:2:9: expected a number, found/],
    ['bail: "yes"\n', /drill\.config\.yaml:1:7: expected true or false, found/],
    ['out: ""\n', /drill\.config\.yaml:1:6: expected a text, found/],
    ['- a\n', /drill\.config\.yaml:1:1: expected options of `drill run` and their values, found/],
    ['a: [\n', /drill\.config\.yaml:/],
  ])('that are wrong are refused with their place: %j', async (text, message) => {
    await expect(configured(text)).rejects.toThrow(message);
  });
});

describe('the folder that `drill run` prints', () => {
  for (const place of ['out/b/10', 'out/b/9', 'out/a/1'])
    for (const folder of [place]) {
      mkdirSync(join(root, folder, 'logs'), { recursive: true });
      writeFileSync(join(root, folder, 'history.jsonl'), '');
    }

  it('stands for its executions, in their order', async () => {
    expect(await runFolders('out', root)).toEqual(['out/a/1', 'out/b/9', 'out/b/10']);
    expect(await runFolders(join(root, 'out/b'), root)).toEqual([
      join(root, 'out/b/9'),
      join(root, 'out/b/10'),
    ]);
    expect(await runFolders('out/b/9', root)).toEqual(['out/b/9']);
  });

  it('stands for itself where there are none, or where it is a file', async () => {
    expect(await runFolders('out/a/1/logs', root)).toEqual(['out/a/1/logs']);
    expect(await runFolders('out/a/1/history.jsonl', root)).toEqual(['out/a/1/history.jsonl']);
    expect(await runFolders('none', root)).toEqual(['none']);
  });
});
