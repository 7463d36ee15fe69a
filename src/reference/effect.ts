/**
 * The face between a machine and its shell. A machine is told what happened and when, and returns what is to
 * be done; it reads no clock, no file and no socket (sans-IO).
 *
 *     shell (http, timers, files)  or  simulation (virtual ones)
 *          | Happening, now                ^ Effect[]
 *          v                               |
 *     NodeMachine / SupervisorMachine -----+
 */
import type { Change } from './change.js';
import type { Configuration } from './configuration.js';
import type { Entry } from './entry.js';
import type { Message } from './message.js';
import type { Value } from './settings.js';

/** A line of a machine's file. The file is replayed at the next start. */
export type DiskRecord =
  /** The first line: whose disk it is, and a number that was drawn for it. */
  | { kind: 'disk'; owner: string; disk: number }
  | { kind: 'term'; term: number }
  | { kind: 'entry'; entry: Entry }
  | { kind: 'truncate'; index: number }
  | { kind: 'acceptor'; promised: number; ballot: number; value: Configuration }
  | { kind: 'known'; configuration: Configuration }
  /** A supervisor has started for the so many-eth time. */
  | { kind: 'life'; life: number };

/** What a client is answered: an HTTP status and a JSON body. */
export interface Answer {
  status: number;
  body: object;
}

/** A line on standard output. */
export interface LogLine {
  at: number;
  event: string;
  target?: string;
  role?: 'primary' | 'standby';
  term?: number;
  until?: number;
  detail?: string;
}

export type Effect =
  | { type: 'send'; to: string; message: Message }
  /** Append to the file; `synced` with this sequence is told once it is on disk. */
  | { type: 'write'; sequence: number; records: readonly DiskRecord[] }
  | { type: 'answer'; request: number; answer: Answer }
  | { type: 'log'; line: LogLine }
  /** Ask the power device to switch `target` off; `fenced` tells how it went. */
  | { type: 'fence'; id: number; target: string }
  /** Ask the power device which processes run; `listed` tells. */
  | { type: 'list'; id: number };

export type Happening =
  | { type: 'message'; message: Message }
  | { type: 'read'; request: number; key: string }
  | { type: 'write'; request: number; key: string; value: Value }
  | { type: 'change'; request: number; key: string; change: Change }
  | { type: 'switchover'; request: number; to: string }
  /** Everything up to this write is on disk. */
  | { type: 'synced'; sequence: number }
  | { type: 'fenced'; id: number; ok: boolean }
  | { type: 'listed'; id: number; running: readonly string[] | undefined }
  /** `wakeAt` has come. */
  | { type: 'wake' }
  /** What gathered since the last one is to go out in one batch; given soon after `dirty` is seen. */
  | { type: 'flush' };

export interface Machine {
  handle(happening: Happening, now: number): Effect[];
  wakeAt(): number | undefined;
}

/** Where the parts of one machine put their effects. */
export class Outbox {
  #effects: Effect[] = [];
  #sequence = 0;
  #synced = 0;

  send(to: string, message: Message): void {
    this.#effects.push({ type: 'send', to, message });
  }

  /** Returns the sequence with which the write will be confirmed. */
  write(records: readonly DiskRecord[]): number {
    this.#sequence++;
    this.#effects.push({ type: 'write', sequence: this.#sequence, records });
    return this.#sequence;
  }

  answer(request: number, status: number, body: object): void {
    this.#effects.push({ type: 'answer', request, answer: { status, body } });
  }

  log(line: LogLine): void {
    this.#effects.push({ type: 'log', line });
  }

  put(effect: Effect): void {
    this.#effects.push(effect);
  }

  synced(sequence: number): void {
    if (sequence > this.#synced) this.#synced = sequence;
  }

  isSynced(sequence: number): boolean {
    return this.#synced >= sequence;
  }

  drain(): Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
