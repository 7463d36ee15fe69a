import { describe, expect, it } from 'vitest';
import { drillError } from '../../src/drill/load.js';
import { processRuntime } from '../../src/runtime/process/process-runtime.js';
import { simRuntime } from '../../src/runtime/sim/sim-runtime.js';
import { lackingNeeds, missingNeeds, needsOf, parseDrill } from '../built-in.js';
import { EVERYTHING } from './examples.js';

function drill(steps: string, more = '') {
  const topology = '{ nodes: { a: { role: primary }, b: {} }, supervisor: { fencing: false } }';
  return parseDrill(`name: x\ntopology: ${topology}\nsteps: ${steps}\n${more}`, 'x.yaml');
}

describe('what a drill needs of a runtime', () => {
  it.each([
    ['[{ wait: 1s }]', []],
    ['[{ kill: primary }]', ['kill']],
    ['[{ kill: primary }, { restart: killed }]', ['kill', 'start']],
    ['[{ pause: a }, { resume: paused }]', ['pause']],
    ['[{ slow: { from: a, to: b, latency: 1s } }]', ['links', 'shaping']],
    ['[{ together: [{ kill: a }, { partition: { isolate: b } }] }]', ['kill', 'links']],
    ['[{ random: { faults: [pause, kill], every: 1s, during: 5s } }]', ['pause', 'kill', 'start']],
    ['[{ switchover: { to: b } }]', []],
    ['[{ stop: { target: a, grace: 1s } }]', ['stop']],
    ['[{ kill: { target: a, process: redis-server } }]', ['kill: process']],
    ['[{ pause: { target: a, by: freezer } }]', ['pause: freezer']],
    ['[{ pause: { target: a, by: SIGSTOP } }]', ['pause: SIGSTOP']],
    ['[{ cpu: { target: a, limit: 10% } }, { memory: { target: a, limit: 64m } }]', ['cpu', 'memory']],
    ['[{ together: [{ slow_disk: { target: a, write: 1m/s } }] }]', ['slow_disk']],
    ['[{ clock: { target: a, skew: +5m } }]', ['clock']],
  ])('of the steps %s', (steps, needs) => expect(needsOf(drill(steps))).toEqual(needs));

  it('includes power where someone fences or reads the process list, and starting for a failback', () => {
    const everything = needsOf(parseDrill(EVERYTHING, 'x.yaml'));
    expect(everything).toEqual(expect.arrayContaining(['kill', 'links', 'pause', 'power', 'start']));
    expect(needsOf(drill('[]', 'failback: { to: a }'))).toEqual(['start']);
  });

  it('includes packet filters where the nodes share one network', () => {
    const topology =
      '{ network: shared, nodes: { a: { role: primary }, b: {} }, supervisor: { fencing: false } }';
    const example = parseDrill(`name: x\ntopology: ${topology}\nsteps: [{ kill: a }]`, 'x.yaml');
    expect(needsOf(example)).toEqual(['kill', 'packet-filters']);
    const lacking = lackingNeeds(example, 'packet-filters', 'no iptables-save', 'the runtime docker');
    expect(drillError(example, lacking).message).toMatch(
      /^x.yaml:2:22: expected a machine on which the runtime docker can do `packet-filters`, found no iptables-save; `drill doctor` /,
    );
    expect(lackingNeeds(example, 'power', 'nothing', 'docker')).toEqual([]);
  });

  it('is refused at the step where the runtime lacks it', () => {
    const example = drill('[{ wait: 1s }, { pause: a }]');
    const problems = missingNeeds(example, ['kill', 'links'], 'process');
    expect(drillError(example, problems).message).toBe(
      [
        'x.yaml:3:18: expected a runtime that can do `pause`, found process, which offers `kill` and `links`; choose another with --runtime',
        '  3 | steps: [{ wait: 1s }, { pause: a }]',
        '    |                                ^',
      ]
        .join('\n')
        .replace('3:18', '3:32'),
    );
    expect(missingNeeds(example, ['pause'], 'process')).toEqual([]);
  });

  it('includes programs of any kind where the nodes run others than ours, told once', () => {
    const supervisor = '{ fencing: false, lease: false }';
    const topology = `system: redis, replication: async, nodes: { a: { role: primary }, b: {} }, supervisor: ${supervisor}`;
    const example = parseDrill(`name: x\ntopology: { ${topology} }\nsteps: [{ kill: a }]`, 'x.yaml');
    expect(needsOf(example)).toEqual(['kill', 'programs', 'program: redis-server']);
    const problems = missingNeeds(example, [...simRuntime.capabilities], 'the runtime sim');
    expect(problems.map(({ path }) => path.join('.'))).toEqual(['topology.nodes.a']);
    expect(missingNeeds(example, [...processRuntime.capabilities], 'the runtime process')).toEqual([]);
    expect(missingNeeds(drill('[{ kill: a }]'), [...simRuntime.capabilities], 'the runtime sim')).toEqual([]);
  });

  it('is refused by name where nodes are no containers', () => {
    const steps = '[{ stop: a }, { pause: { target: a, by: freezer } }, { cpu: { target: a, limit: 10% } }]';
    const problems = missingNeeds(drill(steps), [...processRuntime.capabilities], 'the runtime process');
    expect(problems.map(({ path, expected }) => [path.join('.'), expected])).toEqual([
      ['steps.1.pause', 'a runtime that can do `pause: freezer`'],
      ['steps.2.cpu', 'a runtime that can do `cpu`'],
    ]);
  });
});
