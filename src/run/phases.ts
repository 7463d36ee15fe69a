/** The phases of a drill between `up` and `down`, in their order: what each does and what it waits for. */
import { sleep, unlessAborted } from '../clock.js';
import { named } from '../drill/parts.js';
import { heldText, stepText } from '../drill/step-text.js';
import type { Step } from '../drill/steps.js';
import { EnvironmentError, messageOf } from '../errors.js';
import type { Phase } from '../history/event.js';
import { isWrite } from '../history/operations.js';
import { askSwitchover } from './ask-switchover.js';
import { CONDITIONS, waitUntil } from './conditions.js';
import { finalReads } from './final-reads.js';
import type { Scene } from './scene.js';
import { lackOfPrimary, perform } from './steps.js';

/** For how long a switch back may be refused, and the time until it is asked for again, ms. */
const REFUSALS = 5000;
const AGAIN = 250;
/** How long each phase may take before the drill is given up as one that cannot be carried out, ms. */
const PATIENCE = 30_000;
/** For how long the machine has to be on time before the first step, and how long that is waited for, ms. */
const ON_TIME_FOR = 1000;
const SETTLE_PATIENCE = 8000;
/** Time between two looks, ms. */
const LOOK_EVERY = 20;
/** How many of the last lines of a node are told. */
const TAIL = 8;

type Work = (scene: Scene) => Promise<void>;

const PHASES: readonly { phase: Phase; work: Work }[] = [
  { phase: 'steady', work: steady },
  { phase: 'steps', work: steps },
  { phase: 'heal', work: (scene) => scene.injector.healAll() },
  { phase: 'settle', work: settle },
  { phase: 'resync', work: resync },
  { phase: 'failback', work: failback },
  { phase: 'final reads', work: finish },
];

/**
 * Carries the phases out. A phase that cannot be done is recorded as a problem and ends the drill. When the run is to
 * end early, it rejects at once: what is under way then ends with what is taken down.
 */
export async function conduct(scene: Scene): Promise<void> {
  for (const { phase, work } of PHASES) {
    scene.signal.throwIfAborted();
    if (phase === 'failback' && scene.drill.failback === 'none') continue;
    scene.recorder.record({ type: 'phase', phase });
    await unlessAborted(scene.signal, work(scene));
  }
}

/** The service and the workload are proven before the first fault: what fails later is the fault's doing. */
async function steady(scene: Scene): Promise<void> {
  await whole(scene);
  for (const group of scene.groups) group.running.start();
  if (!(await untouched(scene, 'steady'))) {
    throw new EnvironmentError({
      where: 'phase steady',
      expected: 'a workload without errors before the first fault',
      found: CONDITIONS.steady(scene) ?? 'errors',
      todo: "lower the rate of the clients, or read the nodes' logs in the run folder",
    });
  }
  await settled(scene);
}

/**
 * Programs that have just started take several times the processor time of their later life. A fault is injected once the
 * machine has been on time for a while, or has not come to that.
 */
async function settled({ clock, tally, recorder, signal }: Scene): Promise<void> {
  const end = clock.now() + SETTLE_PATIENCE;
  while (!tally.onTime(recorder.elapsed() * 1e6, ON_TIME_FOR) && clock.now() < end)
    await sleep(clock, LOOK_EVERY, signal);
}

/** Waits for one primary and everybody in sync with it. Rejects with what a node wrote last where that is not to be had. */
export async function whole(scene: Scene): Promise<void> {
  const { present } = scene;
  if (!(await untouched(scene, 'in-sync'))) {
    const [lacking = ''] = present.missing();
    throw new EnvironmentError({
      where: 'phase steady',
      expected: `one primary and every standby in sync within ${PATIENCE / 1000} s`,
      found: present.lacking().join(', '),
      todo: `read the nodes' logs in the run folder; ${await lastWords(scene, lacking)}`,
    });
  }
}

/**
 * Waits for a condition while nothing was done to the nodes yet, and says whether it was reached. A node that ends now
 * comes back by itself where it says so; of any other, rejects at once with what it wrote last.
 */
async function untouched(scene: Scene, condition: 'in-sync' | 'steady'): Promise<boolean> {
  const { present, restarts } = scene;
  const lack = () => {
    const dead = present.down().find((node) => !restarts.awaits(node));
    if (dead !== undefined) throw new EnvironmentError(`node ${dead} ended`);
    return CONDITIONS[condition](scene);
  };
  try {
    return await waitUntil(scene, condition, lack, PATIENCE);
  } catch (error) {
    const [dead] = present.down();
    if (scene.signal.aborted || dead === undefined) throw error;
    const found = `that it ended while it was starting; ${await lastWords(scene, dead)}`;
    throw new EnvironmentError({ where: `node ${dead}`, expected: 'it to run', found });
  }
}

async function lastWords(scene: Scene, node: string): Promise<string> {
  const lines = (await scene.nodes.tail(node, TAIL)).filter((line) => line !== '');
  return lines.length === 0 ? `${node} wrote nothing` : `${node} wrote last:\n  ${lines.join('\n  ')}`;
}

async function steps(scene: Scene): Promise<void> {
  for (const [place, step] of scene.drill.steps.entries()) {
    scene.signal.throwIfAborted();
    const text = stepText(scene.drill, place, scene.catalog);
    scene.recorder.record({ type: 'step', step: place + 1, text });
    const tell = (held: Step) => {
      const text = heldText(held, scene.drill, scene.catalog);
      scene.recorder.record({ type: 'step', step: place + 1, text });
    };
    try {
      await perform(step, scene, tell);
    } catch (error) {
      scene.signal.throwIfAborted();
      const message = `step ${place + 1} (${text}): ${messageOf(error)}`;
      scene.recorder.record({ type: 'problem', message });
      return;
    }
  }
  await scene.injector.witnessed();
  // The end of the steps cuts no fault short: one with a time has it.
  await scene.injector.elapsed();
}

/** After the heal the service finds one primary again by itself; where nodes are down, starting them is the remedy. */
async function settle(scene: Scene): Promise<void> {
  const lack = () => ((scene.present.primary() ?? scene.present.down()[0]) ? undefined : 'no primary');
  await waitUntil(scene, 'a primary', lack, PATIENCE);
}

/** How often a node is started again in one resync before it is left to lie. */
const STARTS = 3;

/**
 * What was killed, by a fault or by a fence, is started again, and everybody catches up. A node may be fenced
 * while it catches up, too; then it is started once more, as whoever is on call would do.
 */
async function resync(scene: Scene): Promise<void> {
  const starts = new Map<string, number>();
  const startAgain = () => {
    for (const node of scene.present.down().filter((one) => !scene.restarts.awaits(one))) {
      const count = starts.get(node) ?? 0;
      if (count === STARTS) continue;
      starts.set(node, count + 1);
      scene.recorder.record({ type: 'ask', ask: 'restart', node });
      // That it could not be started shows: it stays down.
      scene.start(node).catch(() => undefined);
    }
  };
  const lack = () => {
    startAgain();
    return CONDITIONS['in-sync'](scene);
  };
  await waitUntil(scene, 'in-sync', lack, PATIENCE);
}

async function failback(scene: Scene): Promise<void> {
  const { drill, recorder, present } = scene;
  if (drill.failback === 'none') return;
  const { to, trigger } = drill.failback;
  const asked = recorder.events.length;
  // It never left, or the supervisors have switched back by themselves already.
  if (present.primary()?.node === to) return untilWritten(scene, to, 0);
  const ask = () => recorder.record({ type: 'ask', ask: 'failback', node: to });
  if (trigger !== 'manual') ask();
  else {
    const refusal = await untilTaken(scene, () => {
      ask();
      return askSwitchover(scene, to);
    });
    if (refusal !== undefined) {
      recorder.record({ type: 'problem', message: `the switch back to ${to} was refused: ${refusal}` });
      return;
    }
  }
  await waitUntil(scene, `${to} to be primary`, () => lackOfPrimary(scene, to), PATIENCE);
  await untilWritten(scene, to, asked);
  await waitUntil(scene, 'steady', CONDITIONS.steady, PATIENCE);
}

/**
 * The failback ends with a write, so clients that could make one go on until there is one. That there is none shows in
 * the figure, and keeps nothing from being carried out.
 */
async function untilWritten({ drill, recorder, present, clock, signal }: Scene, to: string, since: number) {
  const { clients, workload } = drill;
  const canWrite = Object.values(clients).some(({ pinned }) => pinned === undefined || pinned === to);
  if (workload.writes === 0 || !canWrite) return;
  const isWritten = () => {
    const last = recorder.events.findLast(
      (event) => event.type === 'ok' && isWrite(event) && event.node === to && event.client !== 'final',
    );
    if (last?.type !== 'ok') return false;
    const term = present.primary()?.term;
    return last.term === undefined || term === undefined ? last.index >= since : last.term >= term;
  };
  const end = clock.now() + PATIENCE;
  while (!isWritten() && clock.now() < end) await sleep(clock, LOOK_EVERY, signal);
}

/**
 * Asks for a switch back, and again where it is refused: who was in sync when it was looked at may have fallen behind
 * by the time that it is asked, and catches up. Gives the last refusal, where none was taken in time.
 */
async function untilTaken(scene: Scene, ask: () => Promise<void>): Promise<string | undefined> {
  const { clock, signal } = scene;
  const end = clock.now() + REFUSALS;
  for (;;) {
    try {
      await ask();
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (clock.now() > end) return messageOf(error);
    }
    await sleep(clock, AGAIN, signal);
    await waitUntil(scene, 'in-sync', CONDITIONS['in-sync'], PATIENCE);
  }
}

/** The load ends, what is in flight is waited for, and every key is read once more. */
async function finish(scene: Scene): Promise<void> {
  for (const group of scene.groups) group.target.stop();
  await Promise.all(scene.groups.map((group) => group.running.stop()));
  // An operation in doubt may still be on its way through a socket buffer; the final reads come after it.
  await sleep(scene.clock, 20, scene.signal);
  await finalReads(scene, named(scene.catalog.workloads, scene.drill.workload.type)?.final);
}
