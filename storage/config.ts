import * as z from 'zod';

/** Compose files and unit files write `NAME=` for what is not set. */
const optionalText = z
  .string()
  .trim()
  .optional()
  .transform((text) => (text === '' ? undefined : text));
const optionalUrl = optionalText.pipe(z.url().optional());

/** Environment of the object store: the `S3_…` of a bucket, or a folder below `DATA_DIR`. */
export const objectStoreFields = {
  DATA_DIR: z.string().min(1).default('./data'),
  S3_ENDPOINT: optionalUrl,
  /** Where browsers reach the store for downloads; without it they are served by the media route. */
  S3_PUBLIC_ENDPOINT: optionalUrl,
  S3_REGION: optionalText,
  S3_BUCKET: optionalText,
  S3_ACCESS_KEY_ID: optionalText,
  S3_SECRET_ACCESS_KEY: optionalText,
} as const;

/** Environment of the database: PostgreSQL, or PGlite below `DATA_DIR` when there is no URL. */
export const databaseFields = {
  DATA_DIR: objectStoreFields.DATA_DIR,
  DATABASE_URL: optionalText.pipe(z.url({ protocol: /^postgres(?:ql)?$/ }).optional()),
} as const;

const ObjectStoreConfig = z.object(objectStoreFields);
export type ObjectStoreConfig = z.infer<typeof ObjectStoreConfig>;
const DatabaseConfig = z.object(databaseFields);
export type DatabaseConfig = z.infer<typeof DatabaseConfig>;

/** To be used as a refinement of the process's whole config: a bucket is named wholly or not at all. */
export function checkObjectStoreConfig(config: ObjectStoreConfig, context: z.RefinementCtx): void {
  const needed = ['S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;
  const isWanted = config.S3_ENDPOINT !== undefined || needed.some((name) => config[name] !== undefined);
  if (!isWanted) return;
  for (const name of needed) {
    if (config[name] === undefined) {
      context.addIssue({ code: 'custom', path: [name], message: 'is needed when another S3_… is set' });
    }
  }
}
