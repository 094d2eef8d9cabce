import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

const SECRET_BYTES = 32;

const secret = z.string().min(SECRET_BYTES);

/** What the processes share and nobody else knows. */
const secretsSchema = z.object({
  /** Opens the WebSockets between our own processes. */
  inner: secret,
  /** Signs session cookies and join tokens. */
  session: secret,
  /** Signs media URLs. */
  media: secret,
  /** Password of the private Redis. */
  redis: secret,
});

export type Secrets = z.infer<typeof secretsSchema>;

/**
 * Reads the secrets, making those that are missing. A file that does not parse is refused, never replaced: new secrets
 * would silently sign everybody out and end every media link.
 */
export function loadSecrets(file: string): Secrets {
  const known = readKnown(file);
  const complete = secretsSchema.parse({
    inner: newSecret(),
    session: newSecret(),
    media: newSecret(),
    redis: newSecret(),
    ...known,
  });
  if (Object.keys(complete).some((name) => !(name in known))) {
    const partial = `${file}.${process.pid}`;
    writeFileSync(partial, `${JSON.stringify(complete, null, 2)}\n`, { mode: 0o600 });
    renameSync(partial, file);
  }
  return complete;
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

function readKnown(file: string): Partial<Secrets> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
  return secretsSchema.partial().parse(JSON.parse(text)) as Partial<Secrets>;
}
