import type { ClassroomId, PersonId, SiteId } from '../../signaling/protocol/ids.ts';
import type { Json } from './schema.ts';

/** Screens of classrooms, how they are, and the phones paired with them. */

export interface SiteTable {
  site_id: SiteId;
  classroom_id: ClassroomId;
  code_hash: string | null;
  code_expires_at: Date | null;
  enrolled_at: Date | null;
  last_seen_at: Date | null;
  health: Json<Record<string, unknown>>;
  health_at: Date | null;
  wanted: Json<Record<string, unknown>>;
}

export interface SiteReportTable {
  site_id: SiteId;
  /** Beginning of the quarter of an hour. */
  at: Date;
  reports: number;
  poor: number;
}

export interface SitePhoneTable {
  site_id: SiteId;
  person_id: PersonId;
  paired_at: Date;
  expires_at: Date;
}
