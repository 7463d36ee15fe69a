/**
 * Draws a drill from a seed: which topology, which protections, which kinds of faults are on at all (a few, so that each
 * comes often), and when which of them happens to whom. Times are in units of the detector's time-out.
 */

/** What the fault kinds are drawn from; `random` is the seed's, and `product` what is drawn for. */
export function drawDrill(seed, wanted, { seeded, pick, integer, shuffle }) {
  const random = seeded(`${seed}/drill`);
  const chance = (share) => random.next() < share;
  const between = (low, high) => low + random.next() * (high - low);
  const draw = { random, chance, between, pick: (items) => pick(random, items) };
  const some = (items, low, high) =>
    shuffle(random, items).slice(0, integer(random, low, Math.min(high, items.length)));
  Object.assign(draw, { some, integer: (low, high) => integer(random, low, high) });

  const core = wanted.core === true;
  const members = wanted.members ?? draw.pick(core ? [3, 3, 5] : [1, 3, 3, 3, 5]);
  const supervisors = Array.from({ length: members }, (_, index) => `supervisor-${index + 1}`);
  const nodes = ['a', 'b', 'c', 'd'].slice(0, draw.pick(core ? [3, 3, 4] : [2, 3, 3, 3, 3, 4]));
  const timeout = draw.pick([200, 400, 400, 800]);
  const replication =
    wanted.replication ?? (core ? 'sync' : draw.pick([...Array(8).fill('sync'), 'semi-sync', 'async']));
  const groups = core ? ['core'] : ['app', ...nodes.map((node) => `at-${node}`)];
  const world = { nodes, supervisors, groups, timeout, draw };
  const drill = {
    name: `search-${seed}`,
    about: 'Drawn by the search.',
    topology: {
      nodes: Object.fromEntries(nodes.map((node, at) => [node, { role: at === 0 ? 'primary' : 'standby' }])),
      replication,
      supervisor: {
        members,
        trigger: wanted.trigger ?? draw.pick(['supervisor', 'standby']),
        ...protections(world),
      },
    },
    clients: clients(world, core),
    workload: { type: wanted.workload ?? 'register', keys: 3, writes: '60%' },
    steps: [],
    failback: core
      ? 'none'
      : draw.pick(['none', { to: 'a', trigger: 'automatic' }, { to: 'a', trigger: 'manual' }]),
    expect: {
      double_primaries: 0,
      ...(replication === 'async' ? {} : { lost_writes: 0, linearizable: true }),
      serves_again: '<= 20s',
      ...(core ? { core_serves: '<= 30s' } : {}),
    },
  };
  if (core) drill.steps = coreSchedule(world, drill.topology.supervisor);
  else if (replication === 'semi-sync') drill.steps = inOrder(primaryAlone(world));
  else if (replication === 'sync' && chance(0.1)) drill.steps = otherDisk(world);
  else drill.steps = inOrder(chance(0.2) ? failTwice(world) : faults(world));
  return drill;
}

/**
 * What the world of a seed is like, within what src/reference/README.md assumes: clocks, links, messages that are lost, come
 * late or twice, disks. Half of the worlds are calm, so that what is found there can be had on processes too.
 */
export function drawNature(seed, { seeded, pick }) {
  const random = seeded(`${seed}/nature`);
  const calm = random.next() < 0.5;
  const one = (usual, ...others) => (calm ? usual : pick(random, [usual, ...others]));
  return {
    keepsLogs: false,
    clocks: { apart: one(0, 100_000), drift: one(0, 0.01, 0.05) },
    links: one({ fastest: 0.1, slowest: 0.5 }, { fastest: 0.1, slowest: 5 }, { fastest: 5, slowest: 20 }),
    messages: {
      repeated: one(0, 0.02, 0.3),
      late: one(0, 0.01, 0.05),
      latest: one(200, 2000, 5000),
      lost: one(0, 0, 0.01, 0.05),
    },
    disks: {
      fastest: 0.2,
      slowest: one(1, 5, 30),
      uneven: one(false, true),
      stalls: one(0, 0.01, 0.05),
      stall: one(0, 50, 200),
      keepSome: one(false, true),
    },
  };
}

function protections({ timeout, draw }) {
  const interval = Math.round(timeout / draw.pick([3, 4, 5]));
  const lease = `${Math.round(timeout * draw.pick([0.7, 1.5, 1.5, 2.6, 6]))}ms`;
  const slow = { delay: `${Math.round(timeout / 2)}ms` };
  return {
    detect: draw.chance(0.85)
      ? { heartbeat: { interval: `${interval}ms`, timeout: `${timeout}ms` } }
      : { process: { every: `${timeout / 2}ms` } },
    ...draw.pick([
      { fencing: true, lease },
      { fencing: true, lease },
      { fencing: slow, lease },
      { fencing: false, lease },
      { fencing: true, lease: false },
      { fencing: slow, lease: false },
    ]),
  };
}

/** A few clients that follow the primary, and one that stays with each node whatever happens. */
function clients({ nodes, timeout }, core) {
  const group = { timeout: `${timeout * 2}ms` };
  if (core) return { core: { count: 2, rate: '20/s', ...group } };
  const pinned = nodes.map((node) => [`at-${node}`, { count: 1, rate: '8/s', pinned: node, ...group }]);
  return { app: { count: 2, rate: '25/s', ...group }, ...Object.fromEntries(pinned) };
}

/** `[at, step]`, in any order -> steps with waits between them. */
function inOrder(schedule) {
  const steps = [];
  let now = 0;
  for (const [at, step] of schedule.sort(([one], [other]) => one - other)) {
    if (at - now >= 0.1) steps.push({ wait: ms(at - now) });
    now = Math.max(now, at);
    steps.push(step);
  }
  return steps;
}

function ms(time) {
  return `${Math.round(time * 10) / 10}ms`;
}

/** How long a fault lasts: mostly too short for a failover to end in it, sometimes long. */
function lasting({ timeout, draw }) {
  return ms(Math.max(5, draw.between(0, draw.chance(0.3) ? 7 : 2) * timeout));
}

const someone = ({ draw }) => draw.pick(['primary', 'primary', 'any standby']);

/** Kinds of faults; each gives `[at, step]` for one that begins at `at`. */
const KINDS = {
  kill(world, at) {
    const target = someone(world);
    return [[at, { kill: { target } }], back(world, at, 'killed')];
  },
  crash(world, at) {
    const { draw, supervisors } = world;
    if (draw.chance(0.5)) return [[at, { power_loss: someone(world) }], back(world, at, 'killed')];
    // Some of everybody, at one instant.
    const whom = [draw.pick(['primary', 'standby', 'any standby']), ...draw.some(supervisors, 0, 5)];
    return [[at, { together: whom.map((target) => ({ power_loss: target })) }], back(world, at, 'killed')];
  },
  supervisors(world, at) {
    const whom = world.draw.some(world.supervisors, 1, 5);
    return [[at, { together: whom.map((target) => ({ power_loss: target })) }], back(world, at, 'killed')];
  },
  pause(world, at) {
    const target = world.draw.chance(0.6) ? someone(world) : world.draw.pick(world.supervisors);
    return [[at, { pause: { target, for: lasting(world) } }]];
  },
  isolate(world, at) {
    const { draw, nodes, supervisors, groups } = world;
    const isolate = draw.chance(0.6) ? someone(world) : draw.pick([...nodes, ...supervisors]);
    const except = draw.chance(0.5) ? { except: groups.map((group) => `client:${group}`) } : {};
    return [[at, cut(world, { isolate, ...except })]];
  },
  deaf(world, at) {
    const { draw, nodes, supervisors } = world;
    const who = draw.chance(0.6) ? someone(world) : draw.pick([...nodes, ...supervisors]);
    const others = [...nodes, ...supervisors].filter((name) => name !== who);
    const hears = draw.chance(0.5);
    const lasts = lasting(world);
    const mode = draw.pick(['drop', 'stall']);
    const parts = others.map((other) => ({
      partition: { ...(hears ? { from: who, to: other } : { from: other, to: who }), mode, for: lasts },
    }));
    return [[at, { together: parts }]];
  },
  split(world, at) {
    const { draw, nodes, supervisors, groups } = world;
    const all = [...nodes, ...supervisors, ...groups.map((group) => `client:${group}`), 'power'];
    const half = draw.some(all, 1, all.length - 1);
    const rest = all.filter((name) => !half.includes(name));
    const except = draw.chance(0.4) ? { except: [draw.pick([...nodes, ...supervisors])] } : {};
    return [[at, cut(world, { groups: [half, rest], ...except })]];
  },
  links(world, at) {
    const { draw, nodes, supervisors } = world;
    const all = [...nodes, ...supervisors];
    const lasts = lasting(world);
    const cuts = all.flatMap((from) =>
      all
        .filter((to) => to !== from && draw.chance(0.3))
        .map((to) => ({ partition: { from, to, mode: 'drop', for: lasts } })),
    );
    return cuts.length > 0 ? [[at, { together: cuts }]] : [];
  },
  power(world, at) {
    const some = world.draw.some(world.supervisors, 1, 5);
    return [[at, cut(world, { groups: [['power'], some] })]];
  },
  slow(world, at) {
    const { draw, timeout } = world;
    const latency = ms(draw.between(0, 0.7) * timeout);
    const [from, to] = draw.pick([
      ['primary', 'standby'],
      ['supervisor', 'primary'],
      ['primary', 'supervisor'],
      ['any standby', 'supervisor'],
    ]);
    return [[at, { slow: { from, to, latency, jitter: latency, for: lasting(world) } }]];
  },
  resets(world, at) {
    const { draw } = world;
    const link = draw.pick(['primary->standby', 'supervisor->primary', 'standby->supervisor']);
    const stream = draw.pick(['upstream', 'downstream']);
    const type = draw.pick(['reset_peer', 'timeout']);
    return [
      [
        at,
        { toxic: { link, type, stream, toxicity: '50%', attributes: { timeout: 1 }, for: lasting(world) } },
      ],
    ];
  },
};

function back(world, at, target) {
  return [
    at + Math.max(5, world.draw.between(0, world.draw.chance(0.3) ? 6 : 1.5) * world.timeout),
    { restart: target },
  ];
}

function cut(world, partition) {
  const mode = world.draw.pick(['drop', 'drop', 'stall', 'refuse']);
  return { partition: { ...partition, mode, for: lasting(world) } };
}

/** Several faults within 15 time-outs, of the few kinds that are on. */
function faults(world) {
  const { draw, timeout } = world;
  const kinds = draw.some(Object.keys(KINDS), 1, 6);
  const count = draw.integer(2, draw.chance(0.3) ? 14 : 9);
  return Array.from({ length: count }, () =>
    KINDS[draw.pick(kinds)](world, draw.between(0, 15) * timeout),
  ).flat();
}

/**
 * A node loses its disk, or finds an older copy, while everybody is in sync; then another one fails. That a copy is an older
 * one nobody knows but those who heard of what came after it: nothing else fails where there is one.
 */
function otherDisk(world) {
  const { draw, timeout } = world;
  const moment = (least, most) => ({ wait: ms(Math.max(1, draw.between(least, most) * timeout)) });
  const isEmpty = draw.chance(0.7);
  const keeps = isEmpty ? '0%' : `${Math.round(draw.between(1, 50))}%`;
  return [
    moment(4, 8),
    { wait: { for: 'in-sync', within: '20s' } },
    { replace_disk: { target: someone(world), keeps } },
    moment(0, draw.chance(0.5) ? 0.1 : 1.5),
    { restart: 'killed' },
    moment(0, 1.5),
    { kill: someone(world) },
    ...(isEmpty ? inOrder(faults(world).slice(0, draw.integer(0, 4))) : []),
    moment(0, 5),
    { restart: 'killed' },
  ];
}

/** What semi-sync promises: the primary alone fails while a standby may lag a little. */
function primaryAlone(world) {
  const { draw, timeout } = world;
  const lag = draw.between(0, 1) * timeout;
  const lagging = {
    from: 'primary',
    to: 'any standby',
    mode: 'stall',
    for: ms(draw.between(0.1, 1) * timeout + 5),
  };
  return [
    [0, { partition: lagging }],
    [lag + 5, draw.pick([{ kill: 'primary' }, { power_loss: 'primary' }])],
    [lag + 8 * timeout, { restart: 'killed' }],
  ];
}

/**
 * The primary fails. A supervisor that may know who is to be next is cut off while that one begins to serve, and comes back
 * once that one is cut off in its turn. The power device may be out of reach for some all the while.
 */
function failTwice(world) {
  const { draw, timeout, supervisors, groups } = world;
  const except = groups.map((group) => `client:${group}`);
  const away = draw.pick(supervisors);
  const first = draw.chance(0.6)
    ? { kill: 'primary' }
    : { partition: { isolate: 'primary', except, as: 'first' } };
  const powerless = (as) =>
    draw.chance(0.4) ? [{ partition: { groups: [['power'], draw.some(supervisors, 1, 5)], as } }] : [];
  const moment = (most) => ({ wait: ms(Math.max(0.1, draw.between(0, most) * timeout)) });
  const detected = () => ({ wait: ms(draw.between(1, 1.8) * timeout) });
  const steps = [
    { together: [first, ...powerless('power')] },
    detected(),
    moment(0.5),
    { partition: { isolate: away, as: 'away' } },
    ...(draw.chance(0.5) ? [moment(1), { restart: 'killed' }] : []),
    moment(4),
    { together: [{ partition: { isolate: 'primary', except, as: 'second' } }, ...powerless('power-again')] },
    detected(),
    moment(1),
    { heal: 'away' },
    moment(4),
  ];
  // Each in its turn, whenever it is.
  return [
    ...steps.filter((step) => !(step.restart && first.partition)).map((step, at) => [at * 1e-6, step]),
    ...faults(world)
      .slice(0, draw.chance(0.6) ? 0 : 2)
      .map(([, step]) => [1, step]),
  ];
}

/**
 * Some faults; then everybody is well. Then, at one instant, all outside a core fail for good, and some of the core for a
 * while. Once that is over the core must serve, whatever is outside: a majority of the supervisors, a node, clients. Where
 * nodes are fenced, those of the core are started again; others that are so too stay cut off.
 */
function coreSchedule(world, { fencing }) {
  const { draw, nodes, supervisors, timeout } = world;
  const outside = [
    ...draw.some(nodes, 1, nodes.length - 1),
    ...draw.some(supervisors, 0, (supervisors.length - 1) / 2),
  ];
  const inside = [...nodes, ...supervisors].filter((name) => !outside.includes(name));
  const within = nodes.filter((node) => inside.includes(node));
  const before = inOrder(draw.chance(0.5) ? faults({ ...world, groups: [] }).slice(0, 4) : []);
  const lost = outside.flatMap((name) => {
    const kind = draw.pick(['kill', 'power_loss', 'isolate', 'deaf', 'dumb']);
    if (kind === 'kill' || kind === 'power_loss')
      return [{ [kind]: name }, ...(fencing ? [{ partition: { isolate: name } }] : [])];
    if (kind === 'isolate') return [{ partition: { isolate: name } }];
    return inside.map((other) => ({
      partition: kind === 'deaf' ? { from: other, to: name } : { from: name, to: other },
    }));
  });
  const troubled = draw.some(inside, 0, 2).map((name) => {
    const lasts = { for: lasting(world) };
    return draw.pick([{ pause: { target: name, ...lasts } }, { partition: { isolate: name, ...lasts } }]);
  });
  const again = { wait: ms(7 * timeout) };
  const crashed = draw.chance(0.4) ? [{ power_loss: draw.pick([...within, ...inside]) }] : [];
  return [
    ...before,
    ...(before.some((step) => !step.wait && !step.restart) ? [{ heal: 'all' }] : []),
    ...(before.some((step) => step.restart) ? [{ restart: 'killed' }] : []),
    { wait: { for: 'in-sync', within: '20s' } },
    { together: [...lost, ...troubled] },
    { wait: ms(draw.between(0.01, 7) * timeout) },
    ...crashed,
    ...(crashed.length > 0 ? [{ wait: ms(draw.between(0.1, 2) * timeout) }] : []),
    ...crashed.map(({ power_loss: target }) => ({ restart: target })),
    ...(fencing ? [again, { restart: 'killed' }, again, { restart: 'killed' }] : [again]),
    // What recovers is not waited for any longer; what does not has this time and the last one.
    { wait: { for: 'recovered', within: '20s' } },
    { wait: ms(10 * timeout + 2000) },
  ];
}
