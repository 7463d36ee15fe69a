/**
 * The ground that a drill stands on: the runner itself, and what its world stands on. Where it gives way, the drill ends,
 * and what clients saw since says nothing about the system under test.
 */
import type { Clock } from '../clock.js';
import type { WorldGround } from '../runtime/runtime.js';
import type { Recorder } from './recorder.js';
import { type Stall, type StallWatch, watchStalls } from './stalls.js';

export interface GroundSetting {
  clock: Clock;
  recorder: Recorder;
  /** Told, once, of what is gone, and since which instant of the clock it may have been. */
  onLost(error: Error, since: number): void;
}

export class Ground {
  /** What the world stands on, once it is there. */
  world: WorldGround | undefined;
  isLost = false;
  readonly #setting: GroundSetting;
  readonly #stalls: StallWatch;

  /** Stalls of the runner are on record from here on. */
  constructor(setting: GroundSetting) {
    this.#setting = setting;
    this.#stalls = watchStalls(setting.clock, (stall) => this.record(stall));
  }

  /** How late the runner was altogether until now, ms. */
  late(): number {
    return this.#stalls.late();
  }

  /** Something is gone, or the clients are behind. */
  lose(error: Error, since: number): void {
    if (this.isLost) return;
    this.isLost = true;
    this.#setting.onLost(error, since);
  }

  /** Puts a stall on record: the runner's, or one of a part of the world's. */
  record({ at, took }: Stall, node?: string): void {
    const { recorder } = this.#setting;
    const body = { type: 'stall' as const, at: recorder.scale(at), took: Math.round(took * 1e6) };
    recorder.record(node === undefined ? body : { ...body, node });
  }

  /** Resolves once everything is known to have been there at this call, or to be lost. */
  async confirm(): Promise<void> {
    await this.world?.confirm();
  }

  stop(): void {
    this.world?.stop();
    this.#stalls.stop();
  }
}
