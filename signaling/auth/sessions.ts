import { parseCookie } from 'cookie';
import type { Stores } from '../../storage/ports.ts';
import { tokenHash, newSecretToken } from './secret-token.ts';
import type { Caller, PersonCaller, SiteCaller } from '../http/caller.ts';
import type { PersonId, SiteId } from '../protocol/ids.ts';

export const PERSON_COOKIE = 'tongke_session';
export const SITE_COOKIE = 'tongke_site';

const HOUR_MS = 3_600_000;
/** A shared computer in a staff room must not stay signed in over the weekend. */
export const PERSON_SESSION_MS = 14 * HOUR_MS;
/** A site is unattended: it stays enrolled until somebody ends it. */
export const SITE_SESSION_MS = 400 * 24 * HOUR_MS;
const TOUCH_AFTER_MS = 300_000;

type SessionStores = Pick<Stores, 'sessions' | 'directory' | 'classrooms'>;

/** Opaque sessions in cookies: made, recognised, rolled on. */
export class Sessions {
  readonly #stores: SessionStores;
  readonly #nowMs: () => number;

  constructor(stores: SessionStores, nowMs: () => number) {
    this.#stores = stores;
    this.#nowMs = nowMs;
  }

  async openForPerson(personId: PersonId): Promise<string> {
    return this.#open({ kind: 'person', personId }, PERSON_SESSION_MS);
  }

  async openForSite(siteId: SiteId): Promise<string> {
    return this.#open({ kind: 'site', siteId }, SITE_SESSION_MS);
  }

  async end(cookieHeader: string | undefined): Promise<void> {
    const token = parseCookie(cookieHeader ?? '')[PERSON_COOKIE];
    if (token !== undefined) await this.#stores.sessions.end(tokenHash(token));
  }

  /** Who holds the cookies; a browser may be a person's and a site's at once, then `prefers` decides. */
  async callerOf(cookieHeader: string | undefined, prefers: 'person' | 'site'): Promise<Caller> {
    const cookies = parseCookie(cookieHeader ?? '');
    const person = (): Promise<Caller | undefined> => this.#person(cookies[PERSON_COOKIE]);
    const site = (): Promise<Caller | undefined> => this.#site(cookies[SITE_COOKIE]);
    const order = prefers === 'person' ? [person, site] : [site, person];
    for (const find of order) {
      const caller = await find();
      if (caller !== undefined) return caller;
    }
    return { kind: 'public' };
  }

  /** Whose site's session this token is; undefined once that has ended. */
  siteOf(token: string): Promise<SiteCaller | undefined> {
    return this.#site(token);
  }

  async #open(
    holder: { kind: 'person'; personId: PersonId } | { kind: 'site'; siteId: SiteId },
    lastsMs: number,
  ): Promise<string> {
    const token = newSecretToken();
    const nowMs = this.#nowMs();
    await this.#stores.sessions.create({
      tokenHash: tokenHash(token),
      holder,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + lastsMs,
    });
    return token;
  }

  async #find(token: string | undefined, lastsMs: number) {
    if (token === undefined || token.length > 100) return undefined;
    const hash = tokenHash(token);
    const nowMs = this.#nowMs();
    const session = await this.#stores.sessions.find(hash, nowMs);
    if (session !== undefined && nowMs - session.seenAtMs > TOUCH_AFTER_MS) {
      await this.#stores.sessions.touch(hash, nowMs, nowMs + lastsMs);
    }
    return session;
  }

  async #person(token: string | undefined): Promise<PersonCaller | undefined> {
    const session = await this.#find(token, PERSON_SESSION_MS);
    if (session?.holder.kind !== 'person') return undefined;
    const person = await this.#stores.directory.person(session.holder.personId);
    if (person === undefined || !person.isActive) return undefined;
    const { personId, displayName, roles, schoolId, classGroupId, mustChangePassword } = person;
    const sessionHash = session.tokenHash;
    return { kind: 'person', personId, displayName, roles, schoolId, classGroupId, mustChangePassword, sessionHash };
  }

  async #site(token: string | undefined): Promise<SiteCaller | undefined> {
    const session = await this.#find(token, SITE_SESSION_MS);
    if (session?.holder.kind !== 'site') return undefined;
    const site = await this.#stores.classrooms.site(session.holder.siteId);
    if (site === undefined) return undefined;
    const { siteId, classroomId, classroomName, schoolId } = site;
    return { kind: 'site', siteId, classroomId, classroomName, schoolId };
  }
}
