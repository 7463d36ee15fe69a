import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { linkConformance, localLinks } from './conformance.js';

linkConformance('the embedded server', localLinks({}));

const path = process.env.PATH ?? '';
if (path.split(delimiter).some((folder) => isExecutable(join(folder, 'toxiproxy-server')))) {
  linkConformance('toxiproxy-server on PATH', localLinks({ path }));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
