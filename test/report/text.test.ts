import { describe, expect, test } from 'vitest';
import {
  columnsOf,
  fitted,
  markdownBlock,
  markdownText,
  oneLine,
  padded,
  plainText,
  xmlText,
} from '../../src/report/text.js';

describe('text from others', () => {
  test('loses escape sequences, titles and control characters', () => {
    expect(plainText('a\x1b[2J\x1b[31mb\x1b]0;title\x07c\x08\x00\x7f\x9b1Ad')).toBe('abcd');
    expect(plainText('\x1b')).toBe('');
    expect(plainText('abc\u202edcb')).toBe('abcdcb');
  });

  test('keeps its lines, whatever ended them, or loses them on one line', () => {
    expect(plainText('a\r\nb\rc\u2028d')).toBe('a\nb\nc\nd');
    expect(oneLine('  a\n\tb\r\nc ')).toBe('a b c');
  });

  test('holds nothing that XML 1.0 cannot write', () => {
    expect(xmlText('a\x01\ud800b\uffff\udc00😀\u0085')).toBe('a\ufffdb\ufffd\ufffd😀\n');
  });

  test('means nothing to Markdown', () => {
    expect(markdownText('a | <b> *c* [d](e) `f` @g')).toBe('a \\| \\<b\\> \\*c\\* \\[d\\](e) \\`f\\` \\@g');
    expect(markdownText('- see https://x.example\n# y')).toBe('\\- see https\\://x.example \\# y');
    expect(markdownText('1. www.example')).toBe('1\\. www\\.example');
    expect(markdownText('0.5 <= 2')).toBe('0.5 \\<= 2');
  });

  test('cannot close the block that it is in', () => {
    expect(markdownBlock('a\n````\n<b>', 'sh')).toBe('`````sh\na\n````\n<b>\n`````');
  });
});

describe('columns of a terminal', () => {
  test('count wide characters twice and combining ones not at all', () => {
    expect(columnsOf('abc')).toBe(3);
    expect(columnsOf('日本')).toBe(4);
    expect(columnsOf('e\u0301')).toBe(1);
    expect(columnsOf('👩‍👩‍👧')).toBe(2);
    expect(columnsOf('…→')).toBe(2);
  });

  test('are never more than asked for', () => {
    expect(fitted('abcdef', 6)).toBe('abcdef');
    expect(fitted('abcdef', 4)).toBe('abc…');
    expect(fitted('日本語', 4)).toBe('日…');
    expect(fitted('abc', 0)).toBe('');
    expect(padded('日', 4)).toBe('日  ');
  });
});
