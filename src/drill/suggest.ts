/** "did you mean ...?": the nearest of the names that would have been right. */
import { distance } from 'fastest-levenshtein';

const SHORTEST = 2;
const LONGEST = 60;
/** More slips than this make another word. */
const MOST_SLIPS = 2;

/** The candidate that `word` is most likely a misspelling of, or undefined where none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length < SHORTEST || word.length > LONGEST) return undefined;
  const plain = normal(word);
  const most = Math.max(1, Math.min(MOST_SLIPS, Math.floor(plain.length / 3)));
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    if (candidate === word) continue;
    const far = distance(plain, normal(candidate));
    if (far <= most && (!best || far < best.distance)) best = { candidate, distance: far };
  }
  return best?.candidate;
}

/** Words of the trade and of other tools, and their names here: the first that could stand in the place is meant. */
const TRADE = new Set(
  Object.entries({
    primary: 'master leader main active',
    standby: 'slave replica secondary follower passive backup hot_standby',
    supervisor: 'arbiter witness sentinel monitor operator',
    dependency: 'external',
    nodes: 'servers services hosts instances members',
    recover: 'rto mttr recovery_time',
    lost_writes: 'rpo data_loss',
    detect: 'mttd detection',
    outage: 'downtime unavailability',
    availability: 'uptime sla slo success_rate',
    double_primaries: 'split_brain two_primaries dual_primary',
    expect: 'expectations assert assertions checks thresholds slos',
    steps: 'actions scenario script stages chaos faults',
    about: 'description summary comment',
    wait: 'sleep delay pause_for',
    for: 'duration last lasting during',
    within: 'timeout deadline max patience',
    for_each: 'loop foreach each rolling repeat',
    matrix: 'vary variants parameters strategy params',
    errors: 'error_rate failures error',
    promotions: 'elections changes',
    together: 'parallel concurrently concurrent simultaneously at_once',
    restart: 'start boot reboot rejoin',
    resume: 'unpause continue cont thaw',
    pause: 'freeze suspend stall hang',
    kill: 'crash terminate sigkill die',
    stop: 'shutdown halt',
    power_loss: 'power_off poweroff power_cut blackout',
    partition: 'isolate network_partition split cut disconnect netsplit',
    heal: 'fix repair undo recover_all',
    switchover: 'failover promote handover demote',
    slow: 'latency netem degrade',
    latency: 'delay lag',
    cpu: 'stress starve throttle',
    rate: 'throughput rps qps ops',
    target: 'node nodes who host',
    timeout: 'deadline',
    mode: 'how kind',
  }).flatMap(([name, words]) => words.split(' ').map((word) => `${word} ${name}`)),
);

function meant(word: string, candidates: readonly string[]): string | undefined {
  return candidates.find((candidate) => TRADE.has(`${normal(word)} ${candidate}`));
}

/** The question, or undefined where no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates];
  const candidate = nearest(word, all) ?? meant(word, all);
  return candidate === undefined ? undefined : suggestion(candidate);
}

/** As many of the names as a person reads, those first that are most like the word. */
export function mostLike(word: string, names: readonly string[], most = 3): string[] {
  const plain = normal(word);
  const far = (name: string) => distance(plain, normal(name)) / Math.max(plain.length, name.length);
  return [...names].sort((one, other) => far(one) - far(other)).slice(0, most);
}

export function suggestion(candidate: string): string {
  return `did you mean \`${candidate}\`?`;
}

/** The question as a part of an error text, which may be without one. */
export function advice(word: string, candidates: Iterable<string>): { todo?: string } {
  const todo = didYouMean(word, candidates);
  return todo === undefined ? {} : { todo };
}

/** `` `a`, `b` or `c` ``. */
export function listed(names: readonly string[], last = 'or'): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} ${last} ${quoted.at(-1)}`;
}

function normal(word: string): string {
  return word.toLowerCase().replaceAll('-', '_');
}
