/**
 * Cuts as rules of iptables in the receiver's network namespace, and read back from there.
 *
 *     INPUT -> DRILL -> DRILL-<n>   one chain for each sender, who is told by hardware address or by address
 *
 * Packets are stopped where they come in: at the sender's side its own system would tell it of every one.
 * Refusals come before drops, and the refusals of others pass, so that what is refused is so whatever else holds.
 */
import type { PacketCut, Share } from './packet-cuts.js';

const CHAIN = 'DRILL';

/** Whose packets go through which chain. */
export interface Sender {
  chain: string;
  address: string;
  mac: string;
}

export function chainOf(number: number): string {
  return `${CHAIN}-${number}`;
}

/** What makes the chains, and leads into each what comes from its sender. */
export function baseRules(senders: readonly Sender[]): string {
  return restored([
    `:${CHAIN} - [0:0]`,
    ...senders.map(({ chain }) => `:${chain} - [0:0]`),
    `-I INPUT -j ${CHAIN}`,
    // It does nothing, but makes the kernel follow connections from their beginning: so it is known who began them.
    `-A ${CHAIN} -m conntrack --ctstate UNTRACKED`,
    ...senders.flatMap(({ chain, address, mac }) => [
      // Packets may carry an address that their sender took over, or a hardware address that it made up.
      `-A ${CHAIN} -m mac --mac-source ${mac} -j ${chain}`,
      `-A ${CHAIN} -s ${address} -m mac ! --mac-source ${mac} -j ${chain}`,
    ]),
  ]);
}

const TCP = '-p tcp';
const REST = '! -p tcp';
const MATCHES: Readonly<Record<Share, readonly string[]>> = {
  all: [TCP, REST],
  begun: [`${TCP} -m conntrack --ctdir ORIGINAL`, `${TCP} -m conntrack --ctstate INVALID,UNTRACKED`, REST],
  answers: [`${TCP} -m conntrack --ctdir REPLY`],
};
/** How one refuses shows in these: they pass wherever anything is refused. */
const REFUSALS = ['-p tcp --tcp-flags RST RST', '-p icmp --icmp-type destination-unreachable'];

/** What a chain holds for these cuts, one rule to a line. */
export function rulesOf(chain: string, cuts: readonly PacketCut[]): string[] {
  const refusals = cuts.filter(({ mode }) => mode === 'refuse');
  const drops = cuts.filter(({ mode }) => mode !== 'refuse');
  const passing = refusals.length > 0 ? REFUSALS : [];
  return [
    ...passing.map((match) => `-A ${chain} ${match} -j ACCEPT`),
    ...[...refusals, ...drops].flatMap((cut) =>
      MATCHES[cut.share].map(
        (match) =>
          `-A ${chain} ${match} -m comment --comment "${cut.fault} ${cut.share}" -j ${target(cut, match)}`,
      ),
    ),
  ];
}

function target({ mode }: PacketCut, match: string): string {
  if (mode !== 'refuse') return 'DROP';
  return `REJECT --reject-with ${match === REST ? 'icmp-port-unreachable' : 'tcp-reset'}`;
}

/** The text that gives each of these chains its rules and no others. A chain that is not there is an error. */
export function chainRules(chains: ReadonlyMap<string, readonly string[]>): string {
  return restored([...chains].flatMap(([chain, rules]) => [`-F ${chain}`, ...rules]));
}

function restored(lines: readonly string[]): string {
  return ['*filter', ...lines, 'COMMIT', ''].join('\n');
}

/** The lines of one table in what `iptables-save` gives of all of them. */
export function tableOf(dump: string, table: 'filter' | 'nat'): string[] {
  const lines = dump.split('\n');
  const begin = lines.indexOf(`*${table}`);
  return begin === -1 ? [] : lines.slice(begin + 1, lines.indexOf('COMMIT', begin));
}

/** A cut that was read back. */
export interface HeldCut {
  chain: string;
  fault: string;
  share: Share;
  target: 'DROP' | 'REJECT';
  /** How many packets it has stopped. */
  packets: number;
}

const RULE =
  /^\[(?<packets>\d+):\d+\] -A (?<chain>\S+) .*--comment "(?<fault>\S+) (?<share>all|begun|answers)" -j (?<target>DROP|REJECT)\b/;

/** What a rule may do to packets that is no way past the rules after it. */
const KEEPS_OUT: readonly (string | undefined)[] = [undefined, 'DROP', 'REJECT', 'LOG', 'NFLOG'];

/** Whether every packet of the others comes to our rules, before any of the node's own could let it in. */
function comesFirst(lines: readonly string[]): boolean {
  const input = lines.filter((line) => line.includes('] -A INPUT '));
  const way = input.findIndex((line) => line.endsWith(`] -A INPUT -j ${CHAIN}`));
  const letsIn = (line: string) =>
    !/(?<!!) -i lo /.test(line) && !KEEPS_OUT.includes(/ -[jg] (\S+)/.exec(line)?.[1]);
  return way !== -1 && !input.slice(0, way).some(letsIn);
}

/** The cuts that a dump shows in force. No packet meets a chain that nothing leads to, or that comes too late. */
export function heldCuts(dump: string): HeldCut[] {
  const lines = tableOf(dump, 'filter');
  const leads = (from: string, to: string) =>
    lines.some((line) => line.includes(`] -A ${from} `) && line.endsWith(` -j ${to}`));
  if (!comesFirst(lines)) return [];
  const held = new Map<string, HeldCut>();
  for (const line of lines) {
    const found = RULE.exec(line)?.groups as Record<keyof HeldCut, string> | undefined;
    if (!found || !leads(CHAIN, found.chain)) continue;
    const { chain, fault } = found;
    const [share, target] = [found.share as Share, found.target as HeldCut['target']];
    const key = [chain, fault, share, target].join(' ');
    const packets = Number(found.packets) + (held.get(key)?.packets ?? 0);
    held.set(key, { chain, fault, share, target, packets });
  }
  return [...held.values()];
}
