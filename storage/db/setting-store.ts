import type { Kysely } from 'kysely';
import type { SettingStore } from '../ports/setting-store.ts';
import type { Database } from './schema.ts';

export function createSettingStore(db: Kysely<Database>): SettingStore {
  const get = async (name: string): Promise<unknown> =>
    (await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst())?.value;
  return {
    get,
    async put(name, value) {
      const text = JSON.stringify(value);
      await db
        .insertInto('settings')
        .values({ name, value: text })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: text }))
        .execute();
    },
    async putIfAbsent(name, value) {
      await db
        .insertInto('settings')
        .values({ name, value: JSON.stringify(value) })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute();
      return get(name);
    },
    async delete(name) {
      await db.deleteFrom('settings').where('name', '=', name).execute();
    },
  };
}
