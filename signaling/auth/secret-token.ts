import { createHash, randomBytes } from 'node:crypto';

/** A new opaque bearer token (256 bits, base64url): session cookies, invitations, the first-start link. */
export const newSecretToken = (): string => randomBytes(32).toString('base64url');

/** What is stored of a token: who reads the database cannot use it. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url');
