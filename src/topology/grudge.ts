/** Which links are cut, as data: a pure function of the topology and of a partition's shape. */

export type Stream = 'upstream' | 'downstream';

/** One link, by name, with the streams that a partition takes from it. */
export interface Cut {
  link: string;
  streams: Stream[];
}
