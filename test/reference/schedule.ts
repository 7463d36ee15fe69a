/** Schedules of faults, drawn from a seed, and the judgement of one run under them. */
import { integer, pick, type Random, seeded, shuffle } from '../../src/random.js';
import { drawVariant, NODES, Simulation, type Variant } from './simulation.js';

export interface Outcome {
  violations: string[];
  acknowledged: number;
  simulation: Simulation;
}

/** The faults end here, in ms; in some runs there is time for two primaries to be replaced. */
const HEALED = 900;
const HEALED_LATE = 1700;
/** How long after that everything must be well again at the latest: 15 time-outs. */
const RECOVERY = 900;
/** How long a core needs at most, which may have to find out about several nodes one after the other. */
const CORE_RECOVERY = 2500;
/** What was asked for when the faults ended is decided by then, whatever it says of who is in sync. */
const UNDER_WAY = 250;

/** One run: a quiet beginning, faults, everything healed, and then it must serve again. */
export function search(seed: number, base: Partial<Variant>): Outcome {
  const variant = drawVariant(seeded(`${seed}/variant`), base);
  const simulation = new Simulation(seed, variant);
  simulation.tell(JSON.stringify(variant));
  const world = seeded(`${seed}/world`);
  makeWorld(simulation, world);
  const losesDisk = variant.replication === 'sync' && variant.quorum && world.next() < 0.1;
  const healed = losesDisk ? loseDisk(simulation, variant) : plan(simulation, variant);
  simulation.run(healed);
  const isCore = variant.quorum && !losesDisk && world.next() < 0.2;
  if (simulation.violations.length === 0 && isCore) serveAsCore(simulation, world, healed);
  if (simulation.violations.length === 0) settle(simulation, Math.max(healed, simulation.now));
  if (simulation.violations.length === 0) simulation.judge();
  const { violations, acknowledged } = simulation;
  return { violations, acknowledged, simulation };
}

/**
 * What semi-sync promises: the primary alone fails, for good, while some standby lags a little and all of them can be heard.
 * Whoever holds every acknowledged write must be chosen, and serve.
 */
export function searchSemiSync(seed: number, replication: Variant['replication'] = 'semi-sync'): Outcome {
  const variant = drawVariant(seeded(`${seed}/variant`), { replication });
  const simulation = new Simulation(seed, variant);
  simulation.tell(JSON.stringify(variant));
  const { random } = simulation;
  simulation.run(300 + random.next() * 100);
  const lagging = `a>${pick(random, ['b', 'c'])}`;
  simulation.cut.add(lagging);
  simulation.run(simulation.now + random.next() * 50);
  if (random.next() < 0.5) simulation.cut.delete(lagging);
  simulation.crash('a');
  const before = simulation.acknowledged;
  const end = simulation.now + RECOVERY;
  while (simulation.now < end && (!simulation.primary() || simulation.acknowledged === before))
    simulation.run(simulation.now + 30);
  if (simulation.acknowledged === before) simulation.violations.push('nobody serves');
  if (simulation.violations.length === 0) simulation.judge();
  const { violations, acknowledged } = simulation;
  return { violations, acknowledged, simulation };
}

/** Messages that come after the end of their sender's life, repetitions, clocks that drift, disks each at its own pace. */
function makeWorld(simulation: Simulation, world: Random): void {
  if (world.next() < 0.3) simulation.late = 2000;
  if (world.next() < 0.3) simulation.repetition = 0.3;
  if (world.next() < 0.4) simulation.drift = 0.05 * world.next();
  if (world.next() < 0.3) for (const name of simulation.names) simulation.setPace(name, 15 * world.next());
}

/**
 * A node loses its disk, or finds an older copy of it, while everybody is in sync. That it is an older copy nobody but
 * those knows who heard of what came after it: it is older than a few heartbeats, and no supervisor fails in such a run.
 */
function loseDisk(simulation: Simulation, variant: Variant): number {
  const { random } = simulation;
  const target = random.next() < 0.5 ? 'a' : pick(random, NODES);
  const share = random.next() < 0.7 ? 0 : random.next();
  const lostAt = 150 + random.next() * 150;
  let records = 0;
  simulation.at(lostAt - 3 * variant.detect.interval, () => {
    records = Math.floor(share * simulation.recordsOf(target));
  });
  simulation.at(lostAt, () => {
    if (simulation.decided()?.inSync.length !== NODES.length) return;
    simulation.crash(target);
    simulation.loseDisk(target, records);
    simulation.at(simulation.now + random.next() * (random.next() < 0.5 ? 5 : 80), () =>
      simulation.start(target),
    );
    const other = pick(random, NODES);
    const end = simulation.now + random.next() * 300;
    simulation.at(simulation.now + random.next() * 60, () => simulation.crash(other));
    simulation.at(end, () => simulation.start(other));
    for (let fault = share > 0 ? 0 : integer(random, 0, 4); fault > 0; fault--)
      simulation.at(simulation.now + random.next() * 400, () => inject(simulation, variant, false));
  });
  return HEALED;
}

/**
 * The faults among a core (a majority of the supervisors, one node in sync) end, those of everybody else never do: the
 * core must serve.
 */
export function serveAsCore(simulation: Simulation, world: Random, begin: number): void {
  const inSync = simulation.surelyInSync();
  if (inSync.length === 0) return;
  const node = pick(world, inSync);
  const { supervisors, names } = simulation;
  const majority = shuffle(world, supervisors).slice(0, Math.floor(supervisors.length / 2) + 1);
  const core = [node, ...majority];
  const fates = names
    .filter((name) => !core.includes(name))
    .map((name) => ({ name, fate: pick(world, ['dead', 'deaf', 'mute', 'cut']) }));
  simulation.tell(`core ${core}; ${fates.map(({ name, fate }) => `${name} ${fate}`)}`);
  const before = simulation.acknowledged;
  for (let time = begin; time <= begin + CORE_RECOVERY; time += 20) {
    keepFates(simulation, core, fates);
    simulation.run(time);
    if (simulation.violations.length > 0) return;
    const still = simulation.decided()?.inSync.includes(node);
    if (time <= begin + UNDER_WAY && still === false) return;
    if (simulation.primary() === node && simulation.acknowledged > before) return;
  }
  simulation.violations.push(`the core ${core} does not serve`);
}

function keepFates(
  simulation: Simulation,
  core: readonly string[],
  fates: readonly { name: string; fate: string }[],
): void {
  simulation.cut.clear();
  simulation.loss = 0;
  for (const name of simulation.names) simulation.resume(name);
  for (const name of core) simulation.start(name);
  for (const { name, fate } of fates) {
    if (fate === 'dead') simulation.crash(name);
    else simulation.start(name);
    for (const other of simulation.names) {
      if (other === name) continue;
      if (fate === 'deaf' || fate === 'cut') simulation.cut.add(`${other}>${name}`);
      if (fate === 'mute' || fate === 'cut') simulation.cut.add(`${name}>${other}`);
    }
  }
}

function settle(simulation: Simulation, healed: number): void {
  simulation.tell('everything is healed');
  simulation.cut.clear();
  simulation.loss = 0;
  for (const name of simulation.names) {
    simulation.resume(name);
    simulation.start(name);
  }
  const before = simulation.acknowledged;
  let missing: string[] = [];
  for (let time = healed; time <= healed + RECOVERY; time += 30) {
    simulation.run(time);
    if (simulation.violations.length > 0) return;
    // One that was fenced late is started again.
    for (const name of simulation.names) simulation.start(name);
    missing = whatIsMissing(simulation, before);
    if (missing.length === 0) return;
  }
  simulation.violations.push(...missing);
}

function whatIsMissing(simulation: Simulation, before: number): string[] {
  const missing: string[] = [];
  if (!simulation.primary()) missing.push('nobody serves after everything was healed');
  if (simulation.acknowledged === before) missing.push('no write is acknowledged after the heal');
  for (const { name, inSync } of simulation.replicas())
    if (!inSync) missing.push(`${name} did not come in sync after the heal`);
  return missing;
}

/** Returns when the faults end. */
function plan(simulation: Simulation, variant: Variant): number {
  const { random } = simulation;
  if (random.next() < 0.2) {
    failTwice(simulation, HEALED_LATE);
    const others = random.next() < 0.6 ? 0 : integer(random, 1, 2);
    for (let fault = 0; fault < others; fault++)
      simulation.at(60 + random.next() * (HEALED_LATE - 100), () => inject(simulation, variant, false));
    return HEALED_LATE;
  }
  const crashing = random.next() < 0.3;
  const count = integer(random, 2, crashing ? 14 : 9);
  for (let fault = 0; fault < count; fault++)
    simulation.at(60 + random.next() * (HEALED - 100), () => inject(simulation, variant, crashing));
  return HEALED;
}

/**
 * The primary fails. A supervisor that knows who is to be next is cut off while that one begins to serve, and comes
 * back once that one is cut off in its turn. The power device may be out of reach for some all the while.
 */
function failTwice(simulation: Simulation, end: number): void {
  const { random, names, supervisors } = simulation;
  const some = (chance: number) => supervisors.filter(() => random.next() < chance);
  const cut = (one: string, others: readonly string[]) => {
    simulation.tell(`cut ${one} from ${others.join(' ')}`);
    for (const link of between(one, others)) simulation.cut.add(link);
  };
  const fail = () => {
    const failing = simulation.primary() ?? pick(random, NODES);
    if (random.next() < 0.6) simulation.crash(failing);
    else cut(failing, names);
    if (random.next() < 0.4) cut('power', some(0.7));
    afterLine(simulation, 'sealed', end, random.next() * 30, (sealer) =>
      replace(failing, random.next() < 0.8 ? sealer : pick(random, supervisors)),
    );
  };
  const replace = (failing: string, away: string) => {
    cut(away, names);
    simulation.at(simulation.now + 200 + random.next() * 800, () => simulation.start(failing));
    afterLine(simulation, 'promoted', end, random.next() * 150, () => failAgain(failing, away));
  };
  const failAgain = (failing: string, away: string) => {
    const second = simulation.primary() ?? pick(random, NODES);
    // With the one that it followed, which is back, it may ask whom it still reaches for another set.
    const accompanied = random.next() < 0.5;
    if (accompanied) simulation.start(failing);
    cut(
      second,
      names.filter((name) => !accompanied || name !== failing),
    );
    if (random.next() < 0.6)
      cut(
        'power',
        some(0.8).filter((name) => name !== away),
      );
    afterLine(simulation, 'sealed', end, random.next() * 60, () => comeBack(away, second));
  };
  const comeBack = (away: string, second: string) => {
    simulation.tell(`${away} is back`);
    const still = [`${away}>${second}`, ...(random.next() < 0.5 ? [`${second}>${away}`] : [])];
    for (const link of between(away, names)) if (!still.includes(link)) simulation.cut.delete(link);
  };
  simulation.at(60 + random.next() * 60, fail);
}

/** The links between `one` and the others, both ways. */
export function between(one: string, others: readonly string[]): string[] {
  return others.filter((other) => other !== one).flatMap((other) => [`${one}>${other}`, `${other}>${one}`]);
}

/** Acts `delay` ms after the next such line, unless the faults have ended by then. */
function afterLine(
  simulation: Simulation,
  event: string,
  end: number,
  delay: number,
  act: (who: string) => void,
): void {
  let seen = simulation.lines.length;
  const look = () => {
    const line = simulation.lines.slice(seen).find((text) => text.includes(`"event":"${event}"`));
    seen = simulation.lines.length;
    const who = line?.split(' ')[1];
    const [due, action] = who === undefined ? [1, look] : [delay, () => act(who)];
    if (simulation.now + due < end) simulation.at(simulation.now + due, action);
  };
  look();
}

/** A power cut: some of everybody, at one instant; back soon, each in its own time. */
function cutPower(simulation: Simulation): void {
  const { random, names } = simulation;
  const few = shuffle(random, names).slice(0, integer(random, 1, names.length));
  for (const name of few) {
    simulation.crash(name);
    simulation.at(simulation.now + random.next() * (random.next() < 0.5 ? 3 : 60), () =>
      simulation.start(name),
    );
  }
}

function inject(simulation: Simulation, variant: Variant, crashing: boolean): void {
  const { random } = simulation;
  const target =
    random.next() < 0.5 ? (simulation.primary() ?? pick(random, NODES)) : pick(random, simulation.names);
  const lasting = random.next() * (random.next() < 0.3 ? 400 : 120);
  const end = simulation.now + lasting;
  const draw = random.next();
  if (crashing && random.next() < 0.7) cutPower(simulation);
  else if (draw < 0.2) {
    simulation.crash(target);
    simulation.at(end, () => simulation.start(target));
  } else if (draw < 0.4) {
    simulation.pause(target);
    simulation.at(end, () => simulation.resume(target));
  } else if (draw < 0.85) partition(simulation, target, end);
  else if (draw < 0.92) {
    simulation.loss = random.next() * 0.3;
    simulation.at(end, () => {
      simulation.loss = 0;
    });
  } else if (draw < 0.96) simulation.switchover(pick(random, NODES));
  else
    for (const name of shuffle(random, simulation.names).slice(0, variant.members)) {
      simulation.crash(name);
      simulation.at(end, () => simulation.start(name));
    }
}

function partition(simulation: Simulation, target: string, end: number): void {
  const { random, names } = simulation;
  const members = [...names, 'power'];
  const others = members.filter((name) => name !== target);
  const links: string[] = [];
  const draw = random.next();
  const both = (one: string, other: string) => links.push(`${one}>${other}`, `${other}>${one}`);
  if (draw < 0.25) for (const other of others) both(target, other);
  else if (draw < 0.4) for (const other of others) links.push(`${target}>${other}`);
  else if (draw < 0.55) for (const other of others) links.push(`${other}>${target}`);
  else if (draw < 0.75) {
    const half = new Set(shuffle(random, members).slice(0, integer(random, 1, members.length - 1)));
    const bridge = random.next() < 0.4 ? pick(random, names) : undefined;
    for (const one of half)
      for (const other of members)
        if (!half.has(other) && one !== bridge && other !== bridge) both(one, other);
  } else
    for (const one of members)
      for (const other of members) if (one !== other && random.next() < 0.3) links.push(`${one}>${other}`);
  if (random.next() < 0.3) for (const name of names) both(name, 'power');
  simulation.tell(`cut ${links.join(' ')}`);
  for (const link of links) simulation.cut.add(link);
  simulation.at(end, () => {
    simulation.tell(`healed ${links.length} links`);
    for (const link of links) simulation.cut.delete(link);
  });
}
