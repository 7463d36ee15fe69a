/**
 * The rules of the house, as data: who may import whom, and which names are banned outside their homes.
 * Each message names what to use instead.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');

interface ImportRule {
  from: RegExp;
  /** What it may not import; with `only`, everything but these (and packages in `packages`) is forbidden. */
  never?: RegExp;
  only?: RegExp;
  instead: string;
}

const IMPORT_RULES: ImportRule[] = [
  {
    from: /^(checker|expectation|histories|timeline|report)\//,
    never: /^(runtime|run|fault|probe|workload|toxiproxy|reference|commands|catalog)(\/|\.)/,
    instead: 'judge and report from the history alone; put what is missing into an event',
  },
  {
    from: /^(drill|topology|history)\//,
    never: /^(runtime|run|fault|probe|workload|system|toxiproxy|reference|commands|catalog)(\/|\.)/,
    instead: 'keep it pure; hand in what it needs as data',
  },
  {
    from: /^histories\//,
    only: /^(clock\.ts|random\.ts|errors\.ts|history\/operation-type\.ts|histories\/)/,
    instead: 'a library of its own that knows nothing of drills: hand in operations',
  },
  {
    from: /^timeline\//,
    only: /^(drill|topology|history|timeline)\//,
    instead: 'facts from the history alone; judgements belong to checker/, texts to report/',
  },
  {
    from: /^reference\//,
    only: /^(clock\.ts|random\.ts|reference\/)/,
    instead: 'only clock, random and reference/ itself: the thing under test must not know the drill',
  },
  {
    from: /^system\/redis\//,
    only: /^(clock\.ts|errors\.ts|reference\/|system\/redis\/)/,
    instead: 'what runs in a supervisor is all there is in its container',
  },
  {
    from: /^toxiproxy\//,
    only: /^(clock\.ts|random\.ts|errors\.ts|turns\.ts|toxiproxy\/)/,
    instead:
      'only clock, random, errors, turns and toxiproxy/ itself: the server runs in a process of its own',
  },
  {
    from: /^(fault|probe|workload|system|expectation|checker|runtime|report|run\/(?!keep\/process))/,
    never: /^catalog\.ts/,
    instead: 'a part is listed by the catalog and does not know it; whoever uses parts is handed a Catalog',
  },
  {
    from: /^(drill|topology|history|checker|report|run)\//,
    never:
      /^(expectation\/|fault\/(?!fault|scenario)|workload\/(?!workload|client-group|target)|system\/(?!system\.|system-of\.))/,
    instead: 'no part by its name: take it from the Catalog that is handed in',
  },
  {
    from: /^fault\//,
    never: /^(runtime\/(links|docker|process)|toxiproxy)\//,
    instead: 'the Links of runtime/world-links.ts, whatever they are made of: change, heal and look at them',
  },
  {
    from: /^run\//,
    never: /^(runtime\/(links|docker|process)|toxiproxy)\//,
    instead:
      'the World of runtime/runtime.ts, which the runtime in the Catalog opens; it may be no machine at all',
  },
  {
    from: /^runtime\/reaper\//,
    never: /^(runtime\/(docker|process|links)|toxiproxy)\//,
    instead:
      'the reaper knows processes, folders and notes: say how things are removed in a Reapable of runtime/reapables.ts',
  },
  {
    from: /^(?!cli\.ts|commands\/)/,
    never: /^(cli\.ts|commands\/)/,
    instead: 'commands are thin: move what is shared to the folder it belongs to',
  },
];

interface Ban {
  name: RegExp;
  homes: RegExp;
  instead: string;
}

const BANS: Ban[] = [
  {
    name: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|\bhrtime\b/,
    homes: /^clock\.ts$/,
    instead: 'the Clock of src/clock.ts',
  },
  {
    // `socket.setTimeout(0)` takes a time limit away.
    name: /\bset(Timeout|Interval|Immediate)\((?!0\))/,
    homes: /^clock\.ts$/,
    instead: 'clock.timer(), sleep() or soon() of src/clock.ts',
  },
  {
    name: /\bMath\.random\b|\brandomBytes\b|\brandomUUID\b/,
    homes: /^random\.ts$/,
    instead: 'the Random of src/random.ts',
  },
  {
    // The secret of an edge's container reaches its process no other way.
    name: /\bprocess\.env\b/,
    homes: /^(cli|reference\/process|runtime\/docker\/agent\/process)\.ts$/,
    instead: 'the environment that cli.ts hands in',
  },
  {
    name: /\bprocess\.(argv|exit)\b/,
    homes:
      /^(cli|reference\/process|toxiproxy\/process|runtime\/reaper\/process|runtime\/docker\/(agent|gauge)\/process|run\/keep\/process)\.ts$/,
    instead: 'arguments and a result: only the entry of a process reads argv and ends it',
  },
  { name: /\bconsole\./, homes: /^$/, instead: 'the Io of a command, or an event in the history' },
  {
    // A test runner with realms of its own gets Node's errors from outside them.
    name: /\binstanceof (\w+\.)?(Aggregate|Range|Reference|Syntax|Type|URI)?(Error|DOMException)\b/,
    homes: /^$/,
    instead: 'isError() and codeOf() of src/errors.ts',
  },
  {
    name: /\bnew Error\(/,
    homes: /^(clock|cli)\.ts$|^(reference|toxiproxy|runtime)\//,
    instead: 'an error of src/errors.ts',
  },
  {
    name: /\bshell:\s*true\b|\bexecSync\(|\bexec\('/,
    homes: /^$/,
    instead: 'an argument list: spawn or execFile',
  },
];

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? files(path) : entry.name.endsWith('.ts') ? [path] : [];
  });
}

function linesOf(path: string): number {
  return readFileSync(path, 'utf8').split('\n').length - 1;
}

/** The code of a file without its comments, so that prose may name what code may not. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function importsOf(path: string, code: string): string[] {
  const found = [...code.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)];
  return found.map(([, target]) => relative(SRC, resolve(dirname(path), target!)).replace(/\.js$/, '.ts'));
}

function importFindings(name: string, imports: readonly string[]): string[] {
  return IMPORT_RULES.filter(({ from }) => from.test(name)).flatMap(({ never, only, instead }) =>
    imports
      .filter((target) => never?.test(target) || (only && !only.test(target)))
      .map((target) => `src/${name} imports src/${target}: ${instead}`),
  );
}

function banFindings(name: string, code: string): string[] {
  return BANS.filter((ban) => !ban.homes.test(name) && ban.name.test(code)).map(
    (ban) => `src/${name} uses ${ban.name.exec(code)?.[0]}: use ${ban.instead}`,
  );
}

/** The longest a file may be, lines. */
const LONGEST = 300;

/** A way from each file that imports itself in the end, types included: `a.ts -> b.ts -> a.ts`. */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]) => {
    const at = way.indexOf(name);
    if (at >= 0) found.push([...way.slice(at), name].join(' -> '));
    if (at >= 0 || done.has(name)) return;
    for (const target of imports.get(name) ?? []) visit(target, [...way, name]);
    done.add(name);
  };
  for (const name of imports.keys()) visit(name, []);
  return found;
}

const sources = files(SRC).map((path) => {
  const code = codeOf(readFileSync(path, 'utf8'));
  return { name: relative(SRC, path), code, imports: importsOf(path, code), lines: linesOf(path) };
});

describe('the house', () => {
  it('keeps to its import rules', () => {
    expect(sources.flatMap(({ name, imports }) => importFindings(name, imports))).toEqual([]);
  });

  it('has no circle of imports: what both ends need is a file of its own', () => {
    expect(circles(new Map(sources.map(({ name, imports }) => [name, imports])))).toEqual([]);
  });

  it(`has no file over ${LONGEST} lines: split it by what its parts are about`, () => {
    const long = sources.filter(({ lines }) => lines > LONGEST);
    expect(long.map(({ name, lines }) => `${name}: ${lines}`)).toEqual([]);
  });

  it('keeps time, randomness, the environment and exit in their homes', () => {
    expect(sources.flatMap(({ name, code }) => banFindings(name, code))).toEqual([]);
  });

  it('names slow_disk, which was eight edits in seven files, in its own file and where a runtime does it', () => {
    const naming = sources.filter(({ code }) => code.includes('slow_disk')).map(({ name }) => name);
    expect(naming.sort()).toEqual(['fault/slow-disk.ts', 'runtime/docker/handicap/slow-disk.ts']);
  });

  it('has no default exports and no file of odds and ends', () => {
    const odd = sources.filter(
      ({ name, code }) =>
        /(^|\/)(utils?|helpers?|misc|common)\.ts$/.test(name) || /^export default\b/m.test(code),
    );
    expect(odd.map(({ name }) => name)).toEqual([]);
  });
});

describe('the rules themselves can fail', () => {
  it('an import of a runtime from a checker is found', () => {
    expect(importFindings('checker/x.ts', ['runtime/runtime.ts'])).toHaveLength(1);
    expect(importFindings('reference/x.ts', ['errors.ts'])).toHaveLength(1);
    expect(importFindings('fault/x.ts', ['catalog.ts'])).toHaveLength(1);
    expect(importFindings('run/x.ts', ['runtime/docker/engine.ts', 'runtime/runtime.ts'])).toHaveLength(1);
    expect(importFindings('fault/x.ts', ['runtime/links/links.ts', 'runtime/world-links.ts'])).toHaveLength(
      1,
    );
    expect(
      importFindings('runtime/reaper/x.ts', ['runtime/docker/engine.ts', 'runtime/ports.ts']),
    ).toHaveLength(1);
    expect(importFindings('run/x.ts', ['fault/kill.ts', 'fault/fault.ts', 'catalog.ts'])).toHaveLength(2);
  });

  it('a circle is found, and the way around it', () => {
    const all = { 'a.ts': ['b.ts'], 'b.ts': ['c.ts', 'd.ts'], 'c.ts': ['d.ts'], 'd.ts': ['b.ts'] };
    expect(circles(new Map(Object.entries(all)))).toEqual(['b.ts -> c.ts -> d.ts -> b.ts']);
    expect(circles(new Map(Object.entries({ ...all, 'd.ts': [] })))).toEqual([]);
  });

  it('a banned name is found, but not in a comment', () => {
    expect(banFindings('run/x.ts', codeOf('const t = Date.now();'))).toHaveLength(1);
    expect(banFindings('run/x.ts', codeOf('// Date.now() would be wrong here'))).toEqual([]);
    expect(banFindings('run/x.ts', codeOf('setTimeout(f, 1)'))).toHaveLength(1);
    expect(banFindings('run/x.ts', codeOf('error instanceof AggregateError'))).toHaveLength(1);
    expect(banFindings('run/x.ts', codeOf('error instanceof UsageError'))).toEqual([]);
    expect(banFindings('checker/x.ts', codeOf('process.env.HOME'))).toHaveLength(1);
  });
});
