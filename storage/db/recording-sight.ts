import { sql, type RawBuilder } from 'kysely';
import type { PersonId } from '../../signaling/protocol/ids.ts';
import type { Audience } from '../ports/audience.ts';
import { concerns } from './audience-filter.ts';

type Condition = RawBuilder<boolean>;

const never: Condition = sql`false`;

/** Who answers for recording `r`: its manager and the administrators of its school. */
export function manages({ personId, schoolIds = [], everything = false }: Audience): Condition {
  if (everything) return sql`true`;
  const parts: Condition[] = [];
  if (personId !== undefined) parts.push(sql`r.manager_id = ${personId}`);
  if (schoolIds.length > 0) parts.push(sql`r.school_id = any(${sql.val([...schoolIds])}::text[])`);
  return parts.length === 0 ? never : sql`(${sql.join(parts, sql` or `)})`;
}

/**
 * Who may watch recording `r` of lesson `l`. A draft is its managers' alone. Otherwise those whom the lesson concerned (of a copy those of
 * them who belong to its school, and that school's teachers), and whom its visibility lets in besides.
 */
export function maySee(audience: Audience): Condition {
  if (audience.everything === true) return sql`true`;
  return sql`(${manages(audience)} or (r.published_at is not null and (${concernsRecording(audience)} or ${letsIn(audience)})))`;
}

function concernsRecording(audience: Audience): Condition {
  const { personId } = audience;
  const own = sql<boolean>`(r.origin_id is null and ${concerns(audience)})`;
  if (personId === undefined) return own;
  return sql`(${own} or (r.origin_id is not null and (
    ${teaches(personId)} or (${belongs(personId)} and ${concerns({ personId })}))))`;
}

const teaches = (personId: PersonId): Condition => sql`exists (
  select 1 from role_grants vr where vr.person_id = ${personId} and vr.role = 'teacher' and vr.school_id = r.school_id)`;

const belongs = (personId: PersonId): Condition => sql`exists (
  select 1 from persons viewer where viewer.person_id = ${personId} and viewer.school_id = r.school_id)`;

function letsIn({ personId }: Audience): Condition {
  if (personId === undefined) return never;
  return sql`(r.visibility = 'district' or (r.visibility in ('school', 'partners') and exists (
    select 1 from persons viewer where viewer.person_id = ${personId} and (
      viewer.school_id = r.school_id
      or (r.origin_id is null and (${tookPart} or (r.visibility = 'partners' and ${isPaired})))))))`;
}

const tookPart: Condition = sql`exists (
    select 1 from lesson_classrooms vc join classrooms c on c.classroom_id = vc.classroom_id
    where vc.lesson_id = l.lesson_id and c.school_id = viewer.school_id)
  or exists (
    select 1 from lesson_class_groups vg join class_groups g on g.class_group_id = vg.class_group_id
    where vg.lesson_id = l.lesson_id and g.school_id = viewer.school_id)`;

const isPaired: Condition = sql`exists (
  select 1 from pairings p
  where (p.lecturing_school_id = r.school_id and p.listening_school_id = viewer.school_id)
  or (p.listening_school_id = r.school_id and p.lecturing_school_id = viewer.school_id))`;
