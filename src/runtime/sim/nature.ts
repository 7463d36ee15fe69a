/** What a simulated world is like beyond what drills say of it: the search draws it, all others have a calm one. */

export interface Nature {
  /** Whether the logs of its nodes are written to files in the end. */
  keepsLogs: boolean;
}

export const CALM: Nature = { keepsLogs: true };
