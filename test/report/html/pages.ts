/** Pages of histories, for tests: recorded ones, one that was cut short, and one with hostile text in every place. */
import { readFileSync } from 'node:fs';
import { CATALOG } from '../../../src/catalog.js';
import { type Judged, judgedWith } from '../../../src/checker/judge.js';
import { decodeHistory } from '../../../src/history/codec.js';
import type { Event } from '../../../src/history/event.js';
import { type History, historyOf } from '../../../src/history/history.js';
import type { LogEnd } from '../../../src/report/html/log-lines.js';
import { executionPage } from '../../../src/report/html/page.js';
import { Building } from '../../checker/build.js';

const FOLDER = new URL('../../../fixtures/histories/', import.meta.url);

const recorded = (name: string) => readFileSync(new URL(`${name}.jsonl`, FOLDER), 'utf8');

/** Its last third and half a line are missing. */
function cutShort(): History {
  const text = recorded('split-brain');
  return decodeHistory(text.slice(0, Math.floor(text.length * 0.66)));
}

export const HOSTILE = [
  '<script>window.hit=1</script>',
  '</script><script>window.hit=1</script>',
  '<img src=x onerror="window.hit=1">',
  '"><svg onload=window.hit=1>',
  "' onmouseover='window.hit=1",
  '" autofocus onfocus="window.hit=1',
  '<!-- <script>',
  ']]><script>window.hit=1</script>',
  'javascript:window.hit=1',
  '</title><script>window.hit=1</script>',
  '</style><script>window.hit=1</script>',
  '</pre><iframe srcdoc="<script>parent.hit=1</script>">',
  '<a href="javascript:window.hit=1">x</a>',
  '<base href="https://example.invalid/">',
  '<meta http-equiv="refresh" content="0;url=https://example.invalid/">',
  '<link rel=stylesheet href=https://example.invalid/x.css>',
  '<form action=https://example.invalid><button autofocus>',
  '<object data="https://example.invalid/x">',
  '{{constructor.constructor("window.hit=1")()}}',
  '#{window.hit=1}',
  '&lt;script&gt;window.hit=1&lt;/script&gt;',
  '\u202e<script>window.hit=1</script>',
  '\u2028<script>window.hit=1</script>',
  '\x1b[2J<script>window.hit=1</script>',
  '\ud800<img src=x onerror=window.hit=1>',
  '<details open ontoggle=window.hit=1>',
  '<video><source onerror=window.hit=1></video>',
  '<style>*{display:none}</style>',
  '__proto__',
  `${'W'.repeat(3000)}<b>`,
];

/** Hostile text as names, roles' nodes, keys, values, errors, faults, problems. */
function hostile(): History {
  const built = new Building().phase(0, 'steady').phase(500, 'steps');
  HOSTILE.forEach((text, at) => {
    const start = 10 + at * 20;
    built.write(start, text, { key: text, by: text, client: text, process: at });
    built.write(start + 600, text, { key: text, type: 'fail', client: text, process: at });
    built.role(start, text, 'primary', { term: at, source: 'log' });
    built.at(start, { type: 'problem', message: text });
    built.at(start, { type: 'supervisor', node: text, event: 'declared', target: text, detail: text });
    built.fault(start + 700, { kind: text, targets: [text], cuts: [`${text}->a`] });
  });
  const events = built.events().map((event): Event => {
    if (event.type === 'fail') return { ...event, error: String(event.value) };
    if (event.type !== 'run') return event;
    const nodes = HOSTILE.map((name) => ({ name, kind: 'node' as const, tags: [name] }));
    const drill = {
      ...event.drill,
      name: HOSTILE[0]!,
      about: HOSTILE.join('\n'),
      expect: { lost_writes: 0 },
    };
    return { ...event, nodes, drill, runtime: HOSTILE[2]! };
  });
  return historyOf(events);
}

const HISTORIES = {
  passing: () => decodeHistory(recorded('split-brain')),
  failing: () => decodeHistory(recorded('no-fencing')),
  inconclusive: () => decodeHistory(recorded('unseen-fault')),
  'cut short': cutShort,
  hostile,
} as const;

export type Kind = keyof typeof HISTORIES;
export const KINDS = Object.keys(HISTORIES) as Kind[];

const LOG: LogEnd = {
  node: 'a',
  text: '{"at":1005,"event":"role","role":"primary","term":1}\n{"at":3000,"event":"running"}\nplain text\n',
  cut: false,
};

export function judgedOf(kind: Kind): Judged {
  return judgedWith(HISTORIES[kind](), CATALOG);
}

export function pageOf(kind: Kind): { html: string; judged: Judged } {
  const judged = judgedOf(kind);
  const logs = kind === 'hostile' ? HOSTILE.map((text) => ({ node: text, text, cut: true })) : [LOG];
  return {
    judged,
    html: executionPage({ ...judged, logs }, kind === 'hostile' ? HOSTILE[1]! : 'drills/x.yaml'),
  };
}
