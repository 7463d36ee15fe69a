/** Every file under fixtures/invalid is refused with exactly the text beside it. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/errors.js';
import { parseDrill } from '../built-in.js';

const FOLDER = fileURLToPath(new URL('../../fixtures/invalid/', import.meta.url));
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));

/** What is thrown for the bytes of a drill file. */
function refusal(bytes: Uint8Array, file: string): unknown {
  try {
    parseDrill(bytes, file);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('an invalid drill file is refused with its places, what was expected and what to do', () => {
  it('has fixtures', () => expect(files.length).toBeGreaterThan(25));

  it.each(files)('%s', (file) => {
    const error = refusal(readFileSync(FOLDER + file), file);
    expect(error).toBeInstanceOf(UsageError);
    const expected = readFileSync(FOLDER + file.replace('.yaml', '.txt'), 'utf8');
    expect(`${(error as UsageError).message}\n`).toBe(expected);
  });
});
