/** Before each file of tests, also where files share what they import. */
import { afterAll } from 'vitest';
import { removeFreshFolders } from './drills/drill-command.js';

afterAll(removeFreshFolders);
