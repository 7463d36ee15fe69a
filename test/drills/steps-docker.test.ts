/** Every step of the language that containers alone can do, on real ones. */
import { it } from 'vitest';
import { withEngine } from '../runtime/docker/engine.js';
import { filesFor, passes } from './step-drills.js';

withEngine(() => {
  it.each(filesFor('docker'))('%s passes in containers', (file) => passes('docker', file));
});
