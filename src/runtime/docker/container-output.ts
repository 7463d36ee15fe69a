/** What a container writes: its two streams, told apart, into its log and line by line to whoever listens. */
import { PassThrough } from 'node:stream';
import type Dockerode from 'dockerode';
import { Lines } from '../process/lines.js';
import type { NodeLog } from '../process/node-log.js';
import { mayBeSilent } from './engine.js';

export interface ContainerOutput {
  /** Resolves when there is no more. */
  ended: Promise<void>;
  /** For what the container is told; undefined where it does not listen. */
  stdin: NodeJS.WritableStream | undefined;
}

/** To be called before the start, so that no line is missed. */
export async function attachOutput(
  container: Dockerode.Container,
  stdin: boolean,
  log: NodeLog,
  onLine: (line: string) => void,
): Promise<ContainerOutput> {
  const stream = await container.attach({ stream: true, stdout: true, stderr: true, stdin, hijack: stdin });
  mayBeSilent(stream);
  const lines = new Lines(onLine);
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  stdout.setEncoding('utf8');
  stderr.setEncoding('utf8');
  stdout.on('data', (text: string) => {
    log.write(text);
    lines.push(text);
  });
  stderr.on('data', (text: string) => log.write(text));
  container.modem.demuxStream(stream, stdout, stderr);
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      lines.end();
      resolve();
    };
    stream.once('end', end);
    stream.once('close', end);
    stream.once('error', end);
  });
  return { ended, stdin: stdin ? stream : undefined };
}
