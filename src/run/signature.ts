/**
 * The signature of an execution. The chain of hashes in a history is a guard against accidents alone: everybody can
 * compute one. What a key has signed is told from what was made up later by those who hold the public key:
 *
 *     SHA256SUMS       the digests of drill.yaml, history.jsonl and verdict.json, as `sha256sum` writes them
 *     SHA256SUMS.sig   the Ed25519 signature of that file, as `openssl pkeyutl -sign -rawin` writes it
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { boundedFile } from '../bounded-file.js';
import { codeOf, EnvironmentError, messageOf, UsageError } from '../errors.js';
import { writeWhole } from '../report/files.js';

const SIGNED = ['drill.yaml', 'history.jsonl', 'verdict.json'] as const;
const SUMS = 'SHA256SUMS';
const SIGNATURE = `${SUMS}.sig`;
const MOST_BYTES = 65_536;

const KINDS = {
  private: {
    make: createPrivateKey,
    todo: 'make one with `openssl genpkey -algorithm ed25519 -out key.pem`',
  },
  public: {
    make: createPublicKey,
    todo: 'make it of the private one with `openssl pkey -in key.pem -pubout`',
  },
} as const;

/** The Ed25519 key in a PEM file. Throws a UsageError, in the option's name, where there is none. */
export function keyOf(file: string, kind: keyof typeof KINDS, option: string): KeyObject {
  const { make, todo } = KINDS[kind];
  const refused = (found: string) =>
    new UsageError({ where: option, expected: `a PEM file with a ${kind} key of Ed25519`, found, todo });
  const content = boundedFile(file, MOST_BYTES);
  if ('found' in content) throw refused(`${content.found}: ${file}`);
  let key: KeyObject;
  try {
    key = make(content.bytes);
  } catch (error) {
    throw refused(`${messageOf(error)}: ${file}`);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw refused(`one of ${key.asymmetricKeyType}: ${file}`);
  return key;
}

/** Signs what an execution left in its folder. Rejects with an EnvironmentError where that cannot be done. */
export async function signExecution(folder: string, key: KeyObject): Promise<void> {
  const lines: string[] = [];
  for (const name of SIGNED) {
    const digest = await digestOf(join(folder, name)).catch((error: unknown) => {
      throw new EnvironmentError(
        { where: join(folder, name), message: `it cannot be signed (${messageOf(error)})` },
        { cause: error },
      );
    });
    lines.push(`${digest}  ${name}\n`);
  }
  const sums = Buffer.from(lines.join(''));
  await writeWhole(join(folder, SUMS), sums);
  await writeWhole(join(folder, SIGNATURE), sign(null, sums, key));
}

/** Why the files of a run folder are not those that this key signed; undefined where they are. */
export async function signatureFlaw(folder: string, key: KeyObject): Promise<string | undefined> {
  const sums = boundedFile(join(folder, SUMS), MOST_BYTES);
  const signature = boundedFile(join(folder, SIGNATURE), MOST_BYTES);
  if ('found' in sums) return `not signed: expected ${SUMS}, found ${sums.found}`;
  if ('found' in signature) return `not signed: expected ${SIGNATURE}, found ${signature.found}`;
  if (!verify(null, sums.bytes, key, signature.bytes)) return `${SUMS} is not what this key signed`;
  const text = sums.bytes.toString();
  for (const name of SIGNED) {
    const digest = await digestOf(join(folder, name)).catch(
      (error: unknown) => codeOf(error) || 'unreadable',
    );
    if (!text.split('\n').includes(`${digest}  ${name}`))
      return `${name} is not the one that was signed: its digest is ${digest}`;
  }
  return undefined;
}

async function digestOf(file: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(file)) digest.update(chunk as Buffer);
  return digest.digest('hex');
}
