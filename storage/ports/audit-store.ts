import type { PersonId, SchoolId, SiteId } from '../../signaling/protocol/ids.ts';
import type { Page, PageRequest } from './audience.ts';

/** Who did what, for the school's and the district's eyes; entries are never changed. Errors as in `DirectoryStore`. */
export interface AuditStore {
  append(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  list(filter: AuditFilter): Promise<Page<AuditEntry & { readonly actorName: string | null }>>;
}

export type AuditActor =
  | { readonly kind: 'person'; readonly personId: PersonId }
  | { readonly kind: 'site'; readonly siteId: SiteId }
  | { readonly kind: 'guest' }
  | { readonly kind: 'system' };

export interface AuditEntry {
  readonly atMs: number;
  readonly actor: AuditActor;
  /** Verb in past tense with its noun, such as `person.changed`, `session.refused`. */
  readonly action: string;
  /** Id of what it was done to. */
  readonly targetId: string | null;
  readonly schoolId: SchoolId | null;
  readonly address: string | null;
  /** Ids and flags; never passwords, tokens or texts. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AuditFilter extends PageRequest {
  readonly schoolId?: SchoolId;
  readonly action?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
}
