import { setImmediate } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import { LessonId, type SchoolId } from '../../signaling/protocol/ids.ts';
import type { SpecialDay } from '../../signaling/protocol/rest/calendar.ts';
import type { TimetableEntry } from '../../signaling/protocol/rest/classrooms.ts';
import { entryDates } from '../entry-dates.ts';
import { instantOf, localDateOf } from '../local-time.ts';
import { newId } from '../new-id.ts';
import { listSpecialDays } from './calendar-store.ts';
import type { Database } from './schema.ts';

/** A term is half a year; a year of one weekday is 53 lessons. */
const MAX_LESSONS = 53;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** A statement has at most 65,535 parameters. */
const ROWS_PER_STATEMENT = 1_000;

/** A date that an entry has a lesson on. */
interface Occurrence {
  readonly entry: TimetableEntry;
  readonly date: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

interface Retimed {
  readonly lesson_id: LessonId;
  readonly starts_at: Date;
  readonly ends_at: Date;
}

/**
 * Brings the dates and times of lessons to come in line with their entries and with the school's calendar, and answers how many there are. One
 * that stays on its date keeps its id, so that invitations to it stay good.
 */
export async function makeLessons(
  tx: Kysely<Database>,
  schoolId: SchoolId,
  entries: readonly TimetableEntry[],
  nowMs: number,
): Promise<number> {
  if (entries.length === 0) return 0;
  const school = await tx
    .selectFrom('schools')
    .select(['time_zone', 'settings'])
    .where('school_id', '=', schoolId)
    .executeTakeFirstOrThrow();
  const specialDays = await listSpecialDays(tx, schoolId);
  const wanted = new Map<string, Occurrence>();
  const instantAt = instantsIn(school.time_zone);
  const yesterday = localDateOf(nowMs - DAY_MS, school.time_zone);
  for (const entry of entries) {
    // Rooms live in this process: a school's whole timetable must not hold up their lessons.
    await setImmediate();
    for (const occurrence of occurrences(entry, { specialDays, instantAt, yesterday, nowMs })) {
      wanted.set(keyOf(entry.entryId, occurrence.date), occurrence);
    }
  }
  const { obsolete, retimed, kept } = await compareStored(tx, entries, wanted, school.time_zone, nowMs);
  for (const ids of chunks(obsolete)) await deleteScheduled(tx, ids);
  for (const rows of chunks(retimed)) await retime(tx, rows);
  const isRecorded = school.settings.recordsScheduledLessons ?? true;
  for (const rows of chunks([...wanted.values()])) await insertLessons(tx, rows, isRecorded);
  return kept + wanted.size;
}

/** Takes from `wanted` what is there already, or is not to be there since somebody cancelled it. */
async function compareStored(
  tx: Kysely<Database>,
  entries: readonly TimetableEntry[],
  wanted: Map<string, Occurrence>,
  timeZone: string,
  nowMs: number,
): Promise<{ obsolete: LessonId[]; retimed: Retimed[]; kept: number }> {
  const now = new Date(nowMs);
  const entryIds = new Set(entries.map(({ entryId }) => entryId));
  const stored = await tx
    .selectFrom('lessons')
    .select(['lesson_id', 'entry_id', 'entry_date', 'state', 'starts_at', 'ends_at', 'own_fields'])
    .where('entry_id', 'in', [...entryIds])
    .where((eb) => eb.or([eb('starts_at', '>', now), eb('entry_date', '>=', localDateOf(nowMs - DAY_MS, timeZone))]))
    .execute();
  const outcome = { obsolete: [] as LessonId[], retimed: [] as Retimed[], kept: 0 };
  for (const lesson of stored) {
    const key = keyOf(lesson.entry_id ?? '', lesson.entry_date ?? '');
    const occurrence = wanted.get(key);
    wanted.delete(key);
    if (lesson.state !== 'scheduled' || lesson.starts_at.getTime() <= nowMs) continue;
    const isMoved = lesson.own_fields.includes('times');
    if (occurrence === undefined && !isMoved) outcome.obsolete.push(lesson.lesson_id);
    else outcome.kept += 1;
    if (occurrence === undefined || isMoved) continue;
    const { startsAt, endsAt } = occurrence;
    const isSame = sameInstant(startsAt, lesson.starts_at) && sameInstant(endsAt, lesson.ends_at);
    if (!isSame) outcome.retimed.push({ lesson_id: lesson.lesson_id, starts_at: startsAt, ends_at: endsAt });
  }
  return outcome;
}

interface Planning {
  readonly specialDays: readonly SpecialDay[];
  readonly instantAt: (date: string, time: string) => number;
  readonly yesterday: string;
  readonly nowMs: number;
}

/** The lessons of a school begin and end at few different instants: each is looked up once. */
function instantsIn(timeZone: string): Planning['instantAt'] {
  const known = new Map<string, number>();
  return (date, time) => {
    const key = `${date} ${time}`;
    const instantMs = known.get(key) ?? instantOf(date, time, timeZone);
    known.set(key, instantMs);
    return instantMs;
  };
}

function occurrences(entry: TimetableEntry, { specialDays, instantAt, yesterday, nowMs }: Planning): Occurrence[] {
  // Each date costs a look into the time zone's history, so a term from the year 1 to 9999 is cut before it is walked.
  const from = entry.firstDate > yesterday ? entry.firstDate : yesterday;
  const limit = localDateOf(Date.parse(from) + 2 * (MAX_LESSONS + 1) * WEEK_MS, 'UTC');
  const lastDate = entry.lastDate < limit ? entry.lastDate : limit;
  return entryDates({ ...entry, lastDate }, specialDays, from)
    .map((date) => ({
      entry,
      date,
      startsAt: new Date(instantAt(date, entry.startTime)),
      endsAt: new Date(instantAt(date, entry.endTime)),
    }))
    .filter(({ startsAt }) => startsAt.getTime() > nowMs)
    .slice(0, MAX_LESSONS);
}

const keyOf = (entryId: string, date: string): string => `${entryId} ${date}`;
const sameInstant = (a: Date, b: Date): boolean => a.getTime() === b.getTime();

function* chunks<T>(items: readonly T[]): Generator<T[]> {
  for (let at = 0; at < items.length; at += ROWS_PER_STATEMENT) yield items.slice(at, at + ROWS_PER_STATEMENT);
}

/** One that somebody has begun since it was compared stays. */
async function deleteScheduled(tx: Kysely<Database>, ids: readonly LessonId[]): Promise<void> {
  await tx.deleteFrom('lessons').where('lesson_id', 'in', ids).where('state', '=', 'scheduled').execute();
}

async function retime(tx: Kysely<Database>, rows: readonly Retimed[]): Promise<void> {
  await sql`update lessons l set starts_at = v.starts_at, ends_at = v.ends_at
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as v(lesson_id text, starts_at timestamptz, ends_at timestamptz)
    where l.lesson_id = v.lesson_id and l.state = 'scheduled'`.execute(tx);
}

async function insertLessons(tx: Kysely<Database>, wanted: readonly Occurrence[], isRecorded: boolean): Promise<void> {
  const rows = wanted.map(({ entry, date, startsAt, endsAt }) => ({
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
    entry_date: date,
  }));
  await tx.insertInto('lessons').values(rows).execute();
  const ids = rows.map(({ lesson_id }) => lesson_id);
  const isNew = sql`l.lesson_id in (${sql.join(ids)})`;
  await sql`insert into lesson_class_groups (lesson_id, class_group_id)
    select l.lesson_id, g.class_group_id from lessons l join timetable_class_groups g on g.entry_id = l.entry_id
    where ${isNew}`.execute(tx);
  await sql`insert into lesson_classrooms (lesson_id, classroom_id)
    select l.lesson_id, c.classroom_id from lessons l join timetable_classrooms c on c.entry_id = l.entry_id
    where ${isNew}`.execute(tx);
}

/** What lessons to come say and who attends them is again the entry's, where nobody has decided otherwise for one of them. */
export async function reshapeLessons(tx: Kysely<Database>, entry: TimetableEntry, nowMs: number): Promise<void> {
  const toCome = sql`l.entry_id = ${entry.entryId} and l.state = 'scheduled' and l.starts_at > ${new Date(nowMs)}`;
  await sql`update lessons l set kind = ${entry.kind},
    title = case when l.own_fields ? 'title' then l.title else ${entry.title} end,
    subject = case when l.own_fields ? 'subject' then l.subject else ${entry.subject}::text end,
    lecturer_id = case when l.own_fields ? 'lecturer' then l.lecturer_id else ${entry.lecturerId} end
    where ${toCome}`.execute(tx);
  const groups = sql`${toCome} and not l.own_fields ? 'classGroups'`;
  await sql`delete from lesson_class_groups g using lessons l where g.lesson_id = l.lesson_id and ${groups}`.execute(
    tx,
  );
  await sql`insert into lesson_class_groups (lesson_id, class_group_id)
    select l.lesson_id, g.class_group_id from lessons l join timetable_class_groups g on g.entry_id = l.entry_id
    where ${groups}`.execute(tx);
  const classrooms = sql`${toCome} and not l.own_fields ? 'classrooms'`;
  await sql`delete from lesson_classrooms c using lessons l where c.lesson_id = l.lesson_id and ${classrooms}`.execute(
    tx,
  );
  await sql`insert into lesson_classrooms (lesson_id, classroom_id)
    select l.lesson_id, c.classroom_id from lessons l join timetable_classrooms c on c.entry_id = l.entry_id
    where ${classrooms}`.execute(tx);
}
