/** The steps of a drill: one function for each kind. Faults go through the injector; the rest is done here. */
import { sleep } from '../clock.js';
import type { Partition, Step, StepKind, StepOptions } from '../drill/steps.js';
import { stepOf } from '../drill/steps.js';
import { EnvironmentError, UsageError } from '../errors.js';
import { pick } from '../random.js';
import { switches } from '../system/system.js';
import { resolveText } from '../topology/partition.js';
import { CONDITIONS, waitUntil } from './conditions.js';
import type { FaultKind } from './fault-kinds.js';
import type { Ordered } from './injector.js';
import type { Scene } from './scene.js';

/** How long a condition may take where the drill does not say, ms. */
export const DEFAULT_WITHIN = 30_000;

type Perform<Kind extends StepKind> = (options: StepOptions<Kind>, scene: Scene) => Promise<void>;

const PERFORM: { [Kind in StepKind]: Perform<Kind> } = {
  wait,
  restart,
  resume,
  heal,
  switchover,
  together,
  flap,
  random,
  kill: (options, scene) => inject(scene, [{ kill: options }]),
  stop: (options, scene) => inject(scene, [{ stop: options }]),
  pause: (options, scene) => inject(scene, [{ pause: options }]),
  partition: (options, scene) => inject(scene, [{ partition: options }]),
  slow: (options, scene) => inject(scene, [{ slow: options }]),
  toxic: (options, scene) => inject(scene, [{ toxic: options }]),
  cpu: (options, scene) => inject(scene, [{ cpu: options }]),
  memory: (options, scene) => inject(scene, [{ memory: options }]),
  disk: (options, scene) => inject(scene, [{ disk: options }]),
  slow_disk: (options, scene) => inject(scene, [{ slow_disk: options }]),
  clock: (options, scene) => inject(scene, [{ clock: options }]),
};

/** Carries one step out. Rejects when the run is aborted or the step cannot be done. */
export async function perform(step: Step, scene: Scene): Promise<void> {
  const { kind, options } = stepOf(step);
  await (PERFORM[kind] as Perform<never>)(options as never, scene);
}

/** Which nodes a selector names right now. */
function targets(selector: string, scene: Scene): string[] {
  return resolveText(selector, scene.observer.view(), scene.random);
}

/** One process of a node gone is another matter than the node gone. */
function faultKind({ kind, options }: ReturnType<typeof stepOf>): FaultKind {
  return kind === 'kill' && options.process !== undefined ? 'kill-process' : kind;
}

function ordered(step: Step, scene: Scene): Ordered {
  const { options } = stepOf(step);
  const kind = faultKind(stepOf(step));
  const fault = scene.faults[kind];
  if (!fault) throw new UsageError(`the step "${kind}" is not a fault`);
  return { kind, fault: fault as Ordered['fault'], options: options as Ordered['options'] };
}

async function inject(scene: Scene, steps: readonly Step[]): Promise<void> {
  await scene.injector.inject(steps.map((step) => ordered(step, scene)));
}

async function wait(options: StepOptions<'wait'>, scene: Scene): Promise<void> {
  const { for: what, within = DEFAULT_WITHIN } = options;
  if (typeof what === 'number') await sleep(scene.clock, what, scene.signal);
  else await waitUntil(scene, what, CONDITIONS[what], within);
}

async function restart(options: StepOptions<'restart'>, scene: Scene): Promise<void> {
  await scene.injector.witnessed();
  await Promise.all(
    theseNow(options.target, scene).map(async (node) => {
      scene.recorder.record({ type: 'ask', ask: 'restart', node });
      if (scene.observer.isRunning(node)) {
        // A process that stands still never gets to its own end.
        await scene.injector.release('pause', [node]);
        await scene.cluster.kill(node, 'SIGTERM');
      }
      await scene.start(node);
    }),
  );
}

async function resume(options: StepOptions<'resume'>, scene: Scene): Promise<void> {
  await scene.injector.release('pause', theseNow(options.target, scene));
}

/** Those that are to be let go on: who was killed or paused may be nobody by now; a role or a tag means somebody. */
function theseNow(target: string, scene: Scene): string[] {
  const found = targets(target, scene);
  if (found.length === 0 && target !== 'killed' && target !== 'paused')
    throw new EnvironmentError({
      expected: `somebody who is \`${target}\``,
      found: 'nobody now: who does not run has no role',
      todo: 'name the node, or write `killed`',
    });
  return found;
}

async function heal(name: StepOptions<'heal'>, scene: Scene): Promise<void> {
  await (name === 'all' ? scene.injector.healAll() : scene.injector.heal(name));
}

async function switchover(options: StepOptions<'switchover'>, scene: Scene): Promise<void> {
  const { system, recorder, cluster, signal } = scene;
  const [to] = targets(options.to, scene);
  if (!switches(system) || to === undefined)
    throw new UsageError(`a switchover to ${options.to} is not possible`);
  await scene.injector.witnessed();
  recorder.record({ type: 'ask', ask: 'switchover', node: to });
  await system.switchover(to, (node) => cluster.places.observe(node), signal);
  await waitUntil(scene, `${to} to be primary`, () => lackOfPrimary(scene, to), DEFAULT_WITHIN);
}

/** Why `node` is not the primary; undefined when it is. */
export function lackOfPrimary(scene: Scene, node: string): string | undefined {
  const primary = scene.observer.primary()?.node;
  return primary === node ? undefined : `${primary ?? 'nobody'} is primary`;
}

async function together(steps: StepOptions<'together'>, scene: Scene): Promise<void> {
  await inject(scene, steps);
}

/** The same links go up and down, whoever is primary meanwhile: cut for `every`, open for as long. */
async function flap(options: StepOptions<'flap'>, scene: Scene): Promise<void> {
  const { clock, injector, signal } = scene;
  const { every } = options;
  const length = Math.min(every, options.partition.for ?? every);
  const order = ordered({ partition: { ...options.partition, for: length } }, scene);
  const aimed = { ...order, aim: injector.aim(order), rest: every };
  for (let cycle = 0; cycle < options.times; cycle++) {
    const [fault] = await injector.inject([aimed]);
    const undone = await injector.over(fault!);
    if (undone) await sleep(clock, undone.at + every - clock.now(), signal);
  }
}

/** Seeded: the same seed gives the same faults at the same times. */
async function random(options: StepOptions<'random'>, scene: Scene): Promise<void> {
  const { clock, observer, injector, random: source } = scene;
  const { every } = options;
  const end = clock.now() + options.during;
  while (clock.now() < end) {
    const node = pick(source, observer.members());
    const isolate: Partition = { isolate: node, mode: 'drop', for: every };
    const steps = {
      kill: { kill: { target: node } },
      pause: { pause: { target: node, for: every } },
      partition: { partition: isolate },
    };
    await inject(scene, [steps[pick(source, options.faults)]]);
    await sleep(clock, every, scene.signal);
    await injector.healAll();
    for (const down of observer.down()) await restart({ target: down }, scene);
  }
}
