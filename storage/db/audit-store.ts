import type { Kysely, Selectable } from 'kysely';
import { AppError } from '../../signaling/protocol/errors.ts';
import { PersonId, SiteId } from '../../signaling/protocol/ids.ts';
import type { AuditActor, AuditStore } from '../ports/audit-store.ts';
import type { AuditTable, Database } from './schema.ts';

export function createAuditStore(db: Kysely<Database>): AuditStore {
  return {
    async append(entry) {
      await db
        .insertInto('audit_log')
        .values({
          at: new Date(entry.atMs),
          actor_kind: entry.actor.kind,
          actor_id: idOf(entry.actor),
          action: entry.action,
          target_id: entry.targetId,
          school_id: entry.schoolId,
          address: entry.address,
          details: JSON.stringify(entry.details),
        })
        .execute();
    },
    async list(filter) {
      let query = db.selectFrom('audit_log as a').leftJoin('persons as p', 'p.person_id', 'a.actor_id');
      if (filter.schoolId !== undefined) query = query.where('a.school_id', '=', filter.schoolId);
      if (filter.action !== undefined) query = query.where('a.action', '=', filter.action);
      if (filter.fromMs !== undefined) query = query.where('a.at', '>=', new Date(filter.fromMs));
      if (filter.toMs !== undefined) query = query.where('a.at', '<', new Date(filter.toMs));
      const { total } = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
      const rows = await query
        .selectAll('a')
        .select('p.display_name as actor_name')
        .orderBy('a.at', 'desc')
        .orderBy('a.audit_id', 'desc')
        .offset(filter.offset)
        .limit(filter.limit)
        .execute();
      const items = rows.map((row) => ({
        atMs: row.at.getTime(),
        actor: toActor(row),
        actorName: row.actor_name,
        action: row.action,
        targetId: row.target_id,
        schoolId: row.school_id,
        address: row.address,
        details: row.details,
      }));
      return { items, total };
    },
  };
}

function idOf(actor: AuditActor): string | null {
  switch (actor.kind) {
    case 'person':
      return actor.personId;
    case 'site':
      return actor.siteId;
    case 'guest':
    case 'system':
      return null;
    default:
      throw new AppError('internal', { message: 'an actor of no kind', details: { actor: actor satisfies never } });
  }
}

function toActor({
  actor_kind: kind,
  actor_id: id,
}: Pick<Selectable<AuditTable>, 'actor_kind' | 'actor_id'>): AuditActor {
  switch (kind) {
    case 'person':
      return { kind, personId: PersonId.parse(id) };
    case 'site':
      return { kind, siteId: SiteId.parse(id) };
    case 'guest':
    case 'system':
      return { kind };
    default:
      throw new AppError('internal', { message: 'an actor of no kind', details: { kind: kind satisfies never } });
  }
}
