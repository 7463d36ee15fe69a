/** What begins with one write, or with nothing, and what reads saw appended after it. */
export interface Epoch {
  /** The rows in it, with their places in its order: 2k for a read of k elements, 2k - 1 for the k-th element. */
  rows: number[];
  order: number[];
  /** Its longest read; -1 where there is none that returned something. */
  longest: number;
}
