import { describe, expect, it } from 'vitest';
import { decodeDrill, encodeDrill, parseDrill, stepText } from '../built-in.js';
import { LEAST } from './examples.js';

describe('the text of a step', () => {
  const drill = parseDrill(
    `${LEAST}steps:
  - wait: 2s
  - wait: { for: steady, within: 1m }
  - partition:
      isolate: primary   # the one
      except: ["client:app"]
      for: 1500ms
  - kill: { target: a }
`,
    'x.yaml',
  );
  const texts = (of: typeof drill) => of.steps.map((_, place) => stepText(of, place));

  it('is as the file has it: short forms, units, nothing filled in', () => {
    const expected = [
      'wait: 2s',
      'wait: { for: steady, within: 1m }',
      'partition: { isolate: primary, except: [client:app], for: 1500ms }',
      'kill: { target: a }',
    ];
    expect(texts(drill)).toEqual(expected);
    expect(texts({ ...drill, seed: 7 })).toEqual(expected);
  });

  it('has units too where a drill came from no file', () => {
    expect(texts(decodeDrill(encodeDrill(drill)))).toEqual([
      'wait: 2s',
      'wait: { for: steady, within: 1m }',
      'partition: { isolate: primary, except: [client:app], mode: drop, for: 1500ms }',
      'kill: a',
    ]);
  });
});
