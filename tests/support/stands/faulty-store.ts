import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openObjectStore } from '../../../storage/objects/open.ts';
import type { ObjectStore } from '../../../storage/ports.ts';
import { startMinio } from './services.ts';
import { SmallDisk } from './small-disk.ts';

/** An object store that can be away, and how a process is told to use it. */
export interface FaultyStore {
  /** For another process beside `objects`. */
  readonly env: Readonly<Record<string, string>>;
  readonly objects: ObjectStore;
  /** Makes the store known in a data folder. */
  attach(dataDir: string): Promise<void>;
  leave(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

export type StoreKind = 'MinIO' | 'directory';

export async function faultyStore(kind: StoreKind): Promise<FaultyStore> {
  return kind === 'MinIO' ? faultyMinio() : faultyDirectory();
}

async function faultyMinio(): Promise<FaultyStore> {
  const minio = await startMinio();
  const env = minio.environment('tongke');
  const objects = await openObjectStore({ DATA_DIR: tmpdir(), S3_PUBLIC_ENDPOINT: undefined, ...env });
  return {
    env,
    objects,
    attach: async () => undefined,
    leave: () => minio.kill(),
    comeBack: () => minio.up(),
    close: async () => {
      await objects.close();
      await minio.stop();
    },
  };
}

/** A file system that several machines have mounted, and that refuses to be written to when it is away. */
async function faultyDirectory(): Promise<FaultyStore> {
  const disk = await SmallDisk.mount(512);
  const own = await mkdtemp(join(tmpdir(), 'tongke-store-'));
  const attach = (dataDir: string): Promise<void> => symlink(disk.folder, join(dataDir, 'objects'));
  await attach(own);
  const away = { S3_PUBLIC_ENDPOINT: undefined, S3_ENDPOINT: undefined, S3_REGION: undefined, S3_BUCKET: undefined };
  const keys = { S3_ACCESS_KEY_ID: undefined, S3_SECRET_ACCESS_KEY: undefined };
  const objects = await openObjectStore({ DATA_DIR: own, ...away, ...keys });
  return {
    env: {},
    objects,
    attach,
    leave: () => disk.refuseWrites(),
    comeBack: () => disk.takeWrites(),
    close: async () => {
      await rm(own, { recursive: true, force: true });
      await disk.unmount();
    },
  };
}
