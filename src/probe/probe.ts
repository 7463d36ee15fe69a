/** The interface of a probe: looks at one thing of one node, beside the links, and says what it saw. */
export interface Probe<Seen> {
  readonly name: string;
  /** Rejects where nothing could be seen; must give up when the signal is aborted. */
  look(signal: AbortSignal): Promise<Seen>;
}
