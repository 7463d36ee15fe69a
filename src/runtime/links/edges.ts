/**
 * What a runtime does where links begin and end, if those lie in networks that the runner does not reach: it brings
 * the Toxiproxy servers, opens doors, takes greetings, filters packets.
 */
import type { Address } from '../address.js';
import type { ToxiproxyChoice } from './proxies/toxiproxy-choice.js';

export interface Edges {
  /** Starts the Toxiproxy servers for the links in there. `seed` is of the embedded ones' randomness. */
  toxiproxies(seed: number, choice: ToxiproxyChoice): Promise<BroughtToxiproxies>;
  /**
   * A loopback address behind which the one lies that the link's source dials; undefined where that can be dialled
   * from here. Rejects with the dial's own error, such as ECONNREFUSED.
   */
  door(link: string, signal: AbortSignal): Promise<Door | undefined>;
  /**
   * For the links whose place says `greetable`, so that they can be witnessed whatever listens behind them, and whether
   * anything does: has the end of the link expect `token` (digits, small letters, dashes), until the greeting is
   * closed. `onArrival` is called when it has come.
   */
  greeting(link: string, token: string, onArrival: () => void, signal: AbortSignal): Promise<LinkGreeting>;
  /**
   * Sends datagrams over a link until one has arrived or the signal is aborted, which rejects. Undefined where the
   * link carries connections only.
   */
  knock(link: string, token: string, signal: AbortSignal): Promise<void> | undefined;
  /**
   * By node, what filters the packets that come in to it, once `toxiproxies` has been called; undefined where every
   * link is a proxy's.
   */
  filters(): ReadonlyMap<string, PacketFilter> | undefined;
}

export interface BroughtToxiproxies {
  /** `embedded`, or the name of an image. */
  server: string;
  /** Their URLs, by the names that `LinkPlace.server` has. */
  urls: ReadonlyMap<string, string>;
  /** Why packets do not go straight from node to node, where that would be more like production. */
  lack: string | undefined;
}

export interface Door {
  address: Address;
  close(): void;
}

export interface LinkGreeting {
  /**
   * Sends it as the link's source would, and resolves when it is answered. Rejects with the dial's own error, such
   * as ECONNREFUSED, or when the connection is closed without an answer.
   */
  send(signal: AbortSignal): Promise<void>;
  close(): void;
}

/** What decides which packets come in to a node: iptables in its network namespace. */
export interface PacketFilter {
  /** By what packets from this node are known to the others. */
  address: string;
  mac: string;
  /** Takes rules in the form of `iptables-restore --noflush`: all of them at once, or none. */
  load(rules: string): Promise<void>;
  /** The rules of every table with their packet counts, in the form of `iptables-save -c`; those who ask at once share an answer. */
  dump(): Promise<string>;
}
