/**
 * What a supervisor orders a Redis node to be, and what it tells the supervisor's machine of that node. Redis knows no
 * terms: a node keeps the one that it was last ordered in as its `replica-priority`, which nothing else here uses, and
 * a supervisor that comes with an earlier one orders nothing. The orders are Sentinel's (MULTI, REPLICAOF, CLIENT KILL,
 * EXEC), so that a client's session never outlives the office of its node.
 *
 *     starts                             a standby of nowhere, of term 0
 *     a term is sealed                   REPLICAOF nowhere: takes nothing from the former primary, and serves nobody
 *     its term begins                    REPLICAOF NO ONE, once in a term
 *     another one's does                 REPLICAOF that one
 *     is to hand over                    CLIENT PAUSE WRITE, and once the heir has everything REPLICAOF nowhere
 */
import { EnvironmentError } from '../../errors.js';
import type { Configuration } from '../../reference/configuration.js';
import type { Heartbeat } from '../../reference/message.js';
import { type Command, Refusal, type Reply } from './resp.js';

/** Carried out together, and nothing of anybody else's in between. */
function inOne(commands: readonly Command[]): Command[] {
  return [['MULTI'], ...commands, ['EXEC']];
}

/** The questions whose answers `seenIn` reads, as of one moment: another supervisor's orders come before or after. */
export const QUESTIONS: readonly Command[] = inOne([
  ['INFO', 'server'],
  ['INFO', 'replication'],
  ['CONFIG', 'GET', 'replica-priority'],
]);

/** What a node said of itself. */
export interface Seen {
  /** Drawn by each process anew. */
  incarnation: number;
  isMaster: boolean;
  /** `host:port` of its master, where it is a replica. */
  master: string | undefined;
  /** Whether it has everything from its master but for what is on its way. */
  isLinked: boolean;
  /** How far its data reaches, in bytes of the replication stream. */
  offset: number;
  term: number;
}

/** Throws where the replies are not those of a Redis that may be asked. */
export function seenIn(replies: readonly Reply[]): Seen {
  const answers = replies.at(-1);
  const all = Array.isArray(answers) ? answers : replies;
  const refused = all.find((reply) => reply instanceof Refusal);
  if (refused) throw new EnvironmentError(refused.message);
  const [server, replication, priority] = all;
  const value = fields(`${server}\r\n${replication}`);
  const isMaster = value['role'] === 'master';
  return {
    incarnation: Number.parseInt(value['run_id']?.slice(0, 12) ?? '0', 16),
    isMaster,
    master: isMaster ? undefined : `${value['master_host']}:${value['master_port']}`,
    isLinked: value['master_link_status'] === 'up' && value['master_sync_in_progress'] === '0',
    offset: Number(value[isMaster ? 'master_repl_offset' : 'slave_repl_offset'] ?? 0),
    term: Array.isArray(priority) ? Number(priority[1] ?? 0) : 0,
  };
}

function fields(info: string): Record<string, string | undefined> {
  return Object.fromEntries(info.split('\r\n').map((line) => line.split(/:(.*)/s, 2) as [string, string]));
}

/** Where nobody listens; the port tells who waits there: a standby, who is to lead a sealed term, who stepped down for whom. */
export const NOWHERE = address(1);
export const CHOSEN = address(2);
const FIRST_HEIR_PORT = 3;

/** What is acknowledged stays with its node: Redis tells no disk from another. */
export const DISK = 1;

function address(port: number): string {
  return `127.0.0.1:${port}`;
}

/** Who is to take over, at which port of nowhere. */
function heirAddress(nodes: readonly string[], heir: string): string {
  return address(FIRST_HEIR_PORT + nodes.indexOf(heir));
}

export interface Situation {
  name: string;
  nodes: readonly string[];
  seen: Seen;
  configuration: Configuration;
  /** The node that everything was handed over to: clients wait, and it has all that there is. */
  heir: string | undefined;
  /** Where this node dials another one, `host:port`. */
  dial(node: string): string;
}

export function ordersFor({ name, nodes, seen, configuration, heir, dial }: Situation): Command[] {
  const { term, primary, active } = configuration;
  const isOwn = primary === name;
  if (seen.term > term || (isOwn && !isItsLife(configuration, seen))) return [];
  if (!active) return seen.term < term ? replicaOf(isOwn ? CHOSEN : NOWHERE, term, seen) : [];
  if (isOwn) {
    if (heir !== undefined && seen.isMaster) return replicaOf(heirAddress(nodes, heir), term, seen);
    const isToBegin = seen.term < term || seen.master === CHOSEN;
    return isToBegin ? inOne([termIs(term), ['REPLICAOF', 'NO', 'ONE'], UNPAUSE]) : [];
  }
  const to = dial(primary);
  if (seen.master === to) return seen.term < term ? [termIs(term)] : [];
  return replicaOf(to, term, seen);
}

/** A process that came in the place of the one that the term belongs to may have less. */
function isItsLife({ incarnation }: Configuration, seen: Seen): boolean {
  return incarnation === null || incarnation === seen.incarnation;
}

const UNPAUSE: Command = ['CLIENT', 'UNPAUSE'];

function termIs(term: number): Command {
  return ['CONFIG', 'SET', 'replica-priority', term];
}

function replicaOf(to: string, term: number, { isMaster }: Seen): Command[] {
  const [host = '', port = ''] = to.split(':');
  const sessions: Command[] = isMaster ? [['CLIENT', 'KILL', 'TYPE', 'normal'], UNPAUSE] : [];
  return inOne([termIs(term), ['REPLICAOF', host, port], ...sessions]);
}

/** What the machine is told; `sentAt` in ms of this supervisor's clock, when the node was asked. */
export function heartbeatOf(
  {
    name,
    nodes,
    seen,
    configuration,
  }: Pick<Situation, 'name' | 'nodes' | 'seen'> & {
    configuration: Configuration | undefined;
  },
  /** The term whose beginning the supervisors have asked of it. */
  begun: number | undefined,
  sentAt: number,
): Heartbeat {
  const isOwn = configuration?.primary === name;
  // Whether or not it is known here already that its term was sealed.
  const isChosen = seen.master === CHOSEN;
  const isAnother = isOwn && !isItsLife(configuration, seen) && seen.term < configuration.term;
  const serving = seen.isMaster && seen.term > 0;
  return {
    type: 'heartbeat',
    from: name,
    incarnation: seen.incarnation,
    sentAt,
    disk: DISK,
    term: isAnother ? configuration.term : seen.term,
    leading: serving || isChosen,
    serving,
    deaf: false,
    yieldedTo: nodes.find((node) => seen.master === heirAddress(nodes, node)) ?? null,
    position: { term: 0, index: seen.offset },
    // Where the others stand, the supervisors know by themselves.
    ...(isChosen && begun === seen.term ? { establishing: { holders: { [name]: DISK }, awaited: [] } } : {}),
  };
}
