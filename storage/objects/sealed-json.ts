import { createHash } from 'node:crypto';

/** Last field of a sealed document: the SHA-256 of its JSON without this field. */
const SEAL = 'sha256';

/** `unsealed`: written by somebody who does not seal. */
export type SealState = 'intact' | 'broken' | 'unsealed';

/**
 * JSON that tells of itself whether it is what was written: a flipped bit in a number or a name is still valid JSON. Whoever only reads it passes the seal over.
 */
export function sealJson(document: object): Buffer {
  const text = JSON.stringify(document);
  const seal = `"${SEAL}":"${digestOf(text)}"`;
  return Buffer.from(text === '{}' ? `{${seal}}` : `${text.slice(0, -1)},${seal}}`);
}

/** @param fields that the document may have: of one that has another nobody can say that it was never sealed. */
export function sealStateOf(body: Buffer, fields: readonly string[]): SealState {
  const parsed = parse(body);
  if (parsed === undefined) return 'broken';
  const seal = parsed[SEAL];
  if (seal === undefined) return Object.keys(parsed).every((field) => fields.includes(field)) ? 'unsealed' : 'broken';
  delete parsed[SEAL];
  return body.equals(sealJson(parsed)) ? 'intact' : 'broken';
}

function parse(body: Buffer): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
