import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { CATALOG } from '../../src/catalog.js';
import { isMasked, Mask } from '../../src/drill/secrets.js';
import { decodeDrill, loadDrill, parseDrill } from '../built-in.js';

const COMPOSE = `
services:
  a:
    image: db:\${TAG}
    command: [serve, "--as=\${NAME}", --password, "\${PASSWORD}", --again, "\${PASSWORD}"]
    environment: { TOKEN: literal-token, PASSWORD: "\${PASSWORD}", LEVEL: 3, SHORT: "\${SHORT}" }
    env_file: a.env
    expose: ["80"]
`;
const DRILL = `
name: secrets
topology:
  compose: compose.yaml
  system:
    http:
      port: 80
      headers: { Authorization: Bearer header-token }
      write: { request: "PUT /v/{key}" }
      read: { request: "GET /v/{key}" }
  nodes: { a: { role: primary } }
  supervisor: none
steps: []
expect: {}
`;
const SECRETS = ['from-the-shell', 'from-dot-env', 'from-env-file', 'literal-token', 'header-token'];

const folder = mkdtempSync(join(tmpdir(), 'drill-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'compose.yaml'), COMPOSE);
writeFileSync(join(folder, '.env'), 'NAME=from-dot-env\nTAG=latest\n');
writeFileSync(join(folder, 'a.env'), 'FILE=from-env-file\n');
writeFileSync(join(folder, 'drill.yaml'), DRILL);

const load = () =>
  loadDrill(join(folder, 'drill.yaml'), { environment: { PASSWORD: 'from-the-shell', SHORT: 'a' } });

describe('what a run leaves behind of a drill', () => {
  it('holds no value of a variable, an env file or a header', async () => {
    const drill = await load();
    // They are there, in what is run.
    for (const secret of SECRETS) expect(stringify(drill)).toContain(secret);
    const text = stringify(new Mask(drill, 'key').drill(drill, CATALOG));
    for (const secret of SECRETS) expect(text).not.toContain(secret);
    expect(text).toContain('image: db:latest');
    expect(text).toContain('serve');
    expect(text).toMatch(/LEVEL: "\*{3}[0-9a-f]{8}/);
  });

  it('tells equal values from different ones, to whoever does not have the key, and no more', async () => {
    const drill = await load();
    const of = (key: string) => {
      const { command, environment } = new Mask(drill, key).drill(drill, CATALOG).topology.nodes['a'] as {
        command: string[];
        environment: Record<string, string>;
      };
      return { command, environment };
    };
    const { command, environment } = of('one key');
    expect(command[3]).toBe(command[5]);
    expect(command[3]).toBe(environment['PASSWORD']);
    expect(environment['TOKEN']).not.toBe(environment['PASSWORD']);
    expect(of('another key').environment['TOKEN']).not.toBe(environment['TOKEN']);
    expect(isMasked(environment['TOKEN'])).toBe(true);
  });

  it('is a drill still, so that it can be judged again', async () => {
    const drill = await load();
    expect(decodeDrill(new Mask(drill, 'key').drill(drill, CATALOG)).expect).toEqual(drill.expect);
  });

  it('is refused as a drill, with its place, where a value is needed', async () => {
    const drill = await load();
    const text = stringify(new Mask(drill, 'key').drill(drill, CATALOG));
    expect(() => parseDrill(text, 'drill.yaml')).toThrow(/drill\.yaml:\d+:\d+: .*expected the value itself/s);
  });

  it('hides them in the texts of events, and leaves the words of the tool alone', async () => {
    const mask = new Mask(await load(), 'key');
    const event = mask.event({
      type: 'problem',
      node: 'from-the-shell',
      message: 'could not log in with from-the-shell as a',
      evidence: [{ expected: 'Bearer header-token', observed: 'from-dot-env' }],
    });
    expect(event.node).toBe('from-the-shell');
    expect(event.message).toMatch(/^could not log in with \*{3}[0-9a-f]{8} as a$/);
    for (const secret of SECRETS)
      expect(JSON.stringify({ ...event, node: '' })).not.toContain(secret.replace('Bearer ', ''));
  });
});
