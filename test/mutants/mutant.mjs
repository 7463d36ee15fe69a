/**
 * Mutants of the reference service: its sources with one protection broken (fixtures/mutants), and programs made of them.
 *
 *     mutants() -> mutate(mutant) -> transpile(sources, folder) -> build(mutant, folder): folder/dist/cli.js runs it
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const COMPILER = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
);
/** As tsconfig.json has it. One file alone is translated, and its types are not looked at. */
const OPTIONS = [
  '--module',
  'nodenext',
  '--target',
  'es2023',
  '--verbatimModuleSyntax',
  '--noCheck',
  '--noResolve',
];

/** All mutants, as fixtures/mutants/mutants.yaml has them. */
export function mutants() {
  return parse(readFileSync(join(root, 'fixtures/mutants/mutants.yaml'), 'utf8'));
}

/** The mutated sources, by path; throws where what is to be replaced is not there exactly once. */
export function mutate({ name, file, find, replace, also = [] }) {
  const sources = new Map();
  for (const change of [{ file, find, replace }, ...also]) {
    const source = sources.get(change.file) ?? readFileSync(join(root, change.file), 'utf8');
    const parts = source.split(change.find);
    if (parts.length !== 2)
      throw new Error(
        `mutant ${name}: expected the text to replace once in ${change.file}, found it ${parts.length - 1} times: ` +
          `write it anew in fixtures/mutants/mutants.yaml\n${change.find}`,
      );
    sources.set(change.file, parts.join(change.replace));
  }
  return sources;
}

/** Translates sources to `folder`/dist. Throws with what is wrong with them. */
export function transpile(sources, folder) {
  const mutated = join(folder, 'mutated');
  const files = [...sources].map(([path, text]) => {
    const file = join(mutated, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  });
  const places = ['--rootDir', join(mutated, 'src'), '--outDir', join(folder, 'dist')];
  const args = [COMPILER, '--ignoreConfig', ...OPTIONS, ...places, ...files];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`expected sources that can be translated, found\n${stdout}${stderr}`);
  rmSync(mutated, { recursive: true });
}

/** Makes the program with the mutant in it in `folder`, of the build in `dist`. Without a mutant, a copy of the build. */
export function build(mutant, folder) {
  const isCode = (path) => !path.endsWith('.d.ts');
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true, filter: isCode });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  if (mutant) transpile(mutate(mutant), folder);
}
