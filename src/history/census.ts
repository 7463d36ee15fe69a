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

/** What a run made; in an engine only where nodes were containers. */
export interface Created extends Partial<InEngine> {
  processes: number;
  proxies: number;
  folders: number;
}
