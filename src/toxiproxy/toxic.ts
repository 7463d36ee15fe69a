/**
 * What a toxic is: a step in one direction of one connection that chunks of bytes pass through. Each connection
 * gets a toxic object of its own; the attributes belong to the proxy and may change between two calls.
 *
 *     source socket > [latency] > [bandwidth] > destination socket
 *
 * Read `toxics/noop.ts` first: it does nothing else than pass bytes on.
 */
import type { Random } from '../random.js';

/** Bytes under way, and the moment (milliseconds of the clock) at which they entered what they now wait for. */
export interface Chunk {
  readonly data: Buffer;
  readonly timestamp: number;
}

/** A toxic's view of its place in the pipeline. */
export interface Stage {
  readonly random: Random;
  /** The clock's milliseconds. */
  now(): number;
  /** The chunk that has waited longest, left where it is. */
  peek(): Chunk | undefined;
  /** The chunk that has waited longest, taken out. */
  take(): Chunk | undefined;
  /** No chunk waits and none will come. */
  readonly ended: boolean;
  /** What comes after can take a chunk; sending without room is possible, and only sound for a last chunk. */
  readonly room: boolean;
  send(chunk: Chunk): void;
  /** Ends the output. When it has reached the end of the pipeline, the connection is closed. */
  close(): void;
  /** Whether it is that time (milliseconds of the clock); if not yet, the toxic's `pump` is called then. */
  reached(time: number): boolean;
}

export interface Toxic<A = Attributes> {
  /**
   * Moves what may move now from the stage's input to its output. Called whenever there may be something to
   * do: bytes came, room came, the input ended, a time was reached, the toxic was started or changed.
   */
  pump(stage: Stage, attributes: Readonly<A>): void;
  /**
   * Sends on what is in hand at once and forgets the times that it was waiting for, before the toxic is changed, removed,
   * or moved from the end.
   */
  interrupt?(stage: Stage): void;
  /** What the removal does to the connection. */
  removed?(stage: Stage): void;
}

/** Every attribute of every toxic is a whole number; the type is the one that Toxiproxy's errors name. */
export type Attributes = Record<string, number>;
type AttributeType = 'int' | 'int64';

/** One entry of the map of toxics. */
export interface ToxicType<A = Attributes> {
  /** Its Go name, for error texts. */
  readonly struct: string;
  /** The attributes in the order of the API's answers; each is 0 where it is not given. */
  readonly attributes: Readonly<Record<keyof A & string, AttributeType>>;
  /** A toxic for one direction of one connection. */
  create(): Toxic<A>;
  /** How many chunks may wait beyond the one in hand, before the source is no longer read. 0 when left out. */
  readonly bufferSize?: number;
  /** Connections made while the proxy has such a toxic are always closed by a reset (TCP RST). */
  readonly abortive?: boolean;
}

/** Passes on what has come, as far as there is room. */
export function passOn(stage: Stage): void {
  for (let chunk = stage.room && stage.take(); chunk; chunk = stage.room && stage.take()) stage.send(chunk);
}
