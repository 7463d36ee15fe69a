/**
 * junit.xml as CI servers read it. The rules of each are written down here as they are in its source: by which name it
 * knows a case, what it drops, from where it takes the text that it shows.
 */
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { junitXml } from '../../src/report/junit.js';
import type { ReportedRun } from '../../src/report/run.js';
import { finding, runOf } from './samples.js';

interface Fault {
  message?: string;
  type?: string;
  '#text'?: string;
}

interface Case {
  classname: string;
  name: string;
  time: string;
  failure?: Fault[];
  error?: Fault[];
}

interface Suite {
  name: string;
  timestamp?: string;
  time: string;
  package?: string;
  id?: string;
  testcase?: Case[];
}

function suitesOf(xml: string): Suite[] {
  const lists = ['testsuite', 'testcase', 'failure', 'error', 'property'];
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    isArray: (name) => lists.includes(name),
  });
  const root = parser.parse(xml) as { testsuites: { testsuite?: Suite[] } };
  return root.testsuites.testsuite ?? [];
}

/** What a reader shows of a case. */
interface Shown {
  /** By which the case is known again in the next build. */
  identity: string;
  state: 'passed' | 'failed';
  text: string;
}

type Reader = (files: readonly string[]) => Shown[];

const faultOf = (one: Case) => (one.failure ?? one.error)?.[0];
const stateOf = (one: Case) => (faultOf(one) === undefined ? 'passed' : 'failed');

/** GitLab, lib/gitlab/ci/parsers/test/junit.rb and reports/test_{case,suite,reports_comparer}.rb. */
const gitlab: Reader = (files) => {
  const cases = new Map<string, Shown>();
  for (const suite of files.flatMap(suitesOf))
    for (const one of suite.testcase ?? []) {
      // Some versions take the suite's name in, too; a key that is unique without it is so with it.
      const identity = `${one.classname}_${one.name}`;
      const fault = faultOf(one);
      // Rails' Hash.from_xml converts content by the attribute `type`, and refuses the whole file for two of them.
      if (['yaml', 'symbol'].includes(fault?.type ?? '')) throw new Error('DisallowedType');
      // The content is what is shown; the attribute `message` only where there is none.
      const shown = {
        identity,
        state: stateOf(one),
        text: fault?.['#text'] ?? fault?.message ?? '',
      } as const;
      if (!cases.has(identity)) cases.set(identity, shown);
    }
  return [...cases.values()];
};

/** Jenkins, junit-plugin: TestResult.add (before 1.50 and now), SuiteResult.parseSuite, CaseResult. */
const jenkins: Reader = (files) => {
  const suites: { name: string; timestamp: string | undefined; cases: Case[] }[] = [];
  for (const suite of files.flatMap(suitesOf)) {
    // A suite without cases is not looked at.
    if (suite.testcase === undefined) continue;
    const { name, timestamp, testcase: cases } = suite;
    const same = suites.find((other) => other.name === name);
    // Equal in name and timestamp: the same report twice, and dropped.
    if (same && same.timestamp !== undefined && same.timestamp === timestamp) continue;
    if (same) same.cases.push(...cases);
    else suites.push({ name, timestamp, cases: [...cases] });
  }
  // A case's page, and its history over builds, go by suite and full name: the last of equal ones stays.
  const cases = new Map<string, Shown>();
  for (const suite of suites)
    for (const one of suite.cases) {
      const identity = `${one.classname}.${one.name}`;
      const fault = one.error?.[0] ?? one.failure?.[0];
      const text = `${fault?.message ?? ''}\n${fault?.['#text'] ?? ''}`.trim();
      cases.set(identity, { identity, state: stateOf(one), text });
    }
  return [...cases.values()];
};

/** dorny/test-reporter, java-junit-parser.ts: groups by class name in each suite; shows the content of a fault. */
const dorny: Reader = (files) =>
  files.flatMap(suitesOf).flatMap(({ name, testcase = [] }) =>
    testcase.map((one) => ({
      identity: [name.trim(), one.classname === name ? '' : one.classname, one.name.trim()].join(' > '),
      state: stateOf(one),
      text: faultOf(one)?.['#text'] ?? '',
    })),
  );

/** mikepenz/action-junit-report, testParser.ts with `check_retries`: one case for each name in a suite. */
const mikepenz: Reader = (files) =>
  files.flatMap(suitesOf).flatMap(({ testcase = [] }) => {
    const cases = new Map<string, Case>();
    for (const one of testcase) {
      const before = cases.get(one.name);
      if (before === undefined || (faultOf(before) && !faultOf(one))) cases.set(one.name, one);
    }
    return [...cases.values()].map((one) => ({
      identity: `${one.classname.split('.').at(-1)} ${one.name}`,
      state: stateOf(one),
      text: faultOf(one)?.message || faultOf(one)?.['#text'] || '',
    }));
  });

const READERS = {
  GitLab: gitlab,
  Jenkins: jenkins,
  'dorny/test-reporter': dorny,
  'mikepenz/action-junit-report': mikepenz,
};

const findings = (failing: boolean) => [
  finding('recover', failing ? 'fail' : 'pass', { actual: '3120.4 ms' }),
  finding('outage', 'pass', { expected: 'app <= 1s' }),
  finding('outage', failing ? 'inconclusive' : 'pass', { expected: 'app <= 1s', message: '' }),
];

/** Seven executions of one drill, of which six do not pass. */
const repeated = (seed: number): ReportedRun[] =>
  Array.from({ length: 7 }, (_, index) => ({
    ...runOf(findings(index > 0), { seed: seed + index, execution: index + 1 }),
    started: '2026-01-01T00:00:00.123Z',
  }));

/** Two drills of one name in files of their own, one of them on both runtimes too, as one build may have them. */
const sameName = (): ReportedRun[] =>
  [
    'east/drills/split-brain.yaml',
    '../west/split-brain.yml',
    '/srv/split-brain.yaml',
    'split-brain.yaml',
  ].map((file) => ({ ...runOf(findings(true)), file, started: '2026-01-01T00:00:00.123Z' }));
const onDocker = (run: ReportedRun): ReportedRun => ({
  ...run,
  verdict: { ...run.verdict, runtime: 'docker' },
});

describe.each(Object.entries(READERS))('%s', (_, read) => {
  test('keeps every case of seven executions', () => {
    const cases = read([junitXml(repeated(1))]);
    expect(cases).toHaveLength(21);
    expect(cases.filter(({ state }) => state === 'failed')).toHaveLength(12);
  });

  test('keeps every case of drills of one name, in one file and in one for each call', () => {
    const runs = sameName();
    expect(read([junitXml(runs)])).toHaveLength(12);
    const files = [...runs, ...runs.map(onDocker)].map((run) => junitXml([run]));
    expect(read(files)).toHaveLength(24);
  });

  test('knows each case again in the next build, whatever came of it and whatever its seed', () => {
    const identities = (runs: ReportedRun[]) => read([junitXml(runs)]).map(({ identity }) => identity);
    const next = repeated(999_999).map((run) => ({
      ...run,
      started: '2027-02-02T00:00:00.000Z',
      verdict: { ...run.verdict, duration_ms: 1, findings: findings(false) },
    }));
    expect(identities(next)).toEqual(identities(repeated(1)));
    // More executions than before leave the names of the earlier ones as they were.
    expect(identities(repeated(1)).slice(0, 3)).toEqual(identities(repeated(1).slice(0, 1)));
  });

  test('shows what was expected and what was found of each case that did not pass', () => {
    const cases = read([junitXml(repeated(1))]);
    expect(new Set(cases.map(({ state }) => state)).size).toBeGreaterThan(1);
    for (const { state, text } of cases)
      expect(text).toMatch(state === 'failed' ? /expected (app )?<= (2500ms|1s), found \d/ : /^$/);
  });

  test('never sees a run that proved nothing as green', () => {
    expect(read([junitXml([runOf([])])])).toMatchObject([{ state: 'failed' }]);
  });
});

test('a suite says when it began, as the schemas of this format have it', () => {
  expect(suitesOf(junitXml(repeated(1)))[0]?.timestamp).toBe('2026-01-01T00:00:00');
});

test('the last part of a class name is the name of the file, by which mikepenz/action-junit-report finds it', () => {
  const [suite] = suitesOf(junitXml([{ ...runOf(findings(true)), file: 'ci/east.1/no-quorum.yaml' }]));
  expect(suite?.testcase?.[0]?.classname).toBe('process.ci.east_1.no-quorum');
});

test('a run that is told from its folder alone goes by the name of its drill', () => {
  const run = runOf(findings(true));
  const [suite] = suitesOf(junitXml([{ ...run, file: `${run.folder}/drill.yaml` }]));
  expect(suite?.testcase?.[0]?.classname).toBe('process.split-brain');
});
