/** Workloads beside plain reads and writes, over a failover: judged by their models, and caught where the system is wrong. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeHistory } from '../../src/history/codec.js';
import { parseDrill } from '../built-in.js';
import { drill, freshFolder, verdictIn } from './drill-command.js';

const TEXT = readFileSync(join(import.meta.dirname, 'workloads/workload.yaml'), 'utf8');
const WORKLOADS = [
  ['append', 'append'],
  ['cas', 'cas'],
  ['counter', 'add'],
  ['bank', 'transfer'],
  ['queue', 'enqueue'],
] as const;

async function run(text: string) {
  const out = freshFolder();
  const file = join(out, 'workload.yaml');
  writeFileSync(file, text);
  const { stdout, stderr } = await drill('run', file, '--runtime', 'process', '--out', join(out, 'results'));
  const folder = join(out, 'results');
  const { findings, counts } = verdictIn(folder, 'workload');
  const history = decodeHistory(readFileSync(join(folder, 'workload/1/history.jsonl')));
  const of = (name: string) => findings.find(({ expectation }) => expectation === name);
  return { of, counts, history, told: `${stdout}\n${stderr}` };
}

describe.each(WORKLOADS)('the workload %s', (workload, f) => {
  const text = TEXT.replace('WORKLOAD', workload);

  it('passes over a failover, and its operations are acknowledged', async () => {
    const { of, counts, history, told } = await run(text);
    expect(of('linearizable')?.verdict, told).toBe('pass');
    expect(of('drill carried out')?.verdict, told).toBe('pass');
    const acknowledged = history.events.filter((event) => event.type === 'ok' && event.f === f);
    expect(acknowledged.length).toBeGreaterThan(20);
    // A mismatch is an answer: the service was there.
    expect(of('recover')?.verdict, told).not.toBe('fail');
    expect(of('availability')?.verdict, told).not.toBe('fail');
    expect([counts.lost_writes, counts.phantom_writes, counts.stale_reads]).toEqual([0, 0, 0]);
  });

  it('fails where what was acknowledged to some is gone for the others', async () => {
    const weak = text
      .replace('replication: sync', 'replication: async')
      .replace('lease: 1200ms', 'lease: false')
      // Far more is lost than is in doubt.
      .replace('rate: 50/s', 'rate: 20/s')
      .replace('rate: 25/s', 'rate: 100/s');
    const { of, told } = await run(weak);
    expect(of('linearizable')?.verdict, told).toBe('fail');
  });
});

it('what goes by distinct values is refused for a counter, and what a system cannot be asked for', () => {
  const message = (text: string) => {
    try {
      return String(parseDrill(text, 'x.yaml'));
    } catch (error) {
      return String(error);
    }
  };
  const counter = TEXT.replace('WORKLOAD', 'counter').replace('failovers: 1', 'lost_writes: 0');
  expect(message(counter)).toContain('`lost_writes` goes by values that are written once');
  const nodes = 'nodes: { a: { role: primary, image: x } }';
  const http = `system: { http: { port: 80, read: { request: "GET /{key}" }, write: { request: "PUT /{key}" } } }`;
  expect(
    message(`name: x\ntopology: { ${nodes}, supervisor: none, ${http} }\nworkload: { type: cas }\n`),
  ).toContain(
    'expected a workload of what the system that is told here can be asked for: `read` and `write`, found "cas", which takes `read` and `cas`; choose another workload',
  );
});
