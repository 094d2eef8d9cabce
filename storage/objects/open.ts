import { join } from 'node:path';
import type { ObjectStoreConfig } from '../config.ts';
import { DirectoryObjectStore } from './directory.ts';
import type { ObjectStore } from './object-store.ts';

const DEFAULT_REGION = 'us-east-1';

/** The bucket when one is configured, else `DATA_DIR/objects`. Does not wait for the store to be reachable. */
export async function openObjectStore(config: ObjectStoreConfig): Promise<ObjectStore> {
  const { S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = config;
  if (S3_BUCKET === undefined || S3_ACCESS_KEY_ID === undefined || S3_SECRET_ACCESS_KEY === undefined) {
    return DirectoryObjectStore.create(join(config.DATA_DIR, 'objects'));
  }
  // The S3 client costs 100 ms and 20 MB that a process on a directory does not need.
  const { S3ObjectStore } = await import('./s3.ts');
  return new S3ObjectStore({
    region: config.S3_REGION ?? DEFAULT_REGION,
    bucket: S3_BUCKET,
    accessKeyId: S3_ACCESS_KEY_ID,
    secretAccessKey: S3_SECRET_ACCESS_KEY,
    ...(config.S3_ENDPOINT === undefined ? {} : { endpoint: config.S3_ENDPOINT }),
    ...(config.S3_PUBLIC_ENDPOINT === undefined ? {} : { publicEndpoint: config.S3_PUBLIC_ENDPOINT }),
  });
}
