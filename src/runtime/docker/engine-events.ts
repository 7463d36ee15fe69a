/** What the engine tells of a run's containers while it goes on; and that it tells no more. */
import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { messageOf } from '../../errors.js';
import { Lines } from '../process/lines.js';
import { mayBeSilent } from './engine.js';
import { RUN_LABEL } from './labels.js';

export interface EngineListener {
  /** A container's process has ended. */
  onDie(container: string, code: number, outOfMemory: boolean): void;
  /** The engine is gone, or has stopped telling. */
  onLost(reason: string): void;
}

/** Resolves once the engine tells. Gives what ends the telling. */
export async function listenToEngine(
  docker: Dockerode,
  run: string,
  listener: EngineListener,
): Promise<() => void> {
  const filters = { type: ['container'], event: ['die', 'oom'], label: [`${RUN_LABEL}=${run}`] };
  const outOfMemory = new Set<string>();
  const onEvent = ({ Action, Actor }: EngineEvent) => {
    const id = Actor?.ID;
    if (id === undefined) return;
    if (Action === 'oom') outOfMemory.add(id);
    else listener.onDie(id, Number(Actor?.Attributes?.['exitCode'] ?? 0), outOfMemory.delete(id));
  };
  return listen(docker, filters, onEvent, (reason) => listener.onLost(reason));
}

/** Tells when a container has joined one of these networks, by its name. Resolves once the engine tells. */
export async function listenToNetworks(
  docker: Dockerode,
  networks: readonly string[],
  onJoined: (container: string, network: string) => void,
): Promise<() => void> {
  // By their labels networks are not found here: the engine knows of a network's event its name alone.
  const filters = { type: ['network'], event: ['connect'], network: [...networks] };
  const onEvent = ({ Actor }: EngineEvent) => {
    const { container, name } = Actor?.Attributes ?? {};
    if (container !== undefined && name !== undefined) onJoined(container, name);
  };
  // That the engine is gone is told of its containers.
  return listen(docker, filters, onEvent, () => {});
}

async function listen(
  docker: Dockerode,
  filters: Record<string, string[]>,
  onEvent: (event: EngineEvent) => void,
  onLost: (reason: string) => void,
): Promise<() => void> {
  const stream = (await docker.getEvents({ filters })) as Readable;
  mayBeSilent(stream);
  let closed = false;
  const lines = new Lines((line) => {
    const event = parse(line);
    if (event) onEvent(event);
  });
  const lost = (reason: string) => {
    if (closed) return;
    closed = true;
    onLost(reason);
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => lines.push(text));
  stream.once('error', (error) => lost(messageOf(error)));
  stream.once('end', () => lost('the engine ended the connection'));
  stream.once('close', () => lost('the engine closed the connection'));
  return () => {
    closed = true;
    stream.destroy();
  };
}

interface EngineEvent {
  Action?: string;
  Actor?: { ID?: string; Attributes?: Record<string, string> };
}

function parse(line: string): EngineEvent | undefined {
  try {
    return JSON.parse(line) as EngineEvent;
  } catch {
    return undefined;
  }
}
