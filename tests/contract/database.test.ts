import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type OpenDatabase } from '../../storage/db/open.ts';
import { createStores } from '../../storage/db/stores.ts';
import { startPostgres, type PostgresService } from '../support/stands/services.ts';

const WRITES_BEFORE_CRASH = 50;

describe('embedded database', () => {
  let folder: string;
  let database: OpenDatabase | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tongke-pglite-'));
  });
  afterEach(async () => {
    await database?.close();
    database = undefined;
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const moduleUrl = (path: string) => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);

  it('has everything that was acknowledged after kill -9, at once', async () => {
    const script = join(folder, 'writer.ts');
    await writeFile(
      script,
      `
      import { openDatabase } from ${moduleUrl('storage/db/open.ts')};
      import { createStores } from ${moduleUrl('storage/db/stores.ts')};
      const database = await openDatabase({ DATA_DIR: ${JSON.stringify(folder)}, DATABASE_URL: undefined });
      const { settings } = createStores(database.db);
      for (let n = 1; ; n += 1) {
        await settings.put('n' + n, n);
        process.send(n);
      }`,
    );
    const writer = fork(script, [], { execArgv: [] });
    let acknowledged = 0;
    await new Promise<void>((resolve) => {
      writer.on('message', (n) => {
        acknowledged = Number(n);
        if (acknowledged === WRITES_BEFORE_CRASH) resolve();
      });
    });
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    database = await openDatabase({ DATA_DIR: folder, DATABASE_URL: undefined });
    const { settings } = createStores(database.db);
    for (let n = 1; n <= acknowledged; n += 1) expect(await settings.get(`n${n}`)).toBe(n);
  });

  it('keeps a second process out while the first lives', async () => {
    database = await openDatabase({ DATA_DIR: folder, DATABASE_URL: undefined });
    const second = openDatabase({ DATA_DIR: folder, DATABASE_URL: undefined });
    const isOpenedEarly = await Promise.race([second.then(() => true), createStores(database.db).settings.get('x')]);
    expect(isOpenedEarly).toBeUndefined();
    await database.close();
    database = await second;
    expect(await createStores(database.db).directory.listSchools()).toEqual([]);
  });
});

describe('database server', () => {
  let postgres: PostgresService;
  const databases: OpenDatabase[] = [];

  beforeEach(async () => {
    postgres = await startPostgres();
  });
  afterEach(async () => {
    for (const database of databases.splice(0)) await database.close();
    await postgres.stop();
  });

  const open = async (url: string): Promise<OpenDatabase> => {
    const database = await openDatabase({ DATA_DIR: tmpdir(), DATABASE_URL: url });
    databases.push(database);
    return database;
  };

  it('is migrated once by processes that start together', async () => {
    const url = await postgres.createDatabase();
    const opened = await Promise.all([open(url), open(url), open(url)]);
    for (const { db } of opened) expect(await createStores(db).directory.listSchools()).toEqual([]);
  });

  it('answers unavailable while it is away, and works again by itself when it is back', async () => {
    const url = await postgres.createDatabase();
    const stores = createStores((await open(url)).db);
    const { settings } = stores;
    await settings.put('kept', 1);
    // The connection breaks while it is held and has no query: nothing but its own error event tells of it.
    const held = stores.atomically(async (tx) => {
      await tx.settings.put('kept', 2);
      await postgres.kill();
      await tx.settings.get('kept');
    });
    await expect(held).rejects.toMatchObject({ code: 'unavailable' });
    await expect(settings.get('kept')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(settings.put('kept', 2)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(openDatabase({ DATA_DIR: tmpdir(), DATABASE_URL: url })).rejects.toMatchObject({
      code: 'unavailable',
    });
    await postgres.up();
    expect(await settings.get('kept')).toBe(1);
  });
});
