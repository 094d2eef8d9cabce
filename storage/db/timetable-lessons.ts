import { sql, type Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import { LessonId } from '../../signaling/protocol/ids.ts';
import type { TimetableEntry } from '../../signaling/protocol/rest/classrooms.ts';
import { datesOfWeekday, instantOf, localDateOf } from '../local-time.ts';
import { newId } from '../new-id.ts';
import type { Database } from './schema.ts';

/** A term is half a year; a year of one weekday is 53 lessons. */
const MAX_LESSONS = 53;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

interface Occurrence {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/**
 * Brings the lessons of a weekly entry that are still to come in line with it. One that stays on its date keeps its
 * id, so that invitations to it stay good.
 */
export async function makeLessons(tx: Kysely<Database>, entry: TimetableEntry, nowMs: number): Promise<void> {
  const school = await tx
    .selectFrom('schools')
    .select(['time_zone', 'settings'])
    .where('school_id', '=', entry.schoolId)
    .executeTakeFirstOrThrow();
  const wanted = occurrences(entry, school.time_zone, nowMs);
  const stored = await tx
    .selectFrom('lessons')
    .select(['lesson_id', 'starts_at'])
    .where('entry_id', '=', entry.entryId)
    .where('state', '=', 'scheduled')
    .where('starts_at', '>', new Date(nowMs))
    .orderBy('starts_at')
    .execute();
  const obsolete: LessonId[] = [];
  const kept: { readonly lessonId: LessonId; readonly occurrence: Occurrence }[] = [];
  for (const { lesson_id: lessonId, starts_at: startsAt } of stored) {
    const date = localDateOf(startsAt.getTime(), school.time_zone);
    const occurrence = wanted.get(date);
    wanted.delete(date);
    if (occurrence === undefined) obsolete.push(lessonId);
    else kept.push({ lessonId, occurrence });
  }
  if (kept.length + wanted.size === 0) {
    throw new AppError('invalidInput', { message: 'no lesson falls into the term', details: { field: 'lastDate' } });
  }
  if (obsolete.length > 0) await tx.deleteFrom('lessons').where('lesson_id', 'in', obsolete).execute();
  for (const { lessonId, occurrence } of kept) await updateLesson(tx, lessonId, entry, occurrence);
  await insertLessons(tx, entry, [...wanted.values()], school.settings.recordsScheduledLessons ?? true);
  await linkLessons(tx, entry.entryId, nowMs);
}

/** By local date. */
function occurrences(entry: TimetableEntry, timeZone: string, nowMs: number): Map<string, Occurrence> {
  const found = new Map<string, Occurrence>();
  // Each date costs a look into the time zone's history, so a term from the year 1 to 9999 is cut before it is walked.
  const yesterday = localDateOf(nowMs - DAY_MS, timeZone);
  const firstDate = entry.firstDate > yesterday ? entry.firstDate : yesterday;
  const limit = localDateOf(Date.parse(firstDate) + (MAX_LESSONS + 1) * WEEK_MS, 'UTC');
  const lastDate = entry.lastDate < limit ? entry.lastDate : limit;
  for (const date of datesOfWeekday(entry.weekday, firstDate, lastDate)) {
    const startsAt = new Date(instantOf(date, entry.startTime, timeZone));
    const endsAt = new Date(instantOf(date, entry.endTime, timeZone));
    if (startsAt.getTime() > nowMs && found.size < MAX_LESSONS) found.set(date, { startsAt, endsAt });
  }
  return found;
}

async function updateLesson(
  tx: Kysely<Database>,
  lessonId: LessonId,
  entry: TimetableEntry,
  { startsAt, endsAt }: Occurrence,
): Promise<void> {
  await tx
    .updateTable('lessons')
    .set({
      kind: entry.kind,
      title: entry.title,
      subject: entry.subject,
      lecturer_id: entry.lecturerId,
      starts_at: startsAt,
      ends_at: endsAt,
    })
    .where('lesson_id', '=', lessonId)
    .execute();
  await tx.deleteFrom('lesson_class_groups').where('lesson_id', '=', lessonId).execute();
  await tx.deleteFrom('lesson_classrooms').where('lesson_id', '=', lessonId).execute();
}

async function insertLessons(
  tx: Kysely<Database>,
  entry: TimetableEntry,
  wanted: readonly Occurrence[],
  isRecorded: boolean,
): Promise<void> {
  if (wanted.length === 0) return;
  const rows = wanted.map(({ startsAt, endsAt }) => ({
    lesson_id: newId(LessonId),
    kind: entry.kind,
    title: entry.title,
    subject: entry.subject,
    school_id: entry.schoolId,
    lecturer_id: entry.lecturerId,
    starts_at: startsAt,
    ends_at: endsAt,
    state: 'scheduled' as const,
    is_recorded: isRecorded,
    entry_id: entry.entryId,
  }));
  await tx.insertInto('lessons').values(rows).execute();
}

async function linkLessons(tx: Kysely<Database>, entryId: string, nowMs: number): Promise<void> {
  const upcoming = sql`l.entry_id = ${entryId} and l.state = 'scheduled' and l.starts_at > ${new Date(nowMs)}`;
  await sql`insert into lesson_class_groups (lesson_id, class_group_id)
    select l.lesson_id, g.class_group_id from lessons l join timetable_class_groups g on g.entry_id = l.entry_id
    where ${upcoming} on conflict do nothing`.execute(tx);
  await sql`insert into lesson_classrooms (lesson_id, classroom_id)
    select l.lesson_id, c.classroom_id from lessons l join timetable_classrooms c on c.entry_id = l.entry_id
    where ${upcoming} on conflict do nothing`.execute(tx);
}
