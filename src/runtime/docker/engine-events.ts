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
  const filters = { type: ['container' as const], event: ['die', 'oom'], label: [`${RUN_LABEL}=${run}`] };
  const stream = (await docker.getEvents({ filters })) as Readable;
  mayBeSilent(stream);
  const outOfMemory = new Set<string>();
  let closed = false;
  const lines = new Lines((line) => {
    const event = parse(line);
    const id = event?.Actor?.ID;
    if (id === undefined) return;
    if (event?.Action === 'oom') outOfMemory.add(id);
    else listener.onDie(id, Number(event?.Actor?.Attributes?.['exitCode'] ?? 0), outOfMemory.delete(id));
  });
  const lost = (reason: string) => {
    if (closed) return;
    closed = true;
    listener.onLost(reason);
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
