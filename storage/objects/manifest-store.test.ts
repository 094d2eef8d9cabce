import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LessonId, RecordingId, RoomId, TrackId } from '../../signaling/protocol/ids.ts';
import { DirectoryObjectStore } from './directory.ts';
import { ManifestStore } from './manifest-store.ts';
import { MANIFEST_VERSION, type RecordingManifest } from './manifest.ts';
import { objectKeys } from './object-keys.ts';

const recordingId = RecordingId.parse('recording-1');

const manifest = (fence: number): RecordingManifest => ({
  version: MANIFEST_VERSION,
  recordingId,
  lessonId: LessonId.parse('lesson-1'),
  roomId: RoomId.parse('lesson-1'),
  title: '三年级 语文',
  fence,
  startedAtUnixUs: 1,
  state: 'capturing',
  tracks: [],
  events: { chunks: [] },
  gaps: [],
  renditions: [],
});

describe('ManifestStore', () => {
  let folder: string;
  let objects: DirectoryObjectStore;
  let manifests: ManifestStore;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tongke-manifest-'));
    objects = await DirectoryObjectStore.create(folder);
    manifests = new ManifestStore(objects);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('update() creates what was not there and read() gives it back', async () => {
    expect(await manifests.read(recordingId)).toBeUndefined();
    expect(await manifests.update(recordingId, () => undefined)).toBeUndefined();
    await manifests.update(recordingId, (stored) => stored ?? manifest(1));
    expect(await manifests.read(recordingId)).toEqual(manifest(1));
  });

  it('update() loses no change of many concurrent writers', async () => {
    const addGap = (n: number) =>
      manifests.update(recordingId, (stored) => {
        const current = stored ?? manifest(1);
        const gap = { trackId: TrackId.parse(`track-${n}`), fromUs: n, toUs: n + 1, cause: 'unknown' as const };
        return { ...current, gaps: [...current.gaps, gap] };
      });
    await Promise.all(Array.from({ length: 8 }, (_, n) => addGap(n)));
    const stored = await manifests.read(recordingId);
    expect(stored?.gaps.map(({ fromUs }) => fromUs).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('update() refuses an older fence and keeps what is stored', async () => {
    await manifests.update(recordingId, () => manifest(5));
    await expect(manifests.update(recordingId, () => manifest(4))).rejects.toMatchObject({ code: 'staleFence' });
    expect((await manifests.read(recordingId))?.fence).toBe(5);
  });

  it('read() says internal when what is stored is no manifest', async () => {
    await objects.put(objectKeys.manifest(recordingId), Buffer.from('{"version":1'));
    await expect(manifests.read(recordingId)).rejects.toMatchObject({ code: 'internal' });
  });
});
