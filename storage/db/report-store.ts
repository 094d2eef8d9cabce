import type { Kysely } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { PersonId } from '../../signaling/protocol/ids.ts';
import type { ReportRecord, ReportStore } from '../ports/report-store.ts';
import type { Database } from './schema.ts';

export function createReportStore(db: Kysely<Database>): ReportStore {
  return {
    async add(report) {
      const { message } = report;
      await db
        .insertInto('room_reports')
        .values({
          report_id: report.reportId,
          lesson_id: report.lessonId,
          reporter_seat: report.reporterSeatId,
          reporter_name: report.reporterName,
          about_seat: report.aboutSeatId,
          about_name: report.aboutName,
          message_id: message?.messageId ?? null,
          message_body: message?.text ?? null,
          message_at: message === null ? null : new Date(message.sentAtMs),
          reason: report.reason,
          reported_at: new Date(report.reportedAtMs),
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    async list(schoolId, { isHandled, except, offset, limit }) {
      const matching = selectReports(db, except)
        .where('l.school_id', '=', schoolId)
        .where('r.handled_at', isHandled ? 'is not' : 'is', null);
      const rows = await matching
        .orderBy('r.reported_at', 'desc')
        .orderBy('r.report_id')
        .offset(offset)
        .limit(limit)
        .execute();
      const { total } = await matching
        .clearSelect()
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      return { items: rows.map(toReport), total };
    },
    async report(reportId, except) {
      const row = await selectReports(db, except).where('r.report_id', '=', reportId).executeTakeFirst();
      return row === undefined ? undefined : toReport(row);
    },
    async handle(reportId, by, note, nowMs) {
      const changed = await db
        .updateTable('room_reports')
        .set({ handled_at: new Date(nowMs), handled_by: by, note })
        .where('report_id', '=', reportId)
        .where('handled_at', 'is', null)
        .executeTakeFirst();
      if (changed.numUpdatedRows > 0n) return;
      const known = await db
        .selectFrom('room_reports')
        .select('report_id')
        .where('report_id', '=', reportId)
        .executeTakeFirst();
      if (known === undefined) throw new AppError('notFound');
    },
  };
}

const selectReports = (db: Kysely<Database>, except: PersonId) =>
  db
    .selectFrom('room_reports as r')
    .innerJoin('lessons as l', 'l.lesson_id', 'r.lesson_id')
    .innerJoin('seats as about', 'about.seat_id', 'r.about_seat')
    .leftJoin('persons as p', 'p.person_id', 'r.handled_by')
    .selectAll('r')
    .select(['l.school_id', 'l.title as lesson_title', 'p.display_name as handled_by_name'])
    .where((where) => where.or([where('about.person_id', 'is', null), where('about.person_id', '!=', except)]));

type Row = Awaited<ReturnType<ReturnType<typeof selectReports>['executeTakeFirstOrThrow']>>;

function toReport(row: Row): ReportRecord {
  const { message_id: messageId, message_body: text, message_at: messageAt, handled_at: handledAt } = row;
  const hasMessage = messageId !== null && text !== null && messageAt !== null;
  return {
    reportId: row.report_id,
    lessonId: row.lesson_id,
    schoolId: row.school_id,
    lessonTitle: row.lesson_title,
    reporterSeatId: row.reporter_seat,
    reporterName: row.reporter_name,
    aboutSeatId: row.about_seat,
    aboutName: row.about_name,
    message: hasMessage ? { messageId, text, sentAtMs: messageAt.getTime() } : null,
    reason: row.reason,
    reportedAtMs: row.reported_at.getTime(),
    handled: handledAt === null ? null : { atMs: handledAt.getTime(), byName: row.handled_by_name, note: row.note },
  };
}
