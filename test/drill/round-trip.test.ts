import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { decodeDrill, encodeDrill, parseDrill } from '../built-in.js';
import { examples } from './examples.js';

describe('a drill as resolved, written back as a drill file', () => {
  it.each(examples().map(({ file, text }) => [file, text] as const))(
    'is the same drill: %s',
    (file, text) => {
      const drill = parseDrill(text, file);
      const written = encodeDrill(drill);
      expect(decodeDrill(written)).toEqual(drill);
      expect(encodeDrill(decodeDrill(written))).toEqual(written);
      expect(parseDrill(stringify(written), file)).toEqual(drill);
      expect(decodeDrill(JSON.parse(JSON.stringify(written)))).toEqual(drill);
    },
  );

  it('has short forms, units and the defaults', () => {
    const text = `name: x
topology: { nodes: { a: { role: primary }, b: {} } }
steps: [{ wait: { for: 1500ms } }, { kill: { target: primary } }, { pause: { target: b, for: 120s } }]
expect: { recover: <= 0.5s, lost_writes: "== 0" }
`;
    const written = encodeDrill(parseDrill(text, 'x.yaml'));
    expect(written.steps).toEqual([
      { wait: '1500ms' },
      { kill: 'primary' },
      { pause: { target: 'b', for: '2m' } },
    ]);
    expect(written.expect).toEqual({ recover: '<= 500ms', lost_writes: 0 });
    expect(written.clients).toEqual({ app: { count: 1, rate: '100/s', timeout: '1s' } });
    expect(written.topology.supervisor).toEqual({
      members: 3,
      trigger: 'supervisor',
      detect: { heartbeat: { interval: '100ms', timeout: '400ms' } },
      quorum: true,
      fencing: true,
      lease: '600ms',
    });
  });
});
