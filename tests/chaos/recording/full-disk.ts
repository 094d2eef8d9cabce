import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import type { ObjectStore } from '../../../storage/ports.ts';
import {
  CaptureStand,
  readManifest,
  readStoredTracks,
  until,
  type RecordedRoom,
} from '../../support/stands/capture-stand.ts';
import { faultyStore } from '../../support/stands/faulty-store.ts';
import { expectPlayable } from '../../support/media/recorded-outcome.ts';
import { createRtpSink } from '../../support/rtp/rtp-sink.ts';
import { SmallDisk } from '../../support/stands/small-disk.ts';
import { endLesson, recordedPair, untilEpoch, type After, type Stage } from './stage.ts';

const MIB = 1024 * 1024;
const DISK_MIB = 24;
/** What is left when the disk has been filled up: less than a second of what comes in. */
const LEFT_BYTES = 64 * 1024;
/** Sound and picture of 20 and 67 ms, what was under way, and two clocks. */
const MAX_GAP_ERROR_US = 250_000;
const LEAST_HOLE_US = 1_000_000;

/** A lesson that is being recorded on a small disk; its objects go to a bucket, or to the same disk as on a single machine. */
async function smallLesson(stage: Stage, kind: 'MinIO' | 'same disk', limits: Limits, after: After) {
  const disk = await SmallDisk.mount(DISK_MIB);
  after(() => disk.unmount());
  const dataDir = join(disk.folder, 'data');
  await mkdir(dataDir);
  const elsewhere = await mkdtemp(join(tmpdir(), 'tongke-full-disk-'));
  after(() => rm(elsewhere, { recursive: true, force: true }));
  const store = kind === 'MinIO' ? await faultyStore('MinIO') : undefined;
  if (store !== undefined) after(() => store.close());
  const logPath = join(elsewhere, 'log');
  const place = { dataDir, logPath, ...(store === undefined ? {} : { store }) };
  const env = {
    REDIS_URL: stage.redis.url,
    CAPTURE_DISK_LOW_BYTES: String(limits.lowBytes),
    CAPTURE_DISK_FULL_BYTES: String(limits.fullBytes),
  };
  const stand = await CaptureStand.start(stage.sfu.secret, env, place);
  after(() => stand.stop());
  const objects = store?.objects ?? (await DirectoryObjectStore.create(join(dataDir, 'objects')));
  const pair = await recordedPair(stage, stand, after);
  /** What signaling was told, in order. */
  const levels: string[] = [];
  pair.client.notices.on('disk', ({ level }) => levels.push(level));
  await pair.begin();
  await untilEpoch(pair.client, pair.room, 1);
  // A viewer's copy of the sound.
  const sink = await createRtpSink();
  after(() => sink.close());
  const renew = await pair.room.watch(pair.audio, sink);
  const lessonGoesOn = async (): Promise<void> => {
    await renew();
    const before = sink.packets.length;
    await until('the live lesson to go on', async () => sink.packets.length > before + 20);
  };
  return { ...pair, disk, stand, objects, levels, lessonGoesOn, log: () => readFile(logPath, 'utf8') };
}

interface Gap {
  readonly fromUs: number;
  readonly toUs: number;
}

interface Limits {
  readonly lowBytes: number;
  readonly fullBytes: number;
}

/** The guard sees no danger: the disk itself refuses a write, and later takes them again. */
export async function refusedWrites(stage: Stage, kind: 'MinIO' | 'same disk', after: After): Promise<void> {
  const lesson = await smallLesson(stage, kind, { lowBytes: 0, fullBytes: 0 }, after);
  const { disk, client, room, stand, levels } = lesson;
  await sleep(1_000);
  await disk.fillUpTo(LEFT_BYTES);
  await until('the notice', async () => levels[0] === 'full');
  await until('the taps to be let go', async () => (await stand.metric('capture_taps')) === 0);
  expect(await lesson.log()).toContain('ENOSPC');
  await expect(client.call('setGoal', room.goal())).rejects.toMatchObject({ code: 'storageFull' });
  const event = { n: 0, atUs: 1, type: 'slide' as const, data: { page: 1 } };
  const append = () => client.call('appendEvents', { recordingId: room.recordingId, fence: 1, events: [event] });
  await disk.fillUpTo(0);
  await expect(append()).rejects.toMatchObject({ code: 'storageFull' });
  await lesson.lessonGoesOn();
  // It has looked again, and does not try while there is no room.
  await sleep(2_500);
  expect(levels).toEqual(['full']);

  await disk.makeRoom();
  await until('the second notice', async () => levels[1] === 'ok');
  await untilEpoch(client, room, 2);
  expect(await append()).toEqual({ upTo: 0 });
  await sleep(500);
  await until('everything to be stored', () => endLesson(client, room));
  await expectWholeAround(lesson.objects, room);
}

/** A warning, then the end of the recording before anything is refused; it stays full until after the lesson. */
export async function nearlyFull(stage: Stage, kind: 'MinIO' | 'same disk', after: After): Promise<void> {
  const limits = { lowBytes: 12 * MIB, fullBytes: 8 * MIB };
  const lesson = await smallLesson(stage, kind, limits, after);
  const { disk, stand, levels, room, client, objects } = lesson;
  await sleep(500);
  await disk.fillUpTo(10 * MIB);
  await until('the warning', async () => levels[0] === 'low');
  expect(await stand.metric('capture_taps')).toBe(2);
  // A signaling that connects only now learns it from here.
  expect((await client.call('describe', {})).disk.level).toBe('low');
  await disk.fillUpTo(7 * MIB);
  await until('the notice', async () => levels[1] === 'full');
  await until('the taps to be let go', async () => (await stand.metric('capture_taps')) === 0);
  await lesson.lessonGoesOn();
  await until('everything to be stored', () => endLesson(client, room));
  expect(await lesson.log()).not.toContain('ENOSPC');
  const { gaps, tracks, endedAtUs = 0 } = await readManifest(objects, room.recordingId);
  expect(new Set(gaps.map(({ trackId }) => trackId)).size).toBe(tracks.length);
  for (const { toUs } of gaps) expect(Math.abs(toUs - endedAtUs)).toBeLessThan(1_000_000);
  await expectPlayable(objects, room.recordingId);
}

/** Gaps in the order of time, those that adjoin as one: a second try that fails begins a gap where the first one's ends. */
function joined(gaps: readonly Gap[]): Gap[] {
  const whole: Gap[] = [];
  for (const gap of gaps.toSorted((a, b) => a.fromUs - b.fromUs)) {
    const last = whole.at(-1);
    if (last !== undefined && gap.fromUs - last.toUs < MAX_GAP_ERROR_US) {
      whole[whole.length - 1] = { fromUs: last.fromUs, toUs: Math.max(last.toUs, gap.toUs) };
    } else whole.push({ fromUs: gap.fromUs, toUs: gap.toUs });
  }
  return whole;
}

/** What was captured is whole, what is missing is told, and it plays. */
async function expectWholeAround(objects: ObjectStore, room: RecordedRoom): Promise<void> {
  const manifest = await readManifest(objects, room.recordingId);
  for (const { trackId, records } of await readStoredTracks(objects, room.recordingId)) {
    const times = records.filter(({ kind }) => kind === 'rtp').map(({ receivedUnixUs }) => receivedUnixUs);
    const holes = times.flatMap((time, index) => {
      const before = times[index - 1] ?? time;
      return time - before > LEAST_HOLE_US ? [{ fromUs: before, toUs: time }] : [];
    });
    const told = manifest.gaps.filter((gap) => gap.trackId === trackId && gap.cause === 'captureDown');
    const gaps = joined(told).filter(({ fromUs, toUs }) => toUs - fromUs > LEAST_HOLE_US);
    expect(holes.length).toBeGreaterThan(0);
    expect(gaps.length, JSON.stringify({ told, holes })).toBe(holes.length);
    for (const [index, hole] of holes.entries()) {
      const gap = gaps[index];
      const error = (gap?.toUs ?? 0) - (gap?.fromUs ?? 0) - (hole.toUs - hole.fromUs);
      expect(Math.abs(error), JSON.stringify({ gaps, holes })).toBeLessThan(MAX_GAP_ERROR_US);
    }
  }
  await expectPlayable(objects, room.recordingId);
}
