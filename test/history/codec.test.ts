import { describe, expect, it } from 'vitest';
import {
  decodeHistory,
  decodeStream,
  encodeHistory,
  HistoryDecoder,
  lineEncoder,
} from '../../src/history/codec.js';
import type { Event } from '../../src/history/event.js';
import { judge } from '../built-in.js';
import { Building } from '../checker/build.js';

function small(): Event[] {
  const run = new Building({ expect: { lost_writes: 0, double_primaries: 0 } });
  run.role(1, 'a', 'primary', { term: 1 });
  run.write(10, 'é\u{1f600}').write(20, 2).read(30, 2).read(40, 2, { client: 'final' });
  return run.events();
}

describe('encoding and decoding', () => {
  it('gives back what was encoded, without a flaw', () => {
    const events = small();
    const history = decodeHistory(encodeHistory(events));
    expect(history.flaws).toEqual([]);
    expect(history.events).toEqual(events);
    expect(history.run?.type).toBe('run');
  });

  it('puts the hash last, and another one on equal lines', () => {
    const line = lineEncoder();
    const problem = { index: 0, time: 0, type: 'problem', message: 'x' } as Event;
    const lines = [line(problem), line(problem)];
    for (const each of lines) expect(each).toMatch(/^\{"index":0,.*,"hash":"[0-9a-f]{16}"\}\n$/);
    expect(lines[0]).not.toBe(lines[1]);
  });

  it('decodes pieces of any size', async () => {
    const events = small();
    const bytes = Buffer.from(encodeHistory(events));
    for (const size of [1, 2, 3, 7, 64, 1000]) {
      const decoder = new HistoryDecoder();
      const decoded: Event[] = [];
      for (let at = 0; at < bytes.length; at += size)
        decoded.push(...decoder.feed(bytes.subarray(at, at + size)));
      expect(decoded).toEqual(events);
      expect(decoder.end()).toEqual([]);
    }
    async function* pieces() {
      yield bytes.subarray(0, 100);
      yield bytes.subarray(100);
    }
    expect(await decodeStream(pieces())).toEqual(decodeHistory(bytes));
  });

  it('encodes well over ten thousand lines a second', () => {
    const event = small().find(({ type }) => type === 'invoke')!;
    const line = lineEncoder();
    const begin = process.hrtime.bigint();
    for (let at = 0; at < 20_000; at += 1) line(event);
    expect(Number(process.hrtime.bigint() - begin) / 1e9).toBeLessThan(1);
  });
});

describe('a history that is not whole', () => {
  it('has a flaw and never passes, wherever it is cut', () => {
    const bytes = Buffer.from(encodeHistory(small()));
    expect(judge(decodeHistory(bytes)).verdict).toBe('pass');
    for (let length = 0; length < bytes.length; length += 1) {
      const history = decodeHistory(bytes.subarray(0, length));
      expect(history.flaws, `cut at ${length}`).not.toEqual([]);
      expect(judge(history).verdict, `cut at ${length}`).toBe('inconclusive');
    }
  });

  it('has a flaw that names the line, whichever byte is altered', () => {
    const bytes = Buffer.from(encodeHistory(small()));
    const alteredAt = (at: number) => {
      const altered = Buffer.from(bytes);
      altered[at] = bytes[at]! ^ (1 + (at % 127));
      return decodeHistory(altered);
    };
    let line = 1;
    for (let at = 0; at < bytes.length; at += 1) {
      const history = alteredAt(at);
      expect(history.flaws, `byte ${at}`).not.toEqual([]);
      expect(history.flaws[0], `byte ${at}`).toContain(`line ${line}:`);
      expect(history.events.length).toBeLessThan(line);
      if (bytes[at] === 0x0a) line += 1;
    }
    for (let at = 0; at < bytes.length; at += 10)
      expect(judge(alteredAt(at)).verdict, `byte ${at}`).toBe('inconclusive');
  });

  it('has a flaw where a line is missing, doubled or swapped', () => {
    const lines = encodeHistory(small()).split(/(?<=\n)/);
    const without = [...lines.slice(0, 3), ...lines.slice(4)].join('');
    const doubled = [...lines.slice(0, 4), ...lines.slice(3)].join('');
    const swapped = [...lines.slice(0, 3), lines[4], lines[3], ...lines.slice(5)].join('');
    for (const [text, line] of [
      [without, 4],
      [doubled, 5],
      [swapped, 4],
    ] as const) {
      const history = decodeHistory(text);
      expect(history.flaws[0]).toContain(`line ${line}: altered`);
      expect(history.events).toHaveLength(line - 1);
    }
  });

  it('says of a well-chained line what is wrong with it', () => {
    const events = small();
    const broken = (change: (copy: Event[]) => void) => {
      const copy = events.map((event) => ({ ...event }));
      change(copy);
      return decodeHistory(encodeHistory(copy)).flaws;
    };
    expect(broken((copy) => (copy[3]!.index = 7))[0]).toContain('line 4: altered: expected index 3, found 7');
    expect(broken((copy) => (copy[3]!.time = 5))[0]).toContain('line 4: altered: time goes back');
    expect(broken((copy) => Object.assign(copy[3]!, { type: 'odd' }))[0]).toContain('line 4: unreadable');
    expect(broken((copy) => Object.assign(copy[3]!, { process: 'x' }))[0]).toContain(
      'expected number in "process"',
    );
    expect(broken((copy) => Object.assign(copy.at(-1)!, { reason: 'interrupted' }))).toEqual([
      'the run was interrupted',
    ]);
    expect(broken((copy) => Object.assign(copy.at(-1)!, { reason: 'failed' }))).toEqual([
      'the run failed before its end',
    ]);
    expect(broken((copy) => Object.assign(copy[0]!, { format: 99 }))[0]).toContain(
      'expected history format 1, found 99',
    );
    const headless = events.slice(1).map((event, index) => ({ ...event, index }));
    expect(decodeHistory(encodeHistory(headless)).flaws).toEqual([
      'expected a run event first, found "role"',
    ]);
  });

  it('is read up to what is not text at all', () => {
    for (const junk of ['', '\n', 'junk', '{"index":0}\n', Buffer.from([0xff, 0xfe, 0x0a]), '\u{feff}{}\n']) {
      const history = decodeHistory(junk);
      expect(history.flaws).not.toEqual([]);
      expect(judge(history)).toMatchObject({ verdict: 'inconclusive', drill: 'unknown' });
    }
  });
});
