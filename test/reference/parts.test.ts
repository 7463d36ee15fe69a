import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seeded } from '../../src/random.js';
import { HttpClient } from '../../src/reference/client.js';
import { activate, type Configuration, nextTerm, resize, seal } from '../../src/reference/configuration.js';
import { Core } from '../../src/reference/core.js';
import { Detector } from '../../src/reference/detector.js';
import { ownDisk } from '../../src/reference/disk.js';
import { type DiskRecord, Outbox } from '../../src/reference/effect.js';
import { Grants, Lease } from '../../src/reference/lease.js';
import { ReplicatedLog } from '../../src/reference/log.js';
import type { Heartbeat } from '../../src/reference/message.js';
import { ProcessPoll } from '../../src/reference/process-poll.js';
import type { Settings } from '../../src/reference/settings.js';
import { Storage } from '../../src/reference/storage.js';
import { Watch } from '../../src/reference/watch.js';
import { Ports, reserveBlock } from '../../src/runtime/ports.js';

const ACTIVE: Configuration = {
  version: 4,
  term: 2,
  primary: 'a',
  incarnation: 0.1,
  inSync: ['a', 'b'],
  disks: { a: 1, b: 2 },
  active: true,
  former: null,
};

describe('the configuration', () => {
  const b = { node: 'b', incarnation: 0.2 };

  it('is sealed and then activated, and remembers meanwhile who may still serve', () => {
    const sealed = seal(ACTIVE, 3, b)(ACTIVE)!;
    expect(sealed).toMatchObject({ version: 5, term: 3, active: false, former: { node: 'a', term: 2 } });
    const again = seal(sealed, 4, b)(sealed)!;
    expect(again.former).toEqual({ node: 'a', term: 2 });
    const begun = activate(sealed, 0.2, { b: 2 });
    expect(begun(sealed)).toMatchObject({ version: 6, active: true, former: null, incarnation: 0.2 });
    expect(begun(again)).toBeUndefined();
  });

  it('keeps who was in sync until the next primary has brought its log to those that are there', () => {
    const sealed = seal(ACTIVE, 3, b)(ACTIVE)!;
    expect(sealed.inSync).toEqual(['a', 'b']);
    expect(seal(sealed, 4, { node: 'a', incarnation: null })(sealed)).toMatchObject({ primary: 'a' });
    expect(activate(sealed, 0.2, { a: 1 })(sealed)).toBeUndefined();
    expect(activate(sealed, 0.2, { b: 7 })(sealed)).toMatchObject({ inSync: ['b'], disks: { b: 7 } });
  });

  it('promotes only who is in sync, and is changed only by its own primary at its own version', () => {
    const alone = (term: number, version: number) => resize(term, version, ['a'], { a: 1 });
    expect(seal(ACTIVE, 3, { node: 'c', incarnation: 0.3 })(ACTIVE)).toBeUndefined();
    expect(alone(2, 4)(ACTIVE)).toMatchObject({ version: 5, inSync: ['a'], disks: { a: 1 } });
    expect(alone(2, 3)(ACTIVE)).toBeUndefined();
    expect(alone(1, 4)(ACTIVE)).toBeUndefined();
  });

  it('gives each who decides alone terms of its own', () => {
    const alone = (name: string) =>
      ({
        name,
        quorum: false,
        trigger: 'supervisor',
        supervisors: ['s1', 's2', 's3'],
        nodes: [],
      }) as never as Settings;
    const terms = ['s1', 's2', 's3'].map((name) => nextTerm(alone(name), 4));
    expect(new Set(terms).size).toBe(3);
    expect(Math.min(...terms)).toBe(5);
  });
});

describe('a standby that decides alone', () => {
  it('does not take the fence of one primary for that of the next', () => {
    const settings = {
      name: 'c',
      nodes: ['a', 'b', 'c'],
      supervisors: ['s1'],
      trigger: 'standby',
      quorum: false,
      fencing: { delay: 0, confirm: true },
      detect: { kind: 'heartbeat', interval: 50, timeout: 100, every: 50 },
      grace: 100,
    } as never as Settings;
    const out = new Outbox();
    const core = new Core(settings, out, new ReplicatedLog([]), seeded(1), 1, 0);
    const watch = new Watch(core, 0);
    const fences = () =>
      out.drain().flatMap((effect) => (effect.type === 'fence' ? [`${effect.id} ${effect.target}`] : []));
    /** Looks at this primary every millisecond; gives what it became after so long. */
    const looks = (term: number, primary: string, from: number, to: number) => {
      core.configuration = { ...ACTIVE, term, primary, inSync: ['a', 'b', 'c'] };
      watch.reset(from);
      for (let now = from; now < to; now++) {
        const next = watch.check(now);
        if (next) return next;
      }
      return undefined;
    };
    expect(looks(1, 'a', 0, 300)).toBeUndefined();
    expect(fences()).toEqual(['1 a']);
    // While a is being fenced, b has taken over; the answer comes then.
    core.configuration = { ...ACTIVE, term: 4, primary: 'b' };
    watch.fenced(1, true, 300);
    watch.heard(300);
    expect(looks(4, 'b', 300, 900)).toBeUndefined();
    const asked = fences();
    expect(asked[0]).toBe('2 b');
    watch.fenced(Number.parseInt(asked.at(-1) ?? '', 10), true, 900);
    expect(looks(4, 'b', 900, 1300)).toMatchObject({ primary: 'c' });
  });
});

const told = { type: 'heartbeat', from: 'a', disk: 1, position: { term: 1, index: 1 } };

describe('the detector', () => {
  /** One that asks for the process list every so often, ms. */
  const polling = (every: number) => {
    const detect = { kind: 'process', interval: every / 2, timeout: 2 * every, every };
    return new Detector({ trigger: 'supervisor', detect, grace: 10_000 } as never as Settings, 0);
  };

  it('gives a primary that starts later than the supervisor its time to take over', () => {
    const detector = polling(100);
    const heartbeat = (term: number) =>
      ({ ...told, incarnation: 1, term, leading: false }) as never as Heartbeat;
    detector.processes.answered(detector.processes.due(0)!, ['a', 'b']);
    const reasonAt = (now: number) => detector.reason({ ...ACTIVE, term: 1 }, 0, now);
    expect(reasonAt(900)).toBeUndefined();
    detector.heartbeat(heartbeat(0), 1000);
    expect(reasonAt(1001)).toBeUndefined();
    detector.heartbeat(heartbeat(0), 1190);
    expect(reasonAt(1199)).toBeUndefined();
    expect(reasonAt(1201)).toBe('it did not take over in 201 ms');
  });

  it('misses nobody in a list that was asked for before the term began, or before it slept', () => {
    const detector = polling(1000);
    const list = (now: number) => detector.processes.answered(detector.processes.due(now)!, ['b', 'c']);
    list(1000);
    // a was restarted, and has become primary again.
    expect(detector.reason(ACTIVE, 1500, 1600)).toBeUndefined();
    list(2000);
    expect(detector.reason(ACTIVE, 1500, 2001)).toMatch(
      'not in the process list that was asked for 1 ms ago',
    );
    detector.awoke(2500, 2100);
    expect(detector.reason(ACTIVE, 1500, 2600)).toBeUndefined();
    list(3000);
    expect(detector.reason(ACTIVE, 1500, 3001)).toMatch('not in the process list');
  });
});

describe('a detector that stands still now and then', () => {
  it('does not count that as silence of others, and yet finds out who is silent', () => {
    const detect = { kind: 'heartbeat', interval: 100, timeout: 400, every: 100 };
    const detector = new Detector({ trigger: 'supervisor', detect } as never as Settings, 0);
    const leading = { ...told, incarnation: 1, sentAt: 1000, term: 2, leading: true };
    detector.heartbeat(leading as never as Heartbeat, 1000);
    detector.awoke(1200, 150);
    detector.awoke(1400, 150);
    expect(detector.reason(ACTIVE, 0, 1450)).toBeUndefined();
    expect(detector.reason(ACTIVE, 0, 1690)).toBeUndefined();
    expect(detector.reason(ACTIVE, 0, 1701)).toBe('no heartbeat for 401 ms');
  });
});

describe('a lease', () => {
  it('counts from when the heartbeat was sent that a majority has answered', () => {
    const lease = new Lease(2, 100);
    lease.granted('s1', 10);
    expect(lease.until).toBe(Number.NEGATIVE_INFINITY);
    lease.granted('s2', 30);
    expect(lease.until).toBe(110);
    lease.granted('s3', 50);
    expect(lease.until).toBe(130);
    lease.granted('s1', 5);
    expect(lease.until).toBe(130);
  });

  it('may still run, as far as a supervisor knows that has just restarted', () => {
    const grants = new Grants(100, 1000);
    expect(grants.outstanding(1030)).toBe(70);
    grants.grant(1040);
    expect(grants.outstanding(1050)).toBe(90);
    expect(grants.outstanding(1200)).toBe(0);
  });
});

describe('the log', () => {
  const entry = (term: number, value: number) => ({ term, key: 'k', value });

  it('counts as persisted only what was synced after a truncation', () => {
    const log = new ReplicatedLog([]);
    for (let value = 1; value <= 3; value++) log.append(entry(1, value));
    log.wrote(1);
    log.truncate(1);
    log.append(entry(2, 9));
    log.wrote(2);
    log.synced(1);
    expect(log.persisted).toBe(1);
    log.synced(2);
    expect(log.persisted).toBe(2);
    expect(log.position).toEqual({ term: 2, index: 2 });
  });

  it('goes back in its state when entries that it had applied are dropped', () => {
    const log = new ReplicatedLog([]);
    log.append(entry(1, 1));
    log.append(entry(1, 2));
    log.commitTo(2);
    expect(log.read('k')).toBe(2);
    log.truncate(1);
    expect(log.read('k')).toBe(1);
    expect(log.commit).toBe(1);
  });

  it('is replayed from its records', () => {
    const log = new ReplicatedLog([
      { kind: 'term', term: 1 },
      { kind: 'entry', entry: entry(1, 1) },
      { kind: 'entry', entry: entry(1, 2) },
      { kind: 'truncate', index: 1 },
      { kind: 'term', term: 4 },
    ]);
    expect([log.last, log.persisted, log.replayedTerm]).toEqual([1, 1, 4]);
  });
});

describe('the storage', () => {
  it('keeps what was synced, and cuts a torn last line off', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'storage-'));
    try {
      await new Promise<void>((resolve) => {
        const storage = new Storage(folder, (sequence) => {
          if (sequence < 2) return;
          storage.close();
          resolve();
        });
        storage.append(1, [{ kind: 'term', term: 1 }]);
        storage.append(2, [{ kind: 'entry', entry: { term: 1, key: 'ü', value: [1, null] } }]);
      });
      const path = join(folder, 'log.jsonl');
      const whole = readFileSync(path);
      writeFileSync(path, Buffer.concat([whole, Buffer.from('{"kind":"te')]));
      const again = new Storage(folder, () => {});
      again.close();
      expect(again.records).toEqual([
        { kind: 'term', term: 1 },
        { kind: 'entry', entry: { term: 1, key: 'ü', value: [1, null] } },
      ]);
      expect(readFileSync(path)).toEqual(whole);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a machine on a disk that is not right', () => {
  const TERM = '{"kind":"term","term":1}\n';

  function opened(content: string): readonly DiskRecord[] {
    const folder = mkdtempSync(join(tmpdir(), 'storage-'));
    try {
      writeFileSync(join(folder, 'log.jsonl'), content);
      const storage = new Storage(folder, () => {});
      storage.close();
      return storage.records;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it.each(['{"kind":"te\n', '5\n', 'null\n'])('does not start where %j stands before the end', (broken) => {
    expect(() => opened(TERM + broken + TERM)).toThrow(
      /log\.jsonl:2: expected a record, found .* 25 bytes after/,
    );
    expect(opened(TERM + broken)).toEqual([{ kind: 'term', term: 1 }]);
  });

  it('does not start on that of another one, and knows its own again', () => {
    const out = new Outbox();
    const disk = ownDisk('a', [], seeded(1), out);
    const records = out.drain().flatMap((effect) => (effect.type === 'write' ? effect.records : []));
    expect(ownDisk('a', records, seeded(2), out)).toBe(disk);
    expect(ownDisk('a', [], seeded(2), out)).not.toBe(disk);
    expect(() => ownDisk('b', records, seeded(1), out)).toThrow('expected the data of b, found that of a');
  });
});

describe('the HTTP client', () => {
  async function against(serve: (text: string) => string | undefined, signal?: AbortSignal) {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => {
        const answer = serve(data.toString());
        if (answer === undefined) socket.destroy();
        else socket.write(answer);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const client = new HttpClient({ host: '127.0.0.1', port });
    const result = await client.exchange('PUT', '/x', '1', signal);
    client.close();
    server.close();
    return result;
  }

  it('reads an answer', async () => {
    const result = await against(() => 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi');
    expect(result).toEqual({ kind: 'answer', status: 200, text: 'hi' });
  });

  it('reads an answer in chunks', async () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const result = await against(() => `${head}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`);
    expect(result).toEqual({ kind: 'answer', status: 200, text: 'abcde' });
  });

  it('is in doubt where the connection is lost or nothing comes after it was sent', async () => {
    expect((await against(() => undefined)).kind).toBe('doubt');
    const giveUp = new AbortController();
    const nothing = () => {
      giveUp.abort();
      return '';
    };
    expect(await against(nothing, giveUp.signal)).toEqual({ kind: 'doubt', error: 'timed out' });
  });

  it('knows that nothing was sent where nobody listens', async () => {
    const [port = 0] = await new Ports(await reserveBlock('parts')).take(1);
    const client = new HttpClient({ host: '127.0.0.1', port });
    expect((await client.exchange('GET', '/x', '')).kind).toBe('unsent');
  });
});

describe('the polling of the process list', () => {
  it('asks once an interval, and takes in answers that come later than the next question', () => {
    const poll = new ProcessPoll(100);
    expect([poll.due(0), poll.due(50), poll.due(100), poll.due(200)]).toEqual([1, undefined, 2, 3]);
    poll.answered(1, ['a']);
    expect([poll.lacks('b', 0), poll.lacks('a', 0)]).toEqual([true, false]);
    poll.answered(3, []);
    poll.answered(2, ['a']);
    expect([poll.lacks('a', 200), poll.lacks('a', 201)]).toEqual([true, false]);
  });

  it('lacks nobody where the device did not answer', () => {
    const poll = new ProcessPoll(100);
    expect(poll.lacks('a', 0)).toBe(false);
    poll.answered(poll.due(0)!, []);
    poll.answered(poll.due(100)!, undefined);
    expect(poll.lacks('a', 0)).toBe(false);
  });
});
