/**
 * The witness of links: looks at what the Toxiproxy server says of a link, and at what happens to a greeting that
 * is sent over it. Only both together say that a link is cut as it was meant:
 *
 *     cut                        server            greeting
 *     refuse                     disabled          refused
 *     drop, stall: upstream      toxics in place   silent, and it did not arrive
 *     drop, stall: downstream    toxics in place   silent (or closed), though it arrived
 *     (not cut)                  nothing of ours   answered
 *
 * A link that no proxy carries is looked at in the packet filters at both its ends, whose rules have the names that
 * toxics have. There, a connection comes about only where both directions are open; so a datagram goes along:
 *
 *     cut                        packet filter     greeting, datagram
 *     refuse                     REJECT rules      refused, the datagram did not arrive
 *     drop: upstream             DROP rules        silent, the datagram did not arrive
 *     drop: downstream           DROP rules        silent, though the datagram arrived
 *     (not cut)                  nothing of ours   answered, the datagram arrived
 *
 * Where greetings are taken by the link's own end, they show what the link does whatever its destination does. Where
 * the destination itself takes them, one to a process that is dead or stopped proves nothing; then, and where nobody
 * takes greetings, there is only what the server says.
 */
import { type Clock, sleep } from '../../clock.js';
import { POWER } from '../../topology/links.js';
import { type Look, witnessEach } from '../../witness.js';
import type { Kills, Pauses } from '../runtime.js';
import type { Links } from '../world-links.js';
import type { LinkPlace } from './cluster.js';
import { changeExpectations, type Expectation, openExpectation, SILENCE } from './expectation.js';
import type { Greeting, Patience } from './greeting.js';
import type { LinkState, StatefulLinks } from './links.js';
import { isOf, isUpstream } from './toxic-names.js';

/** A greeting that had this long and was not answered, or did not arrive, was kept from it, ms. */
const ENOUGH = 1000;
/** Time between two greetings to someone who does not answer yet, ms. */
const RETRY = 20;

/** With what links are looked at. */
export interface WitnessedSetting {
  clock: Clock;
  links: StatefulLinks;
  place(link: string): LinkPlace;
  /** Sends a greeting over a link; gives undefined where nobody takes one. */
  greet(link: string, patience: Patience): Promise<Greeting | undefined>;
  nodes: Pick<Kills, 'running'> & Pick<Pauses, 'paused'>;
}

/** Links that are looked at by what holds each, and by greetings. */
export function witnessed(setting: WitnessedSetting): Links {
  const { links } = setting;
  return {
    apply: (fault, change) => links.apply(fault, change),
    heal: (fault) => links.heal(fault),
    look(fault, { changed, open = [] }, time) {
      const all = [...(changed ? changeExpectations(fault, changed) : []), ...open.map(openExpectation)];
      return witnessEach(all, (one) =>
        time === 'glance' ? lookWhetherHeld(fault, one, links) : lookAtLink(fault, one, setting, time),
      );
    },
  };
}

/**
 * Looks at one link until it is as expected, time is up, or it is plain that it is not. Where there is little time
 * `until` (the clock's instant, ms) it must be done, a greeting proves nothing by its silence; by an answer it does.
 */
async function lookAtLink(
  fault: string,
  expectation: Expectation,
  setting: WitnessedSetting,
  until = Number.POSITIVE_INFINITY,
): Promise<Look> {
  const { patience, held } = expectation;
  const { clock } = setting;
  const begun = clock.now();
  const most = Math.max(patience.answer, patience.arrival ?? 0);
  const end = Math.min(until, begun + most);
  const isShort = until - begun < Math.min(most, ENOUGH);
  // A link that should be open is given a short while first: where another fault takes hold of it meanwhile, that is
  // seen then, and nobody waits any longer for an answer that does not come. It has its full time afterwards, however
  // long the first look took.
  let answer = held === 'free' && !isShort ? Math.min(SILENCE, patience.answer) : patience.answer;
  for (;;) {
    const given = { ...expectation, patience: shortened({ ...patience, answer }, until - clock.now()) };
    const seen = await see(fault, given, setting, isShort);
    const look = judge(fault, expectation, seen);
    // A destination that was only just started, or an answer that is late, gets another chance; a cut that lets
    // an answer through has had its own.
    const plain = look.ok || (seen.greeting?.outcome === 'answered' && held !== 'free');
    if (plain || (clock.now() >= end && (answer === patience.answer || isShort))) return look;
    await sleep(clock, RETRY);
    answer = patience.answer;
  }
}

/**
 * Looks whether what the fault itself put on a link is there still, by the server's word: no greeting has to be waited
 * for, and what other faults hold says nothing.
 */
async function lookWhetherHeld(
  fault: string,
  { link, held }: Expectation,
  links: StatefulLinks,
): Promise<Look> {
  const state = await links.state(link);
  const ok = isHeld(fault, held, state);
  const expected = describeHeld(held);
  const found = held === 'disabled' && !state.filtered ? 'enabled' : describeState(state);
  return { ok, evidence: { subject: link, expected, observed: ok ? expected : found } };
}

async function see(
  fault: string,
  { link, held, patience, shows }: Expectation,
  setting: WitnessedSetting,
  isShort: boolean,
): Promise<Seen> {
  // Where there is little time, the greeting goes out with the question to the server; where there is none, not at all.
  const early = isShort && shows && patience.answer > 0 ? setting.greet(link, patience) : undefined;
  early?.catch(() => undefined);
  const [before, state] = await Promise.all([lifeOf(link, setting), setting.links.state(link)]);
  if (!shows) return { greeting: undefined, state, life: before };
  if (isShort) return { greeting: await early, state, life: before, isShort };
  // Where a greeting proves nothing anyway, nobody has to wait for its answer.
  const isMoot = before !== 'running' || othersHold(fault, held, state);
  const greeting = await setting.greet(link, isMoot ? { answer: SILENCE } : patience);
  // Packet filters have counted what they stopped of it.
  if (isMoot || !greeting || (shows(greeting) && !state.filtered)) return { greeting, state, life: before };
  // Another fault may have come between, or the destination's end.
  const [life, after] = await Promise.all([lifeOf(link, setting), setting.links.state(link)]);
  return { greeting, state: after, life };
}

/** So much of the patience as there is time for. */
function shortened({ answer, arrival, datagram }: Patience, left: number): Patience {
  const most = Math.max(0, left);
  return {
    answer: Math.min(answer, most),
    ...(arrival === undefined ? {} : { arrival: Math.min(arrival, most) }),
    datagram: Math.min(datagram ?? answer, most),
  };
}

type Life = 'running' | 'stopped' | 'dead';

interface Seen {
  greeting: Greeting | undefined;
  state: LinkState;
  /** What the destination was doing, where that matters. */
  life: Life;
  /** Whether there was less time for the greeting than it should have had. */
  isShort?: boolean;
}

function judge(fault: string, { link, held, expected, shows }: Expectation, seen: Seen): Look {
  const { greeting, state, life, isShort } = seen;
  const observed = [describeState(state), ...(greeting ? [describeGreeting(greeting)] : [])];
  const look = (ok: boolean, ...notes: string[]): Look => ({
    ok,
    evidence: { subject: link, expected, observed: [...observed, ...notes].join('; ') },
  });
  if (!isHeld(fault, held, state)) return look(false, `the server should say: ${describeHeld(held)}`);
  if (!greeting || !shows) return look(true, "by the server's word alone");
  const isCutShort = isShort && greeting.outcome === 'silent';
  if (shows(greeting)) return look(true, ...(isCutShort ? ['for as long as its time allows'] : []));
  // An answer over a link that should bring none is no cut, whatever else may be.
  if (greeting.outcome === 'answered' && held !== 'free') return look(false);
  if (life !== 'running') return look(true, `its destination is ${life}: by the server's word alone`);
  if (othersHold(fault, held, state))
    return look(true, "another fault holds it too: by the server's word alone");
  if (isUnheard(held, greeting))
    return look(true, "nothing arrived, and its destination does not listen: by the server's word alone");
  if (isCutShort) return look(true, "its time allows no longer look: by the server's word alone");
  return look(false);
}

/** Whether a greeting was kept from a destination that would not have taken it: it has only just been started, say. */
function isUnheard(held: Expectation['held'], { outcome, arrived }: Greeting): boolean {
  const stopsGreetings = Array.isArray(held) && held.some(isUpstream);
  return stopsGreetings && outcome === 'closed' && arrived === false;
}

/** Whether the server says of the link what the fault made of it, and its connections come to the server. */
function isHeld(fault: string, held: Expectation['held'], state: LinkState): boolean {
  if (state.astray) return false;
  if (held === 'disabled') return !state.enabled;
  const names = state.toxics.map(({ name }) => name);
  if (held === 'free') return !names.some((name) => isOf(fault, name));
  return held.every((name) => names.includes(name));
}

/** Whether there is something on the link that this fault did not do. */
function othersHold(fault: string, held: Expectation['held'], state: LinkState): boolean {
  return (held !== 'disabled' && !state.enabled) || state.toxics.some(({ name }) => !isOf(fault, name));
}

/** What whoever takes the greetings was doing; a link's own end always runs. */
async function lifeOf(name: string, { place, nodes }: WitnessedSetting): Promise<Life> {
  const { link, greetable } = place(name);
  if (greetable || link.to === POWER) return 'running';
  if (!(await nodes.running(link.to))) return 'dead';
  return (await nodes.paused(link.to)) ? 'stopped' : 'running';
}

function describeState({ astray, ...state }: LinkState): string {
  const held = describeHolders(state);
  return astray ? `${held}; ${astray}` : held;
}

function describeHolders({ enabled, toxics, filtered }: LinkState): string {
  if (!enabled && !filtered) return 'disabled';
  if (toxics.length === 0) return filtered ? 'no rules' : 'no toxics';
  const each = toxics.map(
    ({ name, type, packets }) => `${type} ${name}${packets === undefined ? '' : ` (${packets} packets)`}`,
  );
  const drops = !filtered && toxics.some(({ type }) => type === 'timeout');
  return `${each.join(', ')}${drops ? '; connects are accepted' : ''}`;
}

function describeHeld(held: Expectation['held']): string {
  if (held === 'free') return 'nothing of this fault';
  return held === 'disabled' ? held : held.join(', ');
}

function describeGreeting({ outcome, arrived, datagram, took }: Greeting): string {
  const when = outcome === 'silent' ? `for ${took.toFixed(0)} ms` : `after ${took.toFixed(1)} ms`;
  const arrival = arrived === undefined ? '' : arrived ? ', it arrived' : ', it did not arrive';
  const other = datagram === undefined ? '' : `, a datagram ${datagram ? 'arrived' : 'did not arrive'}`;
  return `greeting ${outcome} ${when}${outcome === 'answered' ? '' : arrival}${other}`;
}
