import { beforeEach, describe, expect, it } from 'vitest';
import { seeded } from '../../src/random.js';
import type { Configuration } from '../../src/reference/configuration.js';
import { type DiskRecord, type Effect, Outbox } from '../../src/reference/effect.js';
import type { RegisterMessage } from '../../src/reference/message.js';
import { Acceptor, type Chosen, Proposer } from '../../src/reference/register.js';
import type { Settings } from '../../src/reference/settings.js';
import { SupervisorMachine } from '../../src/reference/supervisor.js';

const NAMES = ['s1', 's2', 's3'];
const INITIAL: Configuration = {
  version: 1,
  term: 1,
  primary: 'a',
  incarnation: null,
  inSync: ['a', 'b'],
  disks: {},
  active: true,
  former: null,
};
const next = (current: Configuration) => ({ ...current, version: current.version + 1 });

/** Three members whose messages go where `reaches` lets them, each write synced at once. */
class Group {
  readonly acceptors = new Map<string, { acceptor: Acceptor; out: Outbox }>();
  readonly proposers = new Map<string, Proposer>();
  readonly chosen: Chosen[] = [];
  reaches = (_from: string, _to: string) => true;
  copies = 1;
  readonly #queue: { from: string; to: string; message: RegisterMessage }[] = [];

  constructor() {
    for (const name of NAMES) {
      const out = new Outbox();
      this.acceptors.set(name, { acceptor: new Acceptor(name, out, INITIAL, []), out });
      const send = (to: string, message: RegisterMessage) => this.#queue.push({ from: name, to, message });
      this.proposers.set(name, new Proposer(name, NAMES, 1, NAMES, 2, send));
    }
  }

  run(): void {
    for (let item = this.#queue.shift(); item; item = this.#queue.shift())
      if (this.reaches(item.from, item.to))
        for (let copy = 0; copy < this.copies; copy++) this.#deliver(item.to, item.message);
  }

  #deliver(to: string, message: RegisterMessage): void {
    const { acceptor, out } = this.acceptors.get(to)!;
    const proposer = this.proposers.get(to)!;
    if (message.type === 'prepare') acceptor.prepare(message);
    else if (message.type === 'accept') acceptor.accept(message, to === 's2' ? 30 : 10);
    else if (message.type === 'promise') proposer.promised(message);
    else if (message.type === 'refuse') proposer.refused(message);
    else {
      const chosen = proposer.accepted(message);
      if (chosen) this.chosen.push(chosen);
    }
    for (const effect of out.drain()) if (effect.type === 'write') out.synced(effect.sequence);
    acceptor.release((back, reply) => this.#queue.push({ from: to, to: back, message: reply }));
  }
}

describe('the register', () => {
  let group: Group;
  beforeEach(() => {
    group = new Group();
  });

  it('decides a change, and knows how long the leases of a quorum may run', () => {
    group.proposers.get('s1')!.propose(next, 0, 0);
    group.run();
    expect(group.chosen).toEqual([
      { configuration: { ...INITIAL, version: 2 }, changed: true, outstanding: 30 },
    ]);
  });

  it('decides nothing without a majority', () => {
    group.reaches = (from, to) => from === to;
    group.proposers.get('s1')!.propose(next, 0, 0);
    group.run();
    expect(group.chosen).toEqual([]);
  });

  it('builds on what another one has decided, even where that one could not tell', () => {
    group.reaches = (from, to) => from !== 's3' && to !== 's3';
    group.proposers.get('s1')!.propose(next, 0, 0);
    group.run();
    group.reaches = (from, to) => from !== 's1' && to !== 's1';
    group.proposers.get('s3')!.propose(next, 0, 0);
    group.run();
    expect(group.chosen.at(-1)?.configuration.version).toBe(3);
  });

  it('decides though every message comes twice', () => {
    group.copies = 2;
    group.proposers.get('s1')!.propose(next, 0, 0);
    group.run();
    expect(group.chosen).toMatchObject([{ configuration: { version: 2 } }]);
  });

  it('writes back what it finds where the change does not fit', () => {
    group.proposers.get('s2')!.propose(() => undefined, 0, 0);
    group.run();
    expect(group.chosen).toMatchObject([{ configuration: INITIAL, changed: false }]);
  });

  it('tells nothing that is not on disk', () => {
    const out = new Outbox();
    const acceptor = new Acceptor('s1', out, INITIAL, []);
    acceptor.prepare({ type: 'prepare', from: 's2', ballot: 7 });
    const sent: RegisterMessage[] = [];
    acceptor.release((_to, message) => sent.push(message));
    expect(sent).toEqual([]);
    out.synced(1);
    acceptor.release((_to, message) => sent.push(message));
    expect(sent).toMatchObject([{ type: 'promise', ballot: 7 }]);
  });

  it('keeps its promise over a restart', () => {
    const out = new Outbox();
    new Acceptor('s1', out, INITIAL, []).prepare({ type: 'prepare', from: 's2', ballot: 7 });
    const records = out.drain().flatMap((effect) => (effect.type === 'write' ? effect.records : []));
    const again = new Acceptor('s1', out, INITIAL, records);
    again.prepare({ type: 'prepare', from: 's3', ballot: 6 });
    const sent: RegisterMessage[] = [];
    again.release((_to, message) => sent.push(message));
    expect(sent).toMatchObject([{ type: 'refuse', promised: 7 }]);
  });
});

const SETTINGS: Settings = {
  name: 's1',
  nodes: ['a', 'b'],
  supervisors: NAMES,
  primary: 'a',
  automaticFailback: false,
  replication: 'sync',
  trigger: 'supervisor',
  detect: { kind: 'heartbeat', interval: 100, timeout: 400, every: 100 },
  quorum: true,
  fencing: false,
  lease: 600,
  grace: 3000,
};

describe('a supervisor that crashed', () => {
  const wish = { type: 'members', from: 'a', term: 1, version: 1, inSync: ['a'], disks: {} } as const;

  /** Starts it, has it propose once, and gives the ballot; its own promise never reaches the disk. */
  function proposeOnce(disk: DiskRecord[]): number {
    const machine = new SupervisorMachine(SETTINGS, disk, seeded(1), 0);
    const written = machine.handle({ type: 'wake' }, 0).flatMap((effect) => writesOf(effect));
    for (const { records } of written) disk.push(...records);
    machine.handle({ type: 'synced', sequence: Math.max(0, ...written.map(({ sequence }) => sequence)) }, 1);
    const effects = machine.handle({ type: 'message', message: wish }, 100);
    const ballots = effects.flatMap((effect) =>
      effect.type === 'send' && effect.message.type === 'prepare' ? [effect.message.ballot] : [],
    );
    return ballots[0] ?? expect.fail('expected it to propose');
  }

  const writesOf = (effect: Effect) => (effect.type === 'write' ? [effect] : []);

  it('before its own promise was on disk does not use its ballot again', () => {
    const disk: DiskRecord[] = [];
    const ballots = [1, 2, 3].map(() => proposeOnce(disk));
    expect(new Set(ballots).size).toBe(3);
    expect(ballots.every(Number.isSafeInteger)).toBe(true);
  });

  it('proposes nothing before it is on disk that it has started', () => {
    const machine = new SupervisorMachine(SETTINGS, [], seeded(1), 0);
    machine.handle({ type: 'wake' }, 0);
    const effects = machine.handle({ type: 'message', message: wish }, 100);
    expect(effects.filter((effect) => effect.type === 'send' && effect.message.type === 'prepare')).toEqual(
      [],
    );
  });
});

describe('a supervisor', () => {
  it('grants the lease of a term to no other life of its primary', () => {
    const configuration = { ...INITIAL, version: 2, incarnation: 0.1 };
    const machine = new SupervisorMachine(SETTINGS, [{ kind: 'known', configuration }], seeded(1), 0);
    const granted = (incarnation: number) => {
      const position = { term: 1, index: 1 };
      const said = { incarnation, sentAt: 1, disk: 1, term: 1, position, yieldedTo: null };
      const message = {
        type: 'heartbeat',
        from: 'a',
        leading: true,
        serving: true,
        deaf: false,
        ...said,
      } as const;
      const effects = machine.handle({ type: 'message', message }, 10);
      const renewals = effects.flatMap((effect) =>
        effect.type === 'send' && effect.message.type === 'renewal' ? [effect.message] : [],
      );
      return renewals.map((renewal) => renewal.granted);
    };
    expect(granted(0.1)).toEqual([true]);
    expect(granted(0.2)).toEqual([false]);
  });
});
