import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { junitXml } from '../../src/report/junit.js';
import type { ReportedRun } from '../../src/report/run.js';
import { finding, passing, runOf } from './samples.js';

const SCHEMA = new URL('../../../shared/schemas/junit-10.xsd', import.meta.url);
const weird = 'a "b" <c> & \'d\' ]]> ]]> \x00\x01\x1b[31m\x0b\ud800\udfff\uffff 😀\n\ttab\rend &#0; --> $& ';

const MANY: Record<string, ReportedRun[]> = {
  'no run at all': [],
  'a run without findings': [runOf([])],
  'a pass': [passing()],
  'a fail': [runOf([finding('recover', 'fail'), finding('lost_writes', 'pass')])],
  'an inconclusive': [runOf([finding('recover', 'inconclusive', { message: '', evidence: [] })])],
  'weird characters': [
    {
      file: `${weird}.yaml`,
      folder: weird,
      verdict: runOf(
        [
          finding(weird, 'fail', { expected: weird, actual: weird, message: weird, checker: weird }),
          finding(weird, 'inconclusive', { expected: weird, actual: weird, message: weird, checker: weird }),
        ],
        {
          drill: weird,
          about: weird,
          groups: {
            [weird]: { ok: 1, fail: 0, info: 0, availability: 1, outage_ms: 1e-7, latency_ms: null },
          },
        },
      ).verdict,
    },
  ],
  'odd durations': [0, 0.0004, 1e-9, 999.9999, 123_456_789.123].map((duration_ms) =>
    runOf([finding('recover', 'pass')], { duration_ms }),
  ),
  'a run with its beginning': [{ ...passing(), started: '2026-01-01T00:00:00.123Z' }],
  'many runs': Array.from({ length: 200 }, (_, index) =>
    runOf([finding('recover', index % 3 === 0 ? 'fail' : 'pass'), finding('detect', 'inconclusive')], {
      execution: index + 1,
    }),
  ),
};

describe('junit.xml', () => {
  // The schema lies beside the checkout where this project is made; elsewhere one line says so.
  const here = existsSync(SCHEMA);
  if (!here) console.info('skipped: junit.xml against ../shared/schemas/junit-10.xsd, which is not there');
  const errorsOf = async (contents: string) => {
    const schema = { fileName: 'junit-10.xsd', contents: readFileSync(SCHEMA, 'utf8') };
    return (await validateXML({ xml: { fileName: 'junit.xml', contents }, schema })).errors;
  };

  test.skipIf(!here).each(Object.entries(MANY))(
    'of %s is valid against the Jenkins schema',
    async (_, runs) => {
      expect(await errorsOf(junitXml(runs))).toEqual([]);
    },
  );

  test.skipIf(!here)('would be refused by the Jenkins schema with what it does not know', async () => {
    expect(
      await errorsOf(junitXml([passing()]).replace('<testsuites ', '<testsuites skipped="0" ')),
    ).not.toEqual([]);
  });

  test('has one suite for each execution and one case for each expectation', () => {
    const xml = junitXml([passing(), passing()]);
    expect(xml.match(/<testsuite /g)).toHaveLength(2);
    expect(xml.match(/<testcase /g)).toHaveLength(4);
    expect(xml).toContain(
      '<testcase classname="process.drills.split-brain" name="recover: &lt;= 2500ms" time="0.508"/>',
    );
    expect(xml).toContain('name="double_primaries: 0" time="0"');
    expect(xml).toContain('name="process.drills.split-brain" time="14.204"');
  });

  test('says of a failure what was seen, where, and how to see it again', () => {
    const xml = junitXml([runOf([finding('recover', 'fail', { actual: '3120.4 ms' })])]);
    expect(xml).toContain('<failure message="expected &lt;= 2500ms, found 3120.4 ms" type="recovery">');
    expect(xml).toContain('what was seen of recover\nin two lines');
    expect(xml).toContain('evidence: events 12, 41 of .drill/now/split-brain/1/history.jsonl');
    expect(xml).toContain('reproduce: drill run drills/split-brain.yaml --seed 123 --runtime process');
    expect(xml).toMatch(/<testsuite [^>]*tests="1" failures="1" errors="0"/);
  });

  test('counts what is inconclusive as an error, never as a pass', () => {
    const xml = junitXml([runOf([finding('recover', 'inconclusive')])]);
    expect(xml).toContain('<error message=');
    expect(xml).toMatch(/<testsuites [^>]*tests="1" failures="0" errors="1"/);
  });

  test('has the figures as properties, those that are null left out', () => {
    const xml = junitXml([passing()]);
    expect(xml).toContain('<property name="fault-1.recover_ms" value="508.325"/>');
    expect(xml).toContain('<property name="fault-1.failover.fence_ms" value="31.1"/>');
    expect(xml).toContain('<property name="east.latency_p99_ms" value="9"/>');
    expect(xml).toContain('<property name="double_primary_claims" value="0"/>');
    expect(xml).not.toContain('resync_ms');
  });

  test('tells cases of one name apart', () => {
    const xml = junitXml([runOf([finding('outage', 'pass'), finding('outage', 'pass')])]);
    expect(xml).toContain('name="outage: &lt;= 2500ms"');
    expect(xml).toContain('name="outage: &lt;= 2500ms (2)"');
  });
});
