/** The steps of a drill. Faults go through the injector, scenarios play themselves; the verbs of the language are done here. */
import { sleep } from '../clock.js';
import { named } from '../drill/parts.js';
import { type Step, stepOf, type VerbOptions, verbOf } from '../drill/steps.js';
import { EnvironmentError, UsageError } from '../errors.js';
import type { ScenarioStage } from '../fault/scenario.js';
import { resolveText } from '../topology/partition.js';
import { askSwitchover } from './ask-switchover.js';
import { CONDITIONS, waitUntil } from './conditions.js';
import type { Scene } from './scene.js';

/** How long a condition may take where the drill does not say, ms. */
export const DEFAULT_WITHIN = 30_000;

/** Carries one step out. Rejects when the run is aborted or the step cannot be done. */
export async function perform(step: Step, scene: Scene): Promise<void> {
  const verb = verbOf(step);
  switch (verb?.kind) {
    case 'wait':
      return wait(verb.options, scene);
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
      return inject(verb.options, scene);
  }
  const { kind, options } = stepOf(step);
  const scenario = named(scene.catalog.scenarios, kind);
  await (scenario ? scenario.play(options, stageOf(scene)) : inject([step], scene));
}

async function inject(steps: readonly Step[], { injector, catalog }: Scene): Promise<void> {
  const ordered = steps.map((step) => {
    const { kind, options } = stepOf(step);
    const fault = named(catalog.faults, kind);
    if (!fault) throw new UsageError(`the step "${kind}" is not a fault`);
    return { fault, options };
  });
  await injector.inject(ordered);
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

async function wait(options: VerbOptions<'wait'>, scene: Scene): Promise<void> {
  const { for: what, within = DEFAULT_WITHIN } = options;
  if (typeof what === 'number') await sleep(scene.clock, what, scene.signal);
  else await waitUntil(scene, what, CONDITIONS[what], within);
}

async function restart(nodes: readonly string[], scene: Scene): Promise<void> {
  const { injector, recorder, present } = scene;
  await injector.witnessed();
  await Promise.all(
    nodes.map(async (node) => {
      recorder.record({ type: 'ask', ask: 'restart', node });
      if (present.isRunning(node)) {
        // A process that stands still never gets to its own end.
        await injector.release('paused', [node]);
        await scene.nodes.kill(node, 'SIGTERM');
      }
      await scene.start(node);
    }),
  );
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

async function switchover(options: VerbOptions<'switchover'>, scene: Scene): Promise<void> {
  const [to = options.to] = targets(options.to, scene);
  await scene.injector.witnessed();
  scene.recorder.record({ type: 'ask', ask: 'switchover', node: to });
  await askSwitchover(scene, to);
  await waitUntil(scene, `${to} to be primary`, () => lackOfPrimary(scene, to), DEFAULT_WITHIN);
}

/** Why `node` is not the primary; undefined when it is. */
export function lackOfPrimary(scene: Scene, node: string): string | undefined {
  const primary = scene.present.primary()?.node;
  return primary === node ? undefined : `${primary ?? 'no node'} is primary`;
}
