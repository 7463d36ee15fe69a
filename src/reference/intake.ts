/** What peers send (peer.ts), on the receiving side. */
import type { Duplex } from 'node:stream';
import type { Clock } from '../clock.js';
import { Lines } from './lines.js';
import type { Message } from './message.js';

/**
 * How long after a line its sender is told that it has come, ms: what comes meanwhile is told with it. A third of the
 * shortest time that a sender waits.
 */
const ANSWER_AFTER = 50;

/** Goes on with a connection whose request was an upgrade; `head` came with that. A peer that sends nonsense is left. */
export function takeIn(socket: Duplex, head: Buffer, clock: Clock, take: (message: Message) => void): void {
  let last = 0;
  let isDue = false;
  const answer = () => {
    isDue = false;
    if (socket.writable) socket.write(`${last}\n`);
  };
  const lines = new Lines((line) => {
    const [, number, text] = /^(\d+) (.*)$/s.exec(line) ?? [];
    if (number === undefined || text === undefined) throw new SyntaxError('expected a number and messages');
    const messages = JSON.parse(text) as Message[];
    last = Number(number);
    if (!isDue) clock.timer(ANSWER_AFTER, answer);
    isDue = true;
    for (const message of messages) take(message);
  });
  const hear = (chunk: Buffer) => {
    try {
      lines.take(chunk);
    } catch (error) {
      if ((error as Error).name !== 'SyntaxError') throw error;
      socket.destroy();
    }
  };
  socket.on('error', () => undefined);
  socket.on('data', hear);
  socket.on('end', () => socket.end());
  socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: messages\r\n\r\n');
  hear(head);
}
