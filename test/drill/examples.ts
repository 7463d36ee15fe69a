/** Drills that use the whole language, for tests that need valid ones. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A drill with every step and most options. */
export const EVERYTHING = readFileSync(`${ROOT}test/fuzz/originals/everything.yaml`, 'utf8');

/** The least that a drill can be. */
export const LEAST = `name: least
topology: { nodes: { a: { role: primary }, b: {} } }
`;

export interface Example {
  file: string;
  text: string;
}

/** Drill files of a folder of the repository, or none where there is no such folder. */
export function examplesIn(folder: string): Example[] {
  if (!existsSync(ROOT + folder)) return [];
  return readdirSync(ROOT + folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => ({ file: `${folder}/${file}`, text: readFileSync(`${ROOT}${folder}/${file}`, 'utf8') }));
}

/** Every valid drill at hand. */
export function examples(): Example[] {
  return [
    { file: 'everything.yaml', text: EVERYTHING },
    { file: 'least.yaml', text: LEAST },
    ...examplesIn('drills'),
    ...examplesIn('fixtures/known-bad'),
  ];
}
