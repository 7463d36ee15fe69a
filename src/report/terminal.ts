/**
 * Live progress on a terminal: the lines of every open run are rewritten in place, at most ten times a second; of one
 * run alone its timeline stays in their place. Elsewhere each notable event can be one plain line instead, or all of a
 * run together what a CI system shows folded. The cursor is never hidden
 * and always stands on the line below, so that an end without `stop` leaves the terminal as it should be.
 */
import type { Clock, Timer } from '../clock.js';
import type { Event } from '../history/event.js';
import { advance, isOperation, type LiveState, liveState, plainLine, render } from './live.js';
import { fitted, oneLine, wrapped } from './text.js';

const REWRITE_EVERY_MS = 100;

interface LiveTerminalOptions {
  /** Writes text, in place of the `over` lines above the cursor. */
  write(text: string, over?: number): void;
  /** How wide the terminal is now. */
  columns(): number;
  /** How high it is now; 24 where it is not known. What does not fit is not shown. */
  rows?(): number;
  interactive: boolean;
  /** Shows text folded under a title; where it is given, what is not interactive is. */
  fold?: ((title: string, text: string) => void) | undefined;
  colors: boolean;
  clock: Clock;
}

/** One run on the terminal: a listener for its events. */
interface LiveRun {
  event(event: Event): void;
  /** The run is over: its lines go, or its timeline stays in their place. */
  close(): void;
}

export interface LiveTerminal {
  /** Shows a run; the title tells runs side by side apart and may be empty. */
  open(title?: string): LiveRun;
  /** Writes text that stays, above the lines that are rewritten. */
  print(text: string): void;
  /** Clears the rewritten lines and stops the timer. To be called whatever happens; nothing is written after it. */
  stop(): void;
}

interface Shown {
  title: string;
  state: LiveState;
  /** The clock's instant at which the run began, as far as its events tell. */
  origin: number;
}

export function liveTerminal(options: LiveTerminalOptions): LiveTerminal {
  const { interactive, fold } = options;
  if (interactive) return rewriting(options);
  return fold ? folding(options, fold) : plain(options);
}

/** The same lines, of each run together once it is over. */
function folding(options: LiveTerminalOptions, fold: NonNullable<LiveTerminalOptions['fold']>): LiveTerminal {
  const { print, stop } = plain(options);
  return {
    open(title = '') {
      let text = '';
      const { event } = plain({ ...options, write: (line) => (text += line) }).open();
      return { event, close: () => fold(`events${title === '' ? '' : ` of ${title}`}`, text) };
    },
    print,
    stop,
  };
}

/** A line for each notable event. */
function plain({ write }: LiveTerminalOptions): LiveTerminal {
  let stopped = false;
  return {
    open(title = '') {
      const prefix = title === '' ? '' : `${oneLine(title)}  `;
      let state = liveState();
      return {
        event(event) {
          if (stopped || isOperation(event)) return;
          const line = plainLine(event, undefined, state);
          state = advance(state, event);
          if (line !== undefined) write(`${prefix}${line}\n`);
        },
        close() {},
      };
    },
    print: (text) => write(ended(text)),
    stop() {
      stopped = true;
    },
  };
}

function rewriting(options: LiveTerminalOptions): LiveTerminal {
  const { write, clock, columns } = options;
  const runs = new Set<Shown>();
  /** How many lines stand above the cursor that are ours to rewrite. */
  let height = 0;
  let timer: Timer | undefined;
  let stopped = false;

  const draw = (kept = '') => {
    const lines = linesOf([...runs], options);
    write(`${kept}${lines.map((line) => `${line}\n`).join('')}`, height);
    height = lines.length;
  };
  const tick = () => {
    timer = undefined;
    if (runs.size === 0) return;
    draw();
    timer = clock.timer(REWRITE_EVERY_MS, tick);
  };

  return {
    open(title = '') {
      const run: Shown = { title: oneLine(title), state: liveState(), origin: clock.now() };
      runs.add(run);
      if (!stopped) timer ??= clock.timer(REWRITE_EVERY_MS, tick);
      return {
        event(event) {
          run.state = advance(run.state, event);
          run.origin = Math.min(run.origin, clock.now() - event.time / 1e6);
        },
        close() {
          if (!runs.delete(run) || stopped) return;
          // Of several at once, the timelines would be a heap of lines.
          draw(run.title === '' ? timelineOf(run, columns()) : '');
        },
      };
    },
    print(text) {
      if (stopped) write(ended(text));
      else draw(ended(text));
    },
    stop() {
      if (stopped) return;
      stopped = true;
      timer?.cancel();
      if (height > 0) write('', height);
      height = 0;
    },
  };
}

/** The lines of all runs, as many as the terminal can hold: what has scrolled away cannot be rewritten. */
function linesOf(runs: readonly Shown[], { columns, rows, colors, clock }: LiveTerminalOptions): string[] {
  // The last column stays free: some terminals wrap when it is written to.
  const width = Math.max(1, columns() - 1);
  const lines = runs.flatMap((run) => {
    const elapsedMs = Math.max(0, clock.now() - run.origin);
    const shown = render(run.state, { elapsedMs, columns: width, colors });
    return run.title === '' ? shown : [fitted(run.title, width), ...shown];
  });
  return lines.slice(0, Math.max(1, (rows?.() ?? 24) - 1));
}

/** The lines by which a run is told afterwards, each whole: what does not fit goes on below. */
function timelineOf({ state }: Shown, columns: number): string {
  const lines = [...state.milestones.values()].flatMap((line) => {
    const [when = ''] = /^ *[\d.]+ ms {2}/.exec(line) ?? [];
    const told = wrapped(line.slice(when.length), Math.max(1, columns - when.length));
    return told.map((text, at) => `${at === 0 ? when : ' '.repeat(when.length)}${text}\n`);
  });
  return lines.length === 0 ? '' : `${lines.join('')}\n`;
}

function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
