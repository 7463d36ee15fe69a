import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freshSecret } from '../../../src/random.js';
import { greetingLine, recogniser } from '../../../src/runtime/docker/agent/greeting-line.js';

const SECRET = freshSecret();
const recognise = recogniser(SECRET);

const tokens = fc.stringMatching(/^[0-9a-z-]{1,64}$/);
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
/** Where bytes are cut into chunks. */
const cuts = fc.array(fc.nat(250), { maxLength: 12 });

/** What is said of bytes that come in chunks: of the first, of the first and second, ..., until it is settled. */
function overTime(said: Buffer, at: readonly number[]) {
  const lengths = [...new Set([...at.filter((one) => one > 0 && one < said.length), said.length])];
  lengths.sort((one, other) => one - other);
  const seen: { length: number; found: ReturnType<typeof recognise> }[] = [];
  for (const length of lengths) {
    const found = recognise(said.subarray(0, length));
    seen.push({ length, found });
    if (found !== 'open') break;
  }
  return seen;
}

test('a greeting is recognised when its line is whole, however it was cut, whatever follows, and not before', () => {
  fc.assert(
    fc.property(tokens, bytes, cuts, (token, rest, at) => {
      const line = Buffer.from(greetingLine(SECRET, token));
      for (const { length, found } of overTime(Buffer.concat([line, rest]), at))
        expect(found).toEqual(length < line.length ? 'open' : { token });
    }),
  );
});

test('what begins like a greeting and goes on otherwise is none from the byte on that differs', () => {
  const other = fc.tuple(tokens, fc.nat(), fc.integer({ min: 1, max: 255 }), bytes, cuts);
  fc.assert(
    fc.property(other, ([token, where, change, rest, at]) => {
      const line = Buffer.from(greetingLine(SECRET, token));
      // Another byte within the token would be another token.
      const differs = where % (line.length - token.length - 1);
      line.writeUInt8((line.readUInt8(differs) + change) % 256, differs);
      for (const { length, found } of overTime(Buffer.concat([line, rest]), at))
        expect(found).toBe(length <= differs ? 'open' : 'other');
    }),
  );
});

test('bytes of a program are no greeting', () => {
  fc.assert(fc.property(bytes, (said) => typeof recognise(said) === 'string'));
  for (const said of ['GET / HTTP/1.1\r\n', '*1\r\n$4\r\nPING\r\n', 'del key\r\n', 'drill-greeting \n'])
    expect(recognise(Buffer.from(said))).toBe('other');
  expect(recognise(Buffer.from(greetingLine(freshSecret(), 'a-1')))).toBe('other');
});

test('what cannot be a token is none: nothing at all, another letter, one more than the longest', () => {
  for (const token of ['', 'A', 'a b', 'a'.repeat(65)])
    expect(recognise(Buffer.from(greetingLine(SECRET, token)))).toBe('other');
  expect(recognise(Buffer.from(greetingLine(SECRET, 'a'.repeat(64))))).toEqual({ token: 'a'.repeat(64) });
  expect(recognise(Buffer.from(greetingLine(SECRET, 'a'.repeat(65)).slice(0, -1)))).toBe('other');
});
