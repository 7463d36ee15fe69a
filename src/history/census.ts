/** What a run finds when it counts what there is. */

/** Things in a container engine. */
export interface InEngine {
  containers: number;
  networks: number;
  volumes: number;
}

/** What there was at one moment, looked up then. */
export interface Census {
  /** What carries this run's label. */
  run: { processes: number; folders: number } & Partial<InEngine>;
  /** In the container engine: what carries the label of any run, this one included. */
  drills?: InEngine;
  /** In the container engine: everything, whosever it is. */
  engine?: InEngine;
}

/** What a run created, and what there was before it and after it was taken down. */
export interface Inventory {
  /** Before anything was created; missing where nobody could look. */
  before?: Census;
  created: Created;
  /** After everything was taken down; missing where nobody could look. */
  after?: Census;
  /** What is still there, one text each; empty when all is gone. */
  leaked: string[];
  /** What could not be looked at, one text each with the reason. */
  unseen?: string[];
  /** The label of a run that was left as it was, because that was asked for. */
  kept?: string;
}

/** What a run made; in an engine only where nodes were containers. */
export interface Created extends Partial<InEngine> {
  processes: number;
  proxies: number;
  folders: number;
}
