/** The drills of what a fault holds, as they are run and told of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeHistory } from '../../src/history/codec.js';
import type { Event } from '../../src/history/event.js';
import { freshFolder, startDrill, verdictIn } from './drill-command.js';

const FOLDER = 'test/drills/held/';

/** Starts a drill; `ends` gives how it ended, with its history and what its faults are found to have done. */
export function start(name: string, ...args: string[]) {
  const out = freshFolder();
  const running = startDrill(['run', `${FOLDER}${name}.yaml`, '--out', out, ...args]);
  const ends = async () => {
    const ended = await running.ended;
    const { events } = decodeHistory(readFileSync(join(out, name, '1', 'history.jsonl')));
    const { findings } = verdictIn(out, name);
    const effects = findings.find(({ expectation }) => expectation === 'faults take effect');
    return { ...ended, said: `${ended.stdout}\n${ended.stderr}`, events, effects };
  };
  return { ...running, ends };
}

export const ofType = <Type extends Event['type']>(events: readonly Event[], type: Type) =>
  events.filter((event): event is Extract<Event, { type: Type }> => event.type === type);
