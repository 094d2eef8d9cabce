import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { checkObjectStoreConfig, databaseFields, objectStoreFields } from './config.ts';

const Config = z.object({ ...objectStoreFields, ...databaseFields }).superRefine(checkObjectStoreConfig);

describe('storage config', () => {
  it('needs nothing, and takes empty values as not set', () => {
    expect(Config.parse({})).toMatchObject({ DATA_DIR: './data' });
    expect(Config.parse({ S3_ENDPOINT: '', DATABASE_URL: ' ' })).toMatchObject({ DATA_DIR: './data' });
  });

  it('names every missing part of a half-named bucket at once', () => {
    const result = Config.safeParse({ S3_ENDPOINT: 'http://minio:9000', S3_BUCKET: 'tongke' });
    expect(result.error?.issues.map(({ path }) => path.join('.'))).toEqual([
      'S3_ACCESS_KEY_ID',
      'S3_SECRET_ACCESS_KEY',
    ]);
  });

  it('refuses a database that is not PostgreSQL', () => {
    expect(Config.safeParse({ DATABASE_URL: 'mysql://db/tongke' }).success).toBe(false);
    expect(Config.safeParse({ DATABASE_URL: 'postgres://tongke@db:5432/tongke' }).success).toBe(true);
  });
});
