/** Each model has a recorded history that it accepts, and one that it rejects with evidence. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkFile } from '../../../src/histories/check-history.js';
import { MODELS } from '../../../src/histories/models/index.js';

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../fixtures/histories/models/${name}.jsonl`, import.meta.url));

/** Why each is rejected, in words of its own. */
const REASONS: Readonly<Record<string, RegExp>> = {
  register: /must have held 1 and 2 at once/,
  'cas-register': /no order of these operations explains their results/,
  append: /one read has 1 before 2, another one has 2 first/,
  set: /1 was added and acknowledged, and is missing from the last read/,
  counter: /no order of the operations so far explains/,
  queue: /1 was acknowledged and never came out/,
  'fifo-queue': /came out after .*, which had gone in later/,
  bank: /the balances sum up to 15, not 20/,
  accounts: /0 was read, where account 0 was between -5 and -5/,
  terms: /term 1 came after term 2/,
  sequential: /no order of these operations that keeps the order of each process/,
  'monotonic-reads': /no order of the writes explains/,
  'read-your-writes': /no order of the writes explains/,
  'stale-reads': /a read was stale by at least 3.000 ms/,
};

describe.each(Object.keys(MODELS))('the model %s', (model) => {
  it('accepts a history that holds', async () => {
    const result = await checkFile(fixture(`${model}-accepted`), { model });
    expect(result).toMatchObject({ verdict: 'ok', model, reason: '', counterexample: null });
    expect(result.text).toContain(`${model} holds: `);
  });

  it('rejects a history that does not, and shows the operations', async () => {
    const result = await checkFile(fixture(`${model}-rejected`), { model });
    expect(result).toMatchObject({ verdict: 'illegal', model });
    expect(result.reason).toMatch(REASONS[model]!);
    expect(result.counterexample!.operations.length).toBeGreaterThan(0);
    expect(result.text).toContain('process ');
  });
});
