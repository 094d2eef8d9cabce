import { argon2, randomBytes, timingSafeEqual, randomInt } from 'node:crypto';
import { promisify } from 'node:util';

/** OWASP's argon2id minimum: 19 MiB, two passes, one lane. About 25 ms of one core. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const TAG_BYTES = 32;
const SALT_BYTES = 16;

const derive = promisify(argon2);

async function tagOf(password: string, salt: Buffer): Promise<Buffer> {
  return derive('argon2id', {
    message: Buffer.from(password.normalize('NFKC')),
    nonce: salt,
    parallelism: LANES,
    tagLength: TAG_BYTES,
    memory: MEMORY_KIB,
    passes: PASSES,
  });
}

const PREFIX = `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$`;

/** PHC string of a new argon2id hash (RFC 9106). */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await tagOf(password, salt);
  return `${PREFIX}${salt.toString('base64')}$${tag.toString('base64')}`;
}

/** False for a wrong password and for a hash that is none. */
export async function isPassword(password: string, phc: string): Promise<boolean> {
  if (!phc.startsWith(PREFIX)) return false;
  const [salt, tag] = phc.slice(PREFIX.length).split('$');
  if (salt === undefined || tag === undefined) return false;
  const expected = Buffer.from(tag, 'base64');
  const given = await tagOf(password, Buffer.from(salt, 'base64'));
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** Without characters that are mistaken for others on paper (0 O, 1 l I). */
const READABLE = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password for a printed slip: 10 readable characters, 49 bits. */
export function readablePassword(length = 10): string {
  return Array.from({ length }, () => READABLE[randomInt(READABLE.length)]).join('');
}

/** A code to type on a remote control: 8 readable upper-case characters in two groups of four. */
export function enrolmentCode(): string {
  const code = readablePassword(8).toUpperCase();
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** What a person types from paper or reads aloud: case, spaces and hyphens do not matter. */
export const normalCode = (code: string): string => code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
