/** Recorded histories from elsewhere, read where they lie beside the checkout; tests say so where they do not. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const RECORDED = fileURLToPath(new URL('../../../shared/histories/', import.meta.url));
export const haveRecorded = existsSync(RECORDED);
