/** The steps of a drill. Faults go through the injector, scenarios play themselves; the verbs of the language are done here. */
import { allEnded } from '../all-ended.js';
import { sleep } from '../clock.js';
import { named } from '../drill/parts.js';
import {
  beginsAfter,
  forIt,
  type Step,
  stepOf,
  type VerbOptions,
  verbOf,
  waitedFor,
} from '../drill/steps.js';
import { EnvironmentError, messageOf, UsageError } from '../errors.js';
import type { ScenarioStage } from '../fault/scenario.js';
import { resolveText } from '../topology/partition.js';
import { askSwitchover } from './ask-switchover.js';
import { CONDITIONS, MIDST, waitUntil } from './conditions.js';
import type { Scene } from './scene.js';

/** How long a condition may take where the drill does not say, ms. */
export const DEFAULT_WITHIN = 30_000;

/** Tells of a step that another one holds, as it begins. */
type Tell = (step: Step) => void;

/** Carries one step out. Rejects when the run is aborted or the step cannot be done. */
export async function perform(step: Step, scene: Scene, tell: Tell): Promise<void> {
  const verb = verbOf(step);
  switch (verb?.kind) {
    case 'wait':
      return wait(verb.options, scene, tell);
    case 'for_each':
      return forEach(verb.options, scene, tell);
    case 'restart':
      // A role stands for nobody once it is seen that who had it has ended.
      await scene.injector.witnessed();
      return restart(targetsNow(verb.options.target, scene), scene);
    case 'resume':
      return scene.injector.release('paused', targetsNow(verb.options.target, scene));
    case 'heal':
      return verb.options === 'all' ? scene.injector.healAll() : scene.injector.heal(verb.options);
    case 'switchover':
      return switchover(verb.options, scene);
    case 'together':
      return together(verb.options, scene);
  }
  const { kind, options } = stepOf(step);
  const scenario = named(scene.catalog.scenarios, kind);
  await (scenario ? scenario.play(options, stageOf(scene)) : inject([step], scene));
}

/** One after the other, each step told of as it begins. */
async function performAll(steps: readonly Step[], scene: Scene, tell: Tell): Promise<void> {
  for (const step of steps) {
    scene.signal.throwIfAborted();
    tell(step);
    await perform(step, scene, tell);
  }
}

async function forEach({ in: whom, do: steps }: VerbOptions<'for_each'>, scene: Scene, tell: Tell) {
  const turns = typeof whom === 'string' ? inTurn(whom, scene) : whom;
  for (const it of turns) await performAll(forIt(steps, it), scene, tell);
}

/** Whom a selector names now; of all who serve, the primary comes last, so that it leaves once. */
function inTurn(whom: string, scene: Scene): string[] {
  if (whom !== 'all') return targetsNow(whom, scene);
  const primary = scene.present.primary()?.node;
  const members = scene.present.members();
  return [...members.filter((node) => node !== primary), ...members.filter((node) => node === primary)];
}

/** What begins at once and breaks something is injected at once; everything else begins when its time has come. */
async function together(steps: readonly Step[], scene: Scene): Promise<void> {
  const { clock, signal, catalog } = scene;
  const isFault = (step: Step) => named(catalog.faults, stepOf(step).kind) !== undefined;
  const atOnce = steps.filter((step) => isFault(step) && beginsAfter(step) === 0);
  const others = steps.filter((step) => !atOnce.includes(step));
  const begun = clock.now();
  let isHit = atOnce.length > 0;
  await allEnded([
    ...(isHit ? [inject(atOnce, scene)] : []),
    ...others.map(async (step) => {
      const after = begun + beginsAfter(step) - clock.now();
      if (after > 0) await sleep(clock, after, signal);
      onTime(step, clock.now() - begun, scene);
      if (isFault(step)) {
        isHit = true;
        return inject([step], scene, { beside: true });
      }
      const verb = verbOf(step);
      if (verb?.kind !== 'switchover' && verb?.kind !== 'restart') return perform(step, scene, () => {});
      const isDisturbed = () => isHit;
      if (verb.kind === 'switchover') return switchover(verb.options, scene, isDisturbed);
      return restart(targetsNow(verb.options.target, scene), scene, isDisturbed);
    }),
  ]);
}

/** By how much a step may begin late: what begins at another time is not what was asked for. */
const LATE = { share: 0.1, least: 20 };

function onTime(step: Step, began: number, { recorder }: Scene): void {
  const asked = beginsAfter(step);
  if (began - asked <= Math.max(LATE.share * asked, LATE.least)) return;
  const message = `\`${stepOf(step).kind}\` began ${began.toFixed(1)} ms after the beginning of \`together\`, not ${asked} ms`;
  recorder.record({ type: 'problem', message });
}

async function inject(
  steps: readonly Step[],
  { injector, catalog }: Scene,
  how?: { beside: boolean },
): Promise<void> {
  const ordered = steps.map((step) => {
    const { kind, options } = stepOf(step);
    const fault = named(catalog.faults, kind);
    if (!fault) throw new UsageError(`the step "${kind}" is not a fault`);
    return { fault, options };
  });
  await injector.inject(ordered, how);
}

function stageOf(scene: Scene): ScenarioStage {
  const { clock, random, signal, present, injector } = scene;
  return {
    clock,
    random,
    signal,
    members: () => present.members(),
    down: () => present.down(),
    aim: (fault, options) => injector.aim({ fault, options }),
    async inject(fault, options, how) {
      const [name] = await injector.inject([{ fault, options, ...how }]);
      return name!;
    },
    over: (fault) => injector.over(fault),
    healAll: () => injector.healAll(),
    restart: (node) => restart([node], scene),
  };
}

/** Which nodes a selector names right now. */
function targets(selector: string, scene: Scene): string[] {
  return resolveText(selector, scene.present.view(), scene.random);
}

async function wait(options: VerbOptions<'wait'>, scene: Scene, tell: Tell): Promise<void> {
  const { within = DEFAULT_WITHIN, else: otherwise } = options;
  const what = waitedFor(options);
  if (typeof what === 'number') return sleep(scene.clock, what, scene.signal);
  const reached = await waitUntil(scene, what, CONDITIONS[what], within, {
    hasElse: otherwise !== undefined,
  });
  if (!reached) await performAll(otherwise ?? [], scene, tell);
}

/** Whether a fault was put into the midst of something: that it does not come about then is what the drill is about. */
type Disturbed = () => boolean;
const undisturbed: Disturbed = () => false;

async function restart(nodes: readonly string[], scene: Scene, isDisturbed = undisturbed): Promise<void> {
  const { injector, recorder, present } = scene;
  await injector.witnessed();
  await allEnded(
    nodes.map(async (node) => {
      recorder.record({ type: 'ask', ask: 'restart', node });
      if (present.isRunning(node)) {
        // A process that stands still never gets to its own end.
        await injector.release('paused', [node]);
        await scene.nodes.kill(node, 'SIGTERM');
      }
      await unlessDisturbed(scene, `${node} to start`, scene.start(node), isDisturbed);
    }),
  );
}

/** What fails after a fault was put into its midst is told, and keeps nothing from being carried out. */
async function unlessDisturbed(scene: Scene, what: string, work: Promise<void>, isDisturbed: Disturbed) {
  try {
    await work;
    return true;
  } catch (error) {
    scene.signal.throwIfAborted();
    if (!isDisturbed()) throw error;
    const detail = `${messageOf(error)}, ${MIDST}`;
    scene.recorder.record({ type: 'waited', for: what, reached: false, otherwise: true, detail });
    return false;
  }
}

/** Those that are to be let go on: who was killed or paused may be nobody by now; a role or a tag means somebody. */
function targetsNow(target: string, scene: Scene): string[] {
  const found = targets(target, scene);
  if (found.length === 0 && target !== 'killed' && target !== 'paused')
    throw new EnvironmentError({
      expected: `a node that matches \`${target}\``,
      found: 'none now: a node that does not run has no role',
      todo: 'name the node, or write `killed`',
    });
  return found;
}

async function switchover(
  options: VerbOptions<'switchover'>,
  scene: Scene,
  isDisturbed = undisturbed,
): Promise<void> {
  const [to = options.to] = targets(options.to, scene);
  await scene.injector.witnessed();
  scene.recorder.record({ type: 'ask', ask: 'switchover', node: to });
  const what = `${to} to be primary`;
  if (!(await unlessDisturbed(scene, what, askSwitchover(scene, to), isDisturbed))) return;
  await waitUntil(scene, what, () => lackOfPrimary(scene, to), DEFAULT_WITHIN, { isDisturbed });
}

/** Why `node` is not the primary; undefined when it is. */
export function lackOfPrimary(scene: Scene, node: string): string | undefined {
  const primary = scene.present.primary()?.node;
  return primary === node ? undefined : `${primary ?? 'no node'} is primary`;
}
