/** Drill files of a folder, and their names. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './drill-command.js';

export const files = (folder: string) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `${folder}/${name}`);

export const nameOf = (file: string) => file.replace(/^.*\//, '').replace('.yaml', '');
