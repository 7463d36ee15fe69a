// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Compose's own variables
/** The parts of the import: variables in values, files of variables, ports, quantities. */
import { describe, expect, it, test } from 'vitest';
import { interpolate } from '../../../src/drill/compose/interpolate.js';
import { portsIn } from '../../../src/drill/compose/ports.js';
import { durationOf, sizeText } from '../../../src/drill/compose/quantities.js';
import { parseVariables, variablesOf } from '../../../src/drill/compose/variables.js';

const SET: Record<string, string> = { NAME: 'web', EMPTY: '', PORT: '80' };
const lookup = (name: string) => SET[name];

describe('variables in a text', () => {
  it.each([
    ['plain', 'plain'],
    ['$NAME:${PORT}', 'web:80'],
    ['${NAME}_x $$NAME', 'web_x $NAME'],
    ['${EMPTY:-other} ${EMPTY-other}', 'other '],
    ['${UNSET:-a:b} ${UNSET-}', 'a:b '],
    ['${UNSET:-${NAME}-${PORT}}', 'web-80'],
    ['${NAME:+yes} ${EMPTY:+yes} ${EMPTY+yes}', 'yes  yes'],
    ['${NAME:?never} ${EMPTY?never}', 'web '],
    ['${NAME:-${OTHER:?not needed}}', 'web'],
    ['${NAME:-${OTHER}}', 'web'],
    ['costs $5 or 5$, ^a$', 'costs $5 or 5$, ^a$'],
    ['${UNSET:-$5}', '$5'],
  ])('%s', (text, expected) => {
    expect(interpolate(text, lookup)).toEqual({ text: expected, unset: [] });
  });

  it('tells which are not set', () => {
    expect(interpolate('$A ${B} ${C:-$D}', lookup)).toEqual({ text: '  ', unset: ['A', 'B', 'D'] });
  });

  it.each([
    ['${UNSET:?say it}', 'no value for UNSET (say it)'],
    ['${EMPTY:?}', 'no value for EMPTY'],
    ['${NAME', 'a ${ that is never closed'],
    ['${NAME:-x', 'a ${ that is never closed'],
    ['${}', 'a ${ that begins no variable'],
    ['${NAME!x}', 'a ${ that begins no variable'],
  ])('%s is an error', (text, error) => {
    expect(interpolate(text, lookup)).toMatchObject({ error });
  });
});

test('a file of variables: comments, quotes, variables, what the environment has', () => {
  const text = [
    '# a comment',
    'PLAIN=one two # not this',
    'export EXPORTED=1',
    "LITERAL='$NAME'",
    'FILLED="${NAME}\\n$PLAIN"',
    'NAME',
    'NOWHERE',
    'HASH=a#b',
    'NOTHING=',
    '',
  ].join('\r\n');
  expect(parseVariables(text, lookup)).toEqual({
    variables: {
      PLAIN: 'one two',
      EXPORTED: '1',
      LITERAL: '$NAME',
      FILLED: 'web\none two',
      NAME: 'web',
      HASH: 'a#b',
      NOTHING: '',
    },
  });
  expect(parseVariables('A=1\nB="open', lookup)).toEqual({
    error: 'line 2: a quote that is not closed in its line',
  });
  expect(parseVariables('5 = 6', lookup)).toEqual({ error: 'line 1: expected NAME=value' });
});

test("a service's variables, as a map or a list", () => {
  expect(variablesOf({ A: 1, NAME: null, NOWHERE: null }, lookup)).toEqual({ A: 1, NAME: 'web' });
  expect(variablesOf(['A=1=2', 'NAME', 'NOWHERE'], lookup)).toEqual({ A: '1=2', NAME: 'web' });
  expect(variablesOf('A=1', lookup)).toBeUndefined();
});

test.each([
  [80, [80]],
  ['80', [80]],
  ['8080:80', [80]],
  ['127.0.0.1:8080:80/tcp', [80]],
  ['[::1]:8080:80', [80]],
  [':80', [80]],
  ['9090-9092:8080-8082', [8080, 8081, 8082]],
  ['53:53/udp', []],
  [{ target: 80, published: '8080' }, [80]],
  [{ target: 53, protocol: 'udp' }, []],
  ['http', undefined],
  ['80-70', undefined],
  [70_000, undefined],
  [{}, undefined],
])('the ports in %j', (entry, ports) => {
  expect(portsIn(entry)).toEqual(ports);
});

test('durations and sizes', () => {
  expect(durationOf('1m30s')).toBe(90_000);
  expect(durationOf('1.5s')).toBe(1500);
  expect(durationOf('500ms')).toBe(500);
  expect(durationOf('1h')).toBe(3_600_000);
  expect(durationOf('5')).toBeUndefined();
  expect(durationOf('often')).toBeUndefined();
  expect(['512m', '64MB', '1gb', '1.5k', 1024, '12B'].map(sizeText)).toEqual([
    '512m',
    '64m',
    '1g',
    '1536b',
    '1024b',
    '12b',
  ]);
  expect(sizeText('lots')).toBeUndefined();
});
