/**
 * What a simulated world is like beyond what a drill says of it: its clocks, links, messages and disks. That of a drill is
 * calm; the search draws others, in which what src/reference/README.md assumes still holds.
 */

export interface Nature {
  /** Whether the logs of its nodes are written to files in the end. */
  keepsLogs: boolean;
  clocks: {
    /** How far those of nodes are ahead at most, ms; another one in each life. */
    apart: number;
    /** How far their rates are from true time at most, of 1. */
    drift: number;
  };
  /** How long what is sent is on its way where nothing holds the link, ms. */
  links: { fastest: number; slowest: number };
  /** Of what nodes and supervisors tell each other, shares of 1. */
  messages: {
    /** These come once more, and these come only then: up to `latest` ms later, whatever has become of their sender. */
    repeated: number;
    late: number;
    latest: number;
    lost: number;
  };
  /** How long a sync takes, ms. */
  disks: {
    fastest: number;
    slowest: number;
    /** Whether each disk has a pace of its own, between these. */
    uneven: boolean;
    /** The share of syncs that take up to `stall` ms. */
    stalls: number;
    stall: number;
    /** Whether some of what was not synced may be there after the power was lost. */
    keepSome: boolean;
  };
}

export const CALM: Nature = {
  keepsLogs: true,
  clocks: { apart: 0, drift: 0 },
  // About as long as through a proxy on loopback.
  links: { fastest: 0.1, slowest: 0.5 },
  messages: { repeated: 0, late: 0, latest: 0, lost: 0 },
  disks: { fastest: 0.2, slowest: 1, uneven: false, stalls: 0, stall: 0, keepSome: false },
};
