/** What the parts of one node share. */
import type { Random } from '../random.js';
import { type Configuration, initialConfiguration } from './configuration.js';
import type { Outbox } from './effect.js';
import type { ReplicatedLog } from './log.js';
import { quorumSize, type Settings } from './settings.js';

export class Core {
  readonly settings: Settings;
  readonly out: Outbox;
  readonly log: ReplicatedLog;
  readonly random: Random;
  readonly others: readonly string[];
  /** The latest configuration that this node has heard of. */
  configuration: Configuration;
  /** When each supervisor was last heard. */
  readonly heard = new Map<string, number>();
  /** Since when this node has been awake without a gap: what came before proves nobody's silence. */
  awakeSince: number;
  readonly startedAt: number;
  /** Drawn at each start. */
  readonly incarnation: number;
  /** Which disk it has. */
  readonly disk: number;

  constructor(
    settings: Settings,
    out: Outbox,
    log: ReplicatedLog,
    random: Random,
    disk: number,
    now: number,
  ) {
    this.settings = settings;
    this.out = out;
    this.log = log;
    this.random = random;
    this.incarnation = random.next();
    this.disk = disk;
    this.others = settings.nodes.filter((node) => node !== settings.name);
    this.configuration = { ...initialConfiguration(settings), version: 0 };
    this.awakeSince = now;
    this.startedAt = now;
  }

  get name(): string {
    return this.settings.name;
  }

  /** Whether a configuration makes this node primary, in this life of its. */
  isChosen({ primary, incarnation }: Configuration): boolean {
    return primary === this.name && (incarnation === null || incarnation === this.incarnation);
  }

  /** The latest instant by which this node had heard as many supervisors as a decision needs. */
  heardQuorumAt(): number {
    const times = [...this.heard.values()].sort((one, other) => other - one);
    return times[quorumSize(this.settings) - 1] ?? this.startedAt;
  }
}
