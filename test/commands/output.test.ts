/** What others wrote gives no orders to a terminal or to a CI system, whichever command shows it. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { folded, outputGuard } from '../../src/commands/output.js';
import { freshFolder, ROOT, startDrill } from '../drills/drill-command.js';

const ORDERS: readonly [kind: string, order: string][] = [
  ['a title (OSC)', '\x1b]0;owned\x07'],
  ['a cleared screen (CSI)', '\x1b[2J'],
  ['C1', '\x9b31m\x90q\x9c\x85'],
  ['an overwritten line', 'fail\rpass'],
  ['a backspace and DEL', 'fail\b\b\x7f'],
  ['a direction', '\u202egnp.\u2066x'],
  ['a command of GitHub', '::error::owned'],
  ['an indented one', '  \u00a0::add-mask::a'],
  ['an older one', 'x ##[set-env name=A]b'],
  ['a command of Azure', 'x ##vso[task.setvariable variable=A]b'],
  ['a command of TeamCity', "##teamcity[buildStatus status='SUCCESS']"],
  ["a section of GitLab's", 'section_start:1:x\r\x1b[0K'],
];
/** What no output may have in it, told by itself: the guard's own patterns would prove nothing. */
const OBEYED = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/,
  /^\s*::/m,
  /##(vso|teamcity)?\[/i,
];
const obeyed = (text: string) => OBEYED.filter((pattern) => pattern.test(text));

describe('folded text', () => {
  it('is a group of GitHub Actions, in which no text gives orders', () => {
    const safe = outputGuard(false);
    expect(folded('50%\n::endgroup::', 'a\n::endgroup::\n::error::b\n', safe)).toBe(
      '::group::50%25 ::endgroup::\na\n:\\u003aendgroup::\n:\\u003aerror::b\n::endgroup::\n',
    );
    expect(folded('::stop-commands::x', '', safe)).toBe('::group:::\\u003astop-commands::x\n::endgroup::\n');
  });
});

describe('the guard of the output', () => {
  it.each(ORDERS)('shows %s as it is written', (_kind, order) => {
    expect(obeyed(order)).not.toEqual([]);
    const shown = outputGuard(true)(order);
    expect(obeyed(shown)).toEqual([]);
    expect(JSON.parse(`"${shown}"`)).toBe(order);
  });

  it.each(ORDERS)('knows %s in pieces', (_kind, order) => {
    const guard = outputGuard(false);
    expect(obeyed([...order].map(guard).join(''))).toEqual([]);
  });

  it('leaves other text as it is, and our own colours where there are some', () => {
    const plain = 'a::b [c] # d ## e\n\tb→a:6379 10:20::1 "f"\r\n';
    expect(outputGuard(false)(plain)).toBe(plain.replace('\r\n', '\n'));
    const { bold, red, dim } = picocolors.createColors(true);
    const colored = `${bold(`a ${red('b')}`)} ${dim('c')}\n`;
    expect(outputGuard(true)(colored)).toBe(colored);
    expect(obeyed(outputGuard(false)(colored))).toEqual([]);
    expect(obeyed(outputGuard(true)('\x1b[8mhidden'))).toEqual([]);
  });

  it('leaves a document the value that it was', () => {
    const document = { '##vso[x]': ['\x9b', '\\##[y]', '"\u202e'] };
    const shown = outputGuard(false)(`${JSON.stringify(document, null, 2)}\n`);
    expect(obeyed(shown)).toEqual([]);
    expect(JSON.parse(shown)).toEqual(document);
  });
});

const ORDER = '\x1b]0;owned\x07\x9b2J\n::error::owned\n##vso[task.complete]##teamcity[x]\u202e';

describe('no command hands an order on', () => {
  const folder = freshFolder();
  const hostile = join(folder, `${ORDER}.yaml`);
  writeFileSync(hostile, `name: ${JSON.stringify(ORDER)}\n"${'\\e]0;x\\a'}": 1\n`);
  const asDrill = join(folder, 'run');
  mkdirSync(asDrill);
  copyFileSync(join(ROOT, 'fixtures/histories/no-fencing.jsonl'), join(asDrill, 'history.jsonl'));
  const bare = join(folder, `bare${ORDER}.jsonl`);
  const operation = { process: 0, f: 'write', key: ORDER, value: ORDER };
  writeFileSync(
    bare,
    [
      { ...operation, type: 'invoke' },
      { ...operation, type: 'ok' },
      { ...operation, process: 1, f: 'read', type: 'invoke', value: null },
      { ...operation, process: 1, f: 'read', type: 'ok', value: `${ORDER}2` },
    ]
      .map((line) => JSON.stringify(line))
      .join('\n'),
  );
  const commands: [string, string[], number][] = [
    ['validate', [hostile], 2],
    ['run', [hostile], 2],
    ['up', [hostile], 2],
    ['up', [join(folder, `none${ORDER}`)], 2],
    ['check', [bare], 1],
    ['check', [bare, '--json'], 1],
    ['check', [join(folder, `none${ORDER}`)], 2],
    ['check', [asDrill, '--format', ORDER], 2],
    ['report', [bare], 2],
    ['list', [folder], 2],
    [ORDER, [], 2],
    ['run', ['--runtime', ORDER, hostile], 2],
  ];

  it.each(commands)('%s', async (command, args, code) => {
    const ended = await startDrill([command, ...args]).ended;
    expect({ code: ended.code, obeyed: obeyed(ended.stdout + ended.stderr) }).toEqual({ code, obeyed: [] });
    expect(ended.stdout + ended.stderr).toContain('owned');
  });
});
