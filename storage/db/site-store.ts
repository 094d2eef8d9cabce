import { sql, type Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { LessonId, SiteId } from '../../signaling/protocol/ids.ts';
import { SiteHealth, SiteWanted } from '../../signaling/protocol/rest/sites.ts';
import type { SiteRecord, SiteStore } from '../ports/site-store.ts';
import { instantOrNull } from './instant.ts';
import { inTransaction } from './in-transaction.ts';
import type { Database } from './schema.ts';

const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
/** Phones of one screen at a time. */
const MAX_PHONES = 8;

export function createSiteStore(db: Kysely<Database>): SiteStore {
  return { ...keptSites(db), ...phones(db) };
}

function keptSites(
  db: Kysely<Database>,
): Pick<SiteStore, 'list' | 'site' | 'reported' | 'wanted' | 'want' | 'enrolled' | 'unenrol'> {
  return {
    async list({ schoolIds, nowMs }) {
      if (schoolIds?.length === 0) return [];
      let query = selectSites(db);
      if (schoolIds !== undefined) query = query.where('c.school_id', 'in', schoolIds);
      const rows = await query.orderBy('s.name').orderBy('c.name').execute();
      return toRecords(db, rows, nowMs);
    },
    async site(siteId, nowMs) {
      const row = await selectSites(db).where('si.site_id', '=', siteId).executeTakeFirst();
      return row === undefined ? undefined : (await toRecords(db, [row], nowMs))[0];
    },
    reported: (siteId, atMs, health) => inTransaction(db, (tx) => keepReport(tx, siteId, atMs, health)),
    async wanted(siteId) {
      const row = await db.selectFrom('sites').select('wanted').where('site_id', '=', siteId).executeTakeFirst();
      return SiteWanted.parse(row?.wanted ?? {});
    },
    async want(siteId, wanted) {
      const changed = await db
        .updateTable('sites')
        .set({ wanted: sql`wanted || ${JSON.stringify(wanted)}::jsonb` })
        .where('site_id', '=', siteId)
        .where('enrolled_at', 'is not', null)
        .executeTakeFirst();
      if (changed.numUpdatedRows === 0n) throw new AppError('notFound');
    },
    async enrolled(siteIds) {
      if (siteIds.length === 0) return [];
      const rows = await selectSites(db).where('si.site_id', 'in', siteIds).execute();
      return rows.map((row) => row.site_id);
    },
    unenrol: (siteId) =>
      inTransaction(db, async (tx) => {
        const changed = await tx
          .updateTable('sites')
          .set({
            enrolled_at: null,
            code_hash: null,
            code_expires_at: null,
            health: '{}',
            health_at: null,
            wanted: '{}',
          })
          .where('site_id', '=', siteId)
          .where('enrolled_at', 'is not', null)
          .executeTakeFirst();
        if (changed.numUpdatedRows === 0n) throw new AppError('notFound');
        await tx.deleteFrom('sessions').where('site_id', '=', siteId).execute();
        await tx.deleteFrom('site_phones').where('site_id', '=', siteId).execute();
        await tx.deleteFrom('site_reports').where('site_id', '=', siteId).execute();
      }),
  };
}

async function keepReport(tx: Kysely<Database>, siteId: SiteId, atMs: number, health: SiteHealth): Promise<void> {
  const at = new Date(atMs);
  await tx
    .updateTable('sites')
    .set({ health: JSON.stringify(health), health_at: at, last_seen_at: at })
    .where('site_id', '=', siteId)
    .execute();
  const poor = health.line === 'poor' ? 1 : 0;
  await tx
    .insertInto('site_reports')
    .values({ site_id: siteId, at: new Date(Math.floor(atMs / QUARTER_MS) * QUARTER_MS), reports: 1, poor })
    .onConflict((conflict) =>
      conflict.columns(['site_id', 'at']).doUpdateSet({
        reports: sql`site_reports.reports + 1`,
        poor: sql`site_reports.poor + ${poor}`,
      }),
    )
    .execute();
  await tx
    .deleteFrom('site_reports')
    .where('site_id', '=', siteId)
    .where('at', '<', new Date(atMs - DAY_MS))
    .execute();
}

function phones(db: Kysely<Database>): Pick<SiteStore, 'pair' | 'isPhone' | 'pairingsOf' | 'unpair'> {
  return {
    pair: ({ siteId, personId, atMs, expiresAtMs }) =>
      inTransaction(db, async (tx) => {
        const times = { paired_at: new Date(atMs), expires_at: new Date(expiresAtMs) };
        await tx
          .insertInto('site_phones')
          .values({ site_id: siteId, person_id: personId, ...times })
          .onConflict((conflict) => conflict.columns(['site_id', 'person_id']).doUpdateSet(times))
          .execute();
        const kept = tx
          .selectFrom('site_phones')
          .select('person_id')
          .where('site_id', '=', siteId)
          .where('expires_at', '>', new Date(atMs))
          .orderBy('paired_at', 'desc')
          .limit(MAX_PHONES);
        await tx.deleteFrom('site_phones').where('site_id', '=', siteId).where('person_id', 'not in', kept).execute();
      }),
    async isPhone(siteId, personId, nowMs) {
      const row = await selectPhones(db, nowMs)
        .where('ph.site_id', '=', siteId)
        .where('ph.person_id', '=', personId)
        .executeTakeFirst();
      return row !== undefined;
    },
    async pairingsOf(personId, nowMs) {
      const rows = await selectPhones(db, nowMs)
        .where('ph.person_id', '=', personId)
        .orderBy('ph.paired_at', 'desc')
        .execute();
      return rows.map((row) => ({ siteId: row.site_id, expiresAtMs: row.expires_at.getTime() }));
    },
    async unpair(siteId, personId) {
      const gone = await db
        .deleteFrom('site_phones')
        .where('site_id', '=', siteId)
        .where('person_id', '=', personId)
        .executeTakeFirst();
      if (gone.numDeletedRows === 0n) throw new AppError('notFound');
    },
  };
}

/** Of people who still teach at the school of the screen, with screens that are still enrolled. */
function selectPhones(db: Kysely<Database>, nowMs: number) {
  return db
    .selectFrom('site_phones as ph')
    .innerJoin('persons as p', 'p.person_id', 'ph.person_id')
    .innerJoin('sites as si', 'si.site_id', 'ph.site_id')
    .innerJoin('classrooms as c', 'c.classroom_id', 'si.classroom_id')
    .innerJoin('role_grants as g', (join) =>
      join
        .onRef('g.person_id', '=', 'ph.person_id')
        .onRef('g.school_id', '=', 'c.school_id')
        .on('g.role', '=', 'teacher'),
    )
    .select(['ph.site_id', 'ph.person_id', 'ph.paired_at', 'ph.expires_at', 'p.display_name'])
    .where('p.is_active', '=', true)
    .where('si.enrolled_at', 'is not', null)
    .where('ph.expires_at', '>', new Date(nowMs));
}

function selectSites(db: Kysely<Database>) {
  return db
    .selectFrom('sites as si')
    .innerJoin('classrooms as c', 'c.classroom_id', 'si.classroom_id')
    .innerJoin('schools as s', 's.school_id', 'c.school_id')
    .select(['si.site_id', 'c.classroom_id', 'c.name', 'c.school_id', 's.name as school_name', 's.time_zone'])
    .select(['si.last_seen_at', 'si.health', 'si.health_at', 'si.wanted'])
    .where('si.enrolled_at', 'is not', null)
    .where('c.deleted_at', 'is', null);
}

type SiteRow = Awaited<ReturnType<ReturnType<typeof selectSites>['executeTakeFirstOrThrow']>>;

/** What belongs to the screens is asked for once, for all of them. */
async function toRecords(db: Kysely<Database>, rows: readonly SiteRow[], nowMs: number): Promise<SiteRecord[]> {
  const siteIds = rows.map((row) => row.site_id);
  if (siteIds.length === 0) return [];
  const healths = rows.map((row) => SiteHealth.safeParse(row.health));
  const lessonIds = healths.flatMap(({ data }) => data?.lessonId ?? []);
  const [phonesOf, days, titles] = await Promise.all([
    selectPhones(db, nowMs).where('ph.site_id', 'in', siteIds).orderBy('ph.paired_at').execute(),
    daysOf(db, siteIds, nowMs),
    titlesOf(db, lessonIds),
  ]);
  return rows.map((row, index) => {
    // What an older page has said may be of another shape.
    const health = healths[index]?.data ?? null;
    return {
      siteId: row.site_id,
      classroomId: row.classroom_id,
      classroomName: row.name,
      schoolId: row.school_id,
      schoolName: row.school_name,
      timeZone: row.time_zone,
      lastSeenAtMs: instantOrNull(row.last_seen_at),
      health,
      healthAtMs: instantOrNull(row.health_at),
      lessonTitle: titles.get(`${health?.lessonId ?? ''} ${row.classroom_id}`) ?? null,
      wanted: SiteWanted.parse(row.wanted),
      phones: phonesOf
        .filter((phone) => phone.site_id === row.site_id)
        .map((phone) => ({
          personId: phone.person_id,
          displayName: phone.display_name,
          pairedAtMs: phone.paired_at.getTime(),
        })),
      day: days.get(row.site_id) ?? { quarters: 0, poorQuarters: 0 },
    };
  });
}

async function daysOf(
  db: Kysely<Database>,
  siteIds: readonly SiteId[],
  nowMs: number,
): Promise<ReadonlyMap<SiteId, SiteRecord['day']>> {
  const rows = await db
    .selectFrom('site_reports')
    .select('site_id')
    .select(sql<number>`count(*)::int`.as('quarters'))
    .select(sql<number>`(count(*) filter (where poor > 0))::int`.as('poorQuarters'))
    .where('site_id', 'in', siteIds)
    .where('at', '>', new Date(nowMs - DAY_MS))
    .groupBy('site_id')
    .execute();
  return new Map(rows.map(({ site_id: siteId, ...day }) => [siteId, day]));
}

/** By lesson and classroom: a screen is only in lessons of its own. */
async function titlesOf(db: Kysely<Database>, lessonIds: readonly LessonId[]): Promise<ReadonlyMap<string, string>> {
  if (lessonIds.length === 0) return new Map();
  const rows = await db
    .selectFrom('lessons as l')
    .innerJoin('lesson_classrooms as lc', 'lc.lesson_id', 'l.lesson_id')
    .select(['l.lesson_id', 'l.title', 'lc.classroom_id'])
    .where('l.lesson_id', 'in', lessonIds)
    .execute();
  return new Map(rows.map((row) => [`${row.lesson_id} ${row.classroom_id}`, row.title]));
}
