/** The protocol of Redis, as it comes in pieces. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decode, encode, Refusal, type Reply } from '../../../src/system/redis/resp.js';

/** As a server writes it. */
function written(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (reply instanceof Refusal) return `-${reply.message}\r\n`;
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  return `*${reply.length}\r\n${reply.map(written).join('')}`;
}

const { reply } = fc.letrec<{ reply: Reply }>((tie) => ({
  reply: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.constant(null),
    fc.stringMatching(/^[A-Z]+ [a-z ]*$/).map((text) => new Refusal(text)),
    fc.array(tie('reply'), { maxLength: 4 }),
  ),
}));

it('reads every reply as it was meant, and waits for what has not come', () => {
  fc.assert(
    fc.property(fc.array(reply, { minLength: 1, maxLength: 3 }), fc.nat(), (replies, at) => {
      const bytes = Buffer.from(replies.map(written).join(''));
      const [first] = replies;
      const length = Buffer.byteLength(written(first as Reply));
      expect(decode(bytes, 0)).toEqual({ reply: first, end: length });
      expect(decode(bytes.subarray(0, at % length), 0)).toBeUndefined();
    }),
  );
});

it('reads simple texts, and refuses what is no reply', () => {
  expect(decode(Buffer.from('+OK\r\n'), 0)).toEqual({ reply: 'OK', end: 5 });
  expect(() => decode(Buffer.from('HTTP/1.1 400\r\n'), 0)).toThrow('expected a reply of RESP2');
});

it('writes commands by their lengths in bytes', () => {
  expect(encode([['SET', 'ä', 1], ['PING']])).toBe(
    '*3\r\n$3\r\nSET\r\n$2\r\nä\r\n$1\r\n1\r\n*1\r\n$4\r\nPING\r\n',
  );
});
