import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { eraseSeat } from '../../recorder/edition/erase-seat.ts';
import { createMuxer } from '../../recorder/mux/muxer.ts';
import { publish } from '../../recorder/produce/publish/publish.ts';
import { verifyRecording } from '../../recorder/repair/verify.ts';
import { SeatId, TrackId } from '../../signaling/protocol/ids.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { LECTURER_HZ, LESSON_US, logEditedLesson, PUPIL_HZ } from '../support/media/edited-lesson.ts';
import type { LoggedRecording } from '../support/media/logged-recording.ts';
import { readPlayIndex, writePlayable } from '../support/media/play-files.ts';
import { decodeSound, toneBySecond } from '../support/media/tones.ts';

const log = createLog('erase-test', 'silent');
const PUPIL = SeatId.parse('seat-pupil');
const NAME = '王小明';
const ERASED_AT_MS = 1_790_000_100_000;

let folder: string;
let store: DirectoryObjectStore;
let recording: LoggedRecording;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-erase-'));
  store = await DirectoryObjectStore.create(join(folder, 'objects'));
  recording = await logEditedLesson(store);
  const lecturer = SeatId.parse('seat-lecturer');
  const pupilTrack = TrackId.parse('pupil-mic');
  await recording.addEvents([
    { n: 0, atUs: 0, type: 'joined', data: { seatId: lecturer, seat: 'lecturer', displayName: '林老师' } },
    { n: 1, atUs: 1, type: 'joined', data: { seatId: PUPIL, seat: 'pupil', displayName: NAME } },
    { n: 2, atUs: 2, type: 'stage', data: { seatIds: [lecturer, PUPIL] } },
    { n: 3, atUs: 3, type: 'chat', data: { seatId: PUPIL, displayName: NAME, text: '老师好' } },
  ]);
  await recording.addEvents([
    {
      n: 4,
      atUs: 24_000_000,
      type: 'producerAdded',
      data: { seatId: PUPIL, trackId: pupilTrack, source: 'microphone', kind: 'audio' },
    },
    { n: 5, atUs: 25_000_000, type: 'activeSpeaker', data: { seatId: PUPIL } },
    { n: 6, atUs: 30_000_000, type: 'marker', data: { title: '练习' } },
  ]);
  await recording.storeUntil(undefined, { endedAtUs: LESSON_US });
  const muxer = createMuxer({ store, log });
  await muxer.step(recording.recordingId, { final: true });
  await muxer.close();
  await store.put(objectKeys.produced(recording.recordingId, '1790000000000-1-ab', 'lesson.mp4'), Buffer.from('film'));
  await store.put(objectKeys.editorFacts(recording.recordingId), Buffer.from('{}'));
  return () => rm(folder, { recursive: true, force: true });
});

const erase = (objects: ObjectStore): Promise<void> =>
  eraseSeat({
    ...{ objects, log, ffmpegPath: 'ffmpeg', recordingId: recording.recordingId, seatId: PUPIL },
    nowMs: () => ERASED_AT_MS,
  });

async function everything(): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  for await (const { key } of store.list('')) {
    // The manifest says when its index was made, and carries a checksum of itself: it is compared by what it says.
    if (key === objectKeys.manifest(recording.recordingId)) continue;
    const { body } = await store.getBuffer(key);
    all.set(key, createHash('sha256').update(body).digest('hex'));
  }
  return all;
}

async function texts(): Promise<string> {
  const found: string[] = [];
  for await (const { key } of store.list('')) {
    if (/\.(json|jsonl|m3u8)$/.test(key)) found.push(key, (await store.getBuffer(key)).body.toString('utf8'));
  }
  return found.join('\n');
}

/** The store as a process sees it that dies at its nth change. */
function dyingAt(n: number): ObjectStore {
  let changes = 0;
  const change = (): void => {
    changes += 1;
    if (changes > n) throw new Error('killed');
  };
  return new Proxy<ObjectStore>(store, {
    get(target, name: keyof ObjectStore) {
      const own = target[name];
      if (typeof own !== 'function') return own;
      const method = own.bind(target) as (...args: readonly unknown[]) => unknown;
      const isChange = name === 'put' || name === 'delete' || name === 'deletePrefix';
      return (...args: readonly unknown[]) => {
        if (isChange) change();
        return method(...args);
      };
    },
  });
}

describe('erasing a seat', () => {
  it('leaves nothing of it in what is stored, and everything of the others', async () => {
    expect(await texts()).toContain(NAME);
    await erase(store);
    const keys = [...(await everything()).keys()];
    expect(keys.filter((key) => /pupil|produced|editor/.test(key))).toEqual([]);
    expect(await texts()).not.toContain(NAME);
    const index = await readPlayIndex(store, recording.recordingId);
    expect(index).toMatchObject({ complete: true, durationUs: LESSON_US });
    expect(index.views.map(({ view }) => view).toSorted()).toEqual(['board', 'lecturer']);
    const segments = index.sound?.segments ?? [];
    const path = await writePlayable(store, recording.recordingId, folder, 'sound.mp4', segments);
    const sound = await decodeSound(path);
    expect(Math.max(...toneBySecond(sound, PUPIL_HZ))).toBeLessThan(30);
    expect(Math.min(...toneBySecond(sound, LECTURER_HZ).slice(1, 43))).toBeGreaterThan(700);
    const manifest = await new ManifestStore(store).read(recording.recordingId);
    const erased = manifest?.tracks.filter(({ seatId }) => seatId === PUPIL);
    expect(erased).toHaveLength(2);
    expect(erased).toEqual(
      erased?.map((track) => ({ ...track, displayName: '', epochs: [], erasedAtUnixMs: ERASED_AT_MS })),
    );
    const { isSound, findings } = await verifyRecording(store, recording.recordingId);
    expect([isSound, findings]).toEqual([true, []]);
  });

  it('comes to the same end wherever it died on the way, and again when it is done again', async () => {
    for (const changes of [0, 1, 2, 3, 5, 6, 9, 15, 30]) {
      await erase(dyingAt(changes)).catch((error: unknown) => expect(String(error)).toMatch(/killed|sound cannot/));
    }
    await erase(store);
    const once = await everything();
    const manifest = await new ManifestStore(store).read(recording.recordingId);
    await erase(store);
    expect(await new ManifestStore(store).read(recording.recordingId)).toEqual({
      ...manifest,
      renditions: manifest?.renditions.map((each) => ({ ...each, createdAtUnixMs: expect.any(Number) })),
    });
    expect(await everything()).toEqual(once);
    expect((await verifyRecording(store, recording.recordingId)).findings).toEqual([]);
    expect(await texts()).not.toContain(NAME);
  }, 120_000);

  it('lets no film be published that was ordered before, and refuses a recording that has not ended', async () => {
    await erase(store);
    const composed = (attempt: string) => ({
      ...({ kind: 'composed', attempt, master: 'm', mp4: 'f', poster: 'p', thumbnails: 't' } as const),
      ...{ durationUs: 1, mp4Bytes: 1, createdAtUnixMs: 1 },
    });
    const { recordingId } = recording;
    await expect(publish(store, recordingId, composed(`${ERASED_AT_MS - 1}-1-ab`))).rejects.toMatchObject({
      code: 'conflict',
    });
    await publish(store, recordingId, composed(`${ERASED_AT_MS + 1}-1-ab`));
    await new ManifestStore(store).update(recordingId, (stored) => stored && { ...stored, state: 'capturing' });
    await expect(erase(store)).rejects.toMatchObject({ code: 'conflict' });
  });
});
