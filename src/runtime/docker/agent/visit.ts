/**
 * One connection that comes in to a node. Its bytes go on to the node and the node's come back, except that a
 * greeting is answered here: of that the node sees nothing but a connection that is closed again.
 *
 *     incoming > (the first bytes: a greeting?) > node
 *     incoming <                                < node
 *
 * The node is dialled at once and what it says goes out at once; only what comes in is looked at, and only until it
 * can be no greeting any more, which for most is the first byte.
 */
import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../../clock.js';
import { answerLine, type Recognised } from './greeting-line.js';

/** How long the next byte of what may become a greeting is waited for, ms; then it is passed on as it is. */
const NEXT_BYTE = 100;

export interface VisitSetting {
  incoming: Socket;
  /** It may still be connecting. */
  node: Socket;
  clock: Clock;
  recognise(said: Buffer): Recognised;
  onGreeting(token: string): void;
  /** Calls `release` once no greeting is expected here; gives what takes that back. */
  hold(release: () => void): () => void;
}

export function visit({ incoming, node, clock, recognise, onGreeting, hold }: VisitSetting): void {
  let said: Buffer = Buffer.alloc(0);
  let stage: 'undecided' | 'passing' | 'greeted' = 'undecided';
  let timer: Timer | undefined;
  /** Taken back when it is settled what this is. */
  const holds: (() => void)[] = [];
  /** What the node's end does to the connection, in its order. */
  const endings: (() => void)[] = [];

  const settle = (as: 'passing' | 'greeted') => {
    stage = as;
    timer?.cancel();
    incoming.off('data', look);
    incoming.off('end', pass);
    for (const takeBack of holds) takeBack();
  };
  const end = () => {
    for (const ending of endings.splice(0)) ending();
  };
  const pass = () => {
    settle('passing');
    if (said.length > 0) node.write(said);
    incoming.pipe(node);
    end();
  };
  const greet = (token: string) => {
    settle('greeted');
    node.unpipe(incoming);
    node.destroy();
    onGreeting(token);
    incoming.end(answerLine(token));
    incoming.resume();
  };
  const look = (chunk: Buffer) => {
    said = said.length === 0 ? chunk : Buffer.concat([said, chunk]);
    const found = recognise(said);
    timer?.cancel();
    if (found === 'open') timer = clock.timer(NEXT_BYTE, pass);
    else if (found === 'other') pass();
    else greet(found.token);
  };
  const nodeEnds = (ending: () => void) => {
    if (stage === 'greeted') return;
    endings.push(ending);
    if (stage === 'passing') end();
    else holds.push(hold(end));
  };

  node.pipe(incoming, { end: false });
  node.once('end', () => nodeEnds(() => incoming.end()));
  node.on('error', () => nodeEnds(() => incoming.destroy()));
  node.once('close', () => nodeEnds(() => incoming.destroy()));
  incoming.on('data', look);
  incoming.once('end', pass);
  incoming.on('error', () => node.destroy());
  incoming.once('close', () => {
    if (stage === 'undecided') settle('passing');
    node.destroy();
  });
}
