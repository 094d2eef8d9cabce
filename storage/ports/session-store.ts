import type { PersonId, SiteId } from '../../signaling/protocol/ids.ts';

/** Sign-ins of persons and sites; only the hash of the cookie's token is known here. Errors as in `DirectoryStore`. */
export interface SessionStore {
  create(session: NewSession): Promise<void>;
  /** Undefined when unknown, expired, or its person is switched off. */
  find(tokenHash: string, nowMs: number): Promise<Session | undefined>;
  /** Rolls the expiry; called at most every few minutes per session. */
  touch(tokenHash: string, seenAtMs: number, expiresAtMs: number): Promise<void>;
  /** Idempotent. */
  end(tokenHash: string): Promise<void>;
  endAllOf(holder: SessionHolder, exceptTokenHash?: string): Promise<void>;
  /** Answers how many were removed. */
  deleteExpired(nowMs: number): Promise<number>;
}

export type SessionHolder =
  | { readonly kind: 'person'; readonly personId: PersonId }
  | { readonly kind: 'site'; readonly siteId: SiteId };

export interface NewSession {
  readonly tokenHash: string;
  readonly holder: SessionHolder;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

export interface Session extends NewSession {
  readonly seenAtMs: number;
}
