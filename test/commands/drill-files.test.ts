/** The commands that only read or write drill files: validate, schema, list and init. */

import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { CATALOG } from '../../src/catalog.js';
import type { Io } from '../../src/commands/command.js';
import { init } from '../../src/commands/init.js';
import { list, opening } from '../../src/commands/list.js';
import { schema } from '../../src/commands/schema.js';
import { STARTER } from '../../src/commands/starter.js';
import { validate } from '../../src/commands/validate.js';
import { loadDrill } from '../../src/drill/load.js';
import { UsageError } from '../../src/errors.js';
import { parseDrill } from '../built-in.js';
import { LEAST } from '../drill/examples.js';

const ROOT = resolve(import.meta.dirname, '../..');
const root = mkdtempSync(join(tmpdir(), 'drill-commands-'));
afterAll(() => rmSync(root, { recursive: true }));

let out = '';
let err = '';
beforeEach(() => {
  out = '';
  err = '';
});

const io: Io = {
  stdout: (text) => {
    out += text;
  },
  stderr: (text) => {
    err += text;
  },
  env: {},
  cwd: root,
  color: false,
  interactive: false,
  columns: () => 80,
  rows: () => 24,
  signal: new AbortController().signal,
};

/** One that expects nothing, in so many words. */
const MEASURING = `${LEAST}expect: {}\n`;

mkdirSync(join(root, 'good'));
mkdirSync(join(root, 'mixed'));
writeFileSync(
  join(root, 'good', 'least.yaml'),
  `# Proves the least\n# that there is.\n\n# Not this.\n${LEAST}`,
);
writeFileSync(join(root, 'mixed', 'a.yaml'), MEASURING.replace('least', 'first'));
writeFileSync(join(root, 'mixed', 'b.yaml'), LEAST.replace('topology', 'topolgy'));
writeFileSync(join(root, 'mixed', 'c.yaml'), `${MEASURING}about: The last.\n`);

describe('drill validate', () => {
  it('names each valid drill', async () => {
    expect(await validate.handler({ files: ['good', 'mixed/a.yaml'] }, io)).toBe(0);
    const note = 'note: good/least.yaml has no `expect`; what is expected of it is';
    expect(out).toBe(
      `${note} \`double_primaries: 0\` and \`lost_writes: 0\`\nok good/least.yaml: least\nok mixed/a.yaml: first\n`,
    );
    expect(err).toBe('');
  });

  it('tells what is wrong, goes on with the others, and ends with 2', async () => {
    expect(await validate.handler({ files: ['mixed/*.yaml'] }, io)).toBe(2);
    expect(out).toBe('ok mixed/a.yaml: first\nok mixed/c.yaml: least\n');
    expect(err).toContain(
      'mixed/b.yaml:2:1: unknown key "topolgy"; did you mean `topology`?\n  2 | topolgy:',
    );
  });

  it('wants files that are there', async () => {
    await expect(validate.handler({ files: ['none.yaml'] }, io)).rejects.toBeInstanceOf(UsageError);
  });
});

describe('drill schema', () => {
  it('prints a JSON Schema', async () => {
    expect(await schema.handler({}, io)).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      title: 'failover-drill',
      type: 'object',
      properties: { tags: { type: 'array', items: { type: 'string' } } },
    });
  });
});

describe('drill list', () => {
  it('shows what each drill of a folder proves', async () => {
    expect(await list.handler({ folder: 'good', json: false }, io)).toBe(0);
    expect(out).toBe('good/least.yaml  Proves the least that there is.\n');
  });

  it('falls back on what a drill says of itself, and flags invalid ones', async () => {
    expect(await list.handler({ folder: 'mixed', json: false }, io)).toBe(2);
    expect(out).toContain('mixed/c.yaml  The last.\n');
    expect(out).toContain('mixed/a.yaml  (it does not say)\n');
    expect(out).toContain('invalid       mixed/b.yaml:2:1: unknown key "topolgy"');
  });

  it('shows tags, takes those that are asked for, and prints JSON', async () => {
    writeFileSync(
      join(root, 'good', 'tagged.yaml'),
      `${MEASURING.replace('least', 'tagged')}tags: [smoke, a]\n`,
    );
    expect(await list.handler({ folder: 'good', json: false, tag: ['smoke'] }, io)).toBe(0);
    expect(out).toBe('good/tagged.yaml  (it does not say) [smoke, a]\n');
    out = '';
    expect(await list.handler({ folder: 'good', json: true, filter: 'tag' }, io)).toBe(0);
    expect(JSON.parse(out)).toEqual([
      { file: 'good/tagged.yaml', name: 'tagged', tags: ['smoke', 'a'], proves: '' },
    ]);
    out = '';
    expect(await validate.handler({ files: ['good/tagged.yaml'] }, io)).toBe(0);
    expect(out).toBe('ok good/tagged.yaml: tagged [smoke, a]\n');
    rmSync(join(root, 'good', 'tagged.yaml'));
  });

  it('shows each drill that ships on one line, by the name that `drill run` takes', async () => {
    expect(await list.handler({ json: false }, io)).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(
      expect.arrayContaining(['kill-primary', 'redis/kill-primary', 'split-brain']),
    );
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('takes the comment that a file opens with', () => {
    expect(opening('# a\n#   b\n#\n# c\nname: x\n# d\n')).toBe('a b c');
    expect(opening('# yaml-language-server: $schema=x\n# a\r\nname: x')).toBe('a');
    expect(opening('name: x\n# a\n')).toBe('');
  });
});

describe('drill init', () => {
  it('writes a drill that is valid, with comments', async () => {
    expect(await init.handler({ file: 'new.yaml' }, io)).toBe(0);
    const text = readFileSync(join(root, 'new.yaml'), 'utf8');
    expect(text).toBe(STARTER);
    expect(parseDrill(text, 'new.yaml').name).toBe('my-first-drill');
    expect(out).toContain('drill run new.yaml');
  });

  it('writes one about the services of a Compose file, that is valid as it is', async () => {
    cpSync(join(ROOT, 'fixtures/stacks/web-redis'), join(root, 'stack'), { recursive: true });
    mkdirSync(join(root, 'ci'));
    const file = 'ci/stack.yaml';
    expect(await init.handler({ file, compose: 'stack/compose.yaml' }, io)).toBe(0);
    expect(out).toBe('wrote ci/stack.yaml\nnext: drill validate ci/stack.yaml\n');
    const { topology, steps } = await loadDrill(join(root, file), CATALOG, { environment: {} });
    expect(topology.nodes).toMatchObject({ web: { role: 'primary' }, redis: { role: 'dependency' } });
    expect(topology.system).toMatchObject({ http: { port: 8080, read: { request: 'GET /' } } });
    expect(JSON.stringify(steps[1])).toContain('redis');
  });

  it.each([
    ['nothing-there.yaml', undefined, 'no such file'],
    ['no-services.yaml', 'version: 3\n', 'none'],
    ['no-yaml.yaml', '{', /Flow map/],
  ])('refuses %s in place of a Compose file', async (compose, text, found) => {
    if (text !== undefined) writeFileSync(join(root, compose), text);
    const asked = init.handler({ file: 'from.yaml', compose }, io);
    await expect(asked).rejects.toThrow(/expected a Compose file with services/);
    await expect(asked).rejects.toThrow(found);
    expect(existsSync(join(root, 'from.yaml'))).toBe(false);
  });

  it('never overwrites a file', async () => {
    writeFileSync(join(root, 'mine.yaml'), 'mine');
    await expect(init.handler({ file: 'mine.yaml' }, io)).rejects.toThrow(
      'mine.yaml: expected a file to write, found one that exists; give another name: drill init FILE',
    );
    expect(readFileSync(join(root, 'mine.yaml'), 'utf8')).toBe('mine');
  });

  it('wants a folder that is there', async () => {
    await expect(init.handler({ file: 'no/such/folder.yaml' }, io)).rejects.toBeInstanceOf(UsageError);
  });
});
