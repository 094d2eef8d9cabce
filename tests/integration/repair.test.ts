import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createMuxer } from '../../recorder/mux/muxer.ts';
import { publish, upload } from '../../recorder/produce/publish/publish.ts';
import { verifyRecording } from '../../recorder/repair/verify.ts';
import { AppError } from '../../signaling/protocol/errors.ts';
import { SeatId } from '../../signaling/protocol/ids.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import { openObjectStore } from '../../storage/objects/open.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { seededRandom } from '../net/seeded-random.ts';
import { LoggedRecording, PAYLOAD_TYPES } from '../support/media/logged-recording.ts';
import { loadMediaClip, type MediaClip } from '../support/rtp/media-clip.ts';
import { rtpTimeline } from '../support/rtp/rtp-timeline.ts';
import { startMinio, type MinioService } from '../support/stands/services.ts';

const STARTED = 1_790_000_000_000_000;
const LENGTH_US = 44_000_000;
const SHORT_US = 13_000_000;
const FLIPS_PER_OBJECT = 3;
const log = createLog('repair-test', 'silent');

let folder: string;
let store: DirectoryObjectStore;
let recording: LoggedRecording;
let clips: readonly MediaClip[];

beforeAll(async () => {
  const size = { width: 160, height: 96, fps: 15, kilobitsPerSecond: 100 } as const;
  clips = await Promise.all([
    loadMediaClip({ codec: 'H264', ...size }),
    loadMediaClip({ codec: 'VP8', ...size }),
    loadMediaClip({ codec: 'opus' }),
    loadMediaClip({ codec: 'opus', toneHz: 700 }),
  ]);
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-repair-'));
  store = await DirectoryObjectStore.create(join(folder, 'objects'));
  recording = record(store);
  return () => rm(folder, { recursive: true, force: true });
});

/** A lesson over a line with late packets and a few lost ones. */
function record(objects: ObjectStore, durationUs = LENGTH_US): LoggedRecording {
  const made = new LoggedRecording(objects, STARTED);
  for (const [index, clip] of clips.entries()) {
    const sources = ['camera', 'screen', 'microphone', 'microphone'] as const;
    const network = { seed: index + 1, loss: 0.002, reorder: 0.02, reorderDelayUs: 200_000 };
    const own = { ssrc: index + 1, payloadType: PAYLOAD_TYPES[clip.codec], cname: 'test', durationUs };
    const packets = rtpTimeline({ clip, startUnixUs: STARTED + 500_000, skewPpm: 40 * index, network, ...own });
    const seat = index === 3 ? 'pupil' : 'lecturer';
    made.add({
      track: `track-${index}`,
      seat,
      source: sources[index] ?? 'camera',
      codec: clip.codec,
      ssrc: index + 1,
      packets,
    });
  }
  return made;
}

/** As it goes while a lesson runs: now one chunk at a time, now several. */
async function muxLive(objects: ObjectStore, made: LoggedRecording, lengthUs = LENGTH_US): Promise<void> {
  const muxer = createMuxer({ store: objects, log });
  for (const seconds of [11, 21, 42].filter((each) => each * 1e6 < lengthUs)) {
    await made.storeUntil(seconds);
    await muxer.step(made.recordingId, { final: false });
  }
  await made.storeUntil(undefined, { endedAtUs: lengthUs + 1_000_000 });
  await muxer.step(made.recordingId, { final: true });
  await muxer.close();
}

/** Hash of every object that can be played, by its name. */
async function playable(objects: ObjectStore, made: LoggedRecording): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for await (const { key } of objects.list(objectKeys.playPrefix(made.recordingId))) {
    const { body } = await objects.getBuffer(key);
    hashes.set(key, createHash('sha256').update(body).digest('hex'));
  }
  return hashes;
}

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly problems: string;
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return new Promise((done) => {
    const program = resolve('recorder/repair/main.ts');
    const options = { env: { ...process.env, DATA_DIR: folder, ...env } };
    execFile(process.execPath, [program, ...args], options, (error, output, problems) => {
      done({ code: error === null ? 0 : Number(error.code), output, problems });
    });
  });
}

describe('npm run recording -- rebuild', () => {
  it('derives from the packet logs what the rolling mux left, bit for bit, each time again', async () => {
    await muxLive(store, recording);
    const live = await playable(store, recording);
    const index = objectKeys.playIndex(recording.recordingId);
    for (const key of live.keys()) if (key !== index) await store.delete(key);
    expect(await run(['rebuild', recording.recordingId])).toMatchObject({ code: 0, problems: '' });
    const first = await playable(store, recording);
    expect(await run(['rebuild', recording.recordingId])).toMatchObject({ code: 0, problems: '' });
    expect(await playable(store, recording)).toEqual(first);
    const stateKey = objectKeys.play(recording.recordingId, 'state.json');
    // The state also says how far each step had read; what is played does not depend on it.
    const media = (all: Map<string, string>): [string, string][] => [...all].filter(([key]) => key !== stateKey);
    expect(first.size).toBeGreaterThan(30);
    const kept = new Set(first.keys());
    expect(media(first)).toEqual(media(live).filter(([key]) => kept.has(key)));
  }, 120_000);

  it('refuses a recording that a capture holds, and one that nobody knows', async () => {
    await recording.storeUntil(21);
    const held = await run(['rebuild', recording.recordingId]);
    expect(held).toMatchObject({ code: 1, output: '' });
    expect(held.problems).toContain('a capture holds it');
    await recording.storeUntil(undefined, { endedAtUs: LENGTH_US });
    await mkdir(join(folder, 'capture', '1', recording.recordingId), { recursive: true });
    expect((await run(['rebuild', recording.recordingId])).problems).toContain('still holds parts of it');
    expect((await run(['rebuild', 'nobody'])).problems).toContain('there is no such recording');
    expect((await run(['rebuild'])).code).toBe(64);
  });
});

describe('npm run recording -- verify', () => {
  it('finds a whole recording sound, with what the network lost as a warning', async () => {
    await muxLive(store, recording);
    const outcome = await run(['verify', recording.recordingId]);
    expect(outcome).toMatchObject({ code: 0, problems: '' });
    expect(outcome.output).toContain('✓ sound: 0 errors');
    expect(outcome.output).toMatch(/packets never arrived/);
    const report = JSON.parse((await run(['verify', recording.recordingId, '--json'])).output);
    expect(report).toMatchObject({ isSound: true, state: 'captured', recordingId: recording.recordingId });
    expect(report.epochs).toHaveLength(4);
  });

  it('names every chunk that is damaged, cut, strange or missing, and derived files that are gone', async () => {
    await muxLive(store, recording);
    const chunk = (track: number, n: number): string =>
      `raw/${recording.recordingId}/track-${track}/0001-00000${n}.rtpd`;
    const flipped = Buffer.from((await store.getBuffer(chunk(0, 1))).body);
    flipped[5000] = (flipped[5000] ?? 0) ^ 1;
    await store.put(chunk(0, 1), flipped);
    const cut = (await store.getBuffer(chunk(1, 2))).body;
    await store.put(chunk(1, 2), cut.subarray(0, cut.length - 3));
    await store.put(chunk(2, 0), (await store.getBuffer(chunk(3, 0))).body);
    await store.delete(chunk(3, 3));
    const segments = [...(await playable(store, recording)).keys()].filter((key) => key.endsWith('.m4s'));
    await store.delete(segments[0] ?? '');
    const outcome = await run(['verify', recording.recordingId, '--json']);
    expect(outcome.code).toBe(1);
    const { findings } = JSON.parse(outcome.output) as { findings: { level: string; message: string; key?: string }[] };
    const errorsOf = (key: string): string =>
      findings
        .filter((each) => each.key === key && each.level === 'error')
        .map(({ message }) => message)
        .join();
    expect(errorsOf(chunk(0, 1))).toContain('checksum');
    expect(errorsOf(chunk(1, 2))).toContain('in the middle of a record');
    expect(errorsOf(chunk(2, 0))).toContain('belongs to another');
    expect(errorsOf(chunk(3, 3))).toContain('not in the store');
    expect(errorsOf(segments[0] ?? '')).toContain('not in the store');
  });
});

/** A film as production leaves it, of files that need no decoder. */
async function publishFilm(objects: ObjectStore, made: LoggedRecording): Promise<void> {
  const attempt = '0001';
  const film = await mkdtemp(join(folder, 'film-'));
  const files = {
    'master.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n720p.m3u8\n',
    '720p.m3u8': '#EXTM3U\n#EXTINF:1,\n720p/0.m4s\n',
    '720p/0.m4s': 'a segment',
    'film.mp4': 'a film',
    'poster.jpg': 'a picture',
    'thumbnails.vtt': 'WEBVTT',
  };
  await mkdir(join(film, '720p'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(film, name), text);
  const { recordingId } = made;
  const signal = new AbortController().signal;
  await upload({ store: objects, recordingId, attempt, folder: film, signal, onUploaded: () => undefined });
  const key = (name: string): string => objectKeys.produced(recordingId, attempt, name);
  await publish(objects, recordingId, {
    ...{ kind: 'composed', attempt, durationUs: 1, mp4Bytes: files['film.mp4'].length, createdAtUnixMs: 1 },
    ...{ master: key('master.m3u8'), mp4: key('film.mp4'), poster: key('poster.jpg') },
    thumbnails: key('thumbnails.vtt'),
  });
}

async function keysUnder(objects: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objects.list(prefix)) keys.push(key);
  return keys;
}

/** One key of each kind of object that a recording has. */
async function kindsOf(objects: ObjectStore, { recordingId }: LoggedRecording): Promise<Map<string, string>> {
  const prefixes = [objectKeys.rawPrefix(recordingId), objectKeys.playPrefix(recordingId)];
  const own = [...prefixes, objectKeys.producedPrefix(recordingId)].map((prefix) => keysUnder(objects, prefix));
  const keys = [...(await Promise.all(own)).flat(), objectKeys.manifest(recordingId)];
  // `track-0/1-000012345-0123456789abcdef.m4s` → `track/segment.m4s`
  const kindOf = (key: string): string =>
    key
      .replace(recordingId, '')
      .replaceAll(/track-\d/g, 'track')
      .replaceAll(/[0-9a-f]{16}(?=\.)/g, '')
      .replaceAll(/\d+/g, '');
  return new Map(keys.map((key) => [kindOf(key), key]));
}

describe('verify of a recording with one bit flipped', () => {
  it('names the object, whichever kind it is and wherever the bit', async () => {
    recording = record(store, SHORT_US);
    await recording.addEvents([
      { n: 0, atUs: 5_000_000, type: 'slide', data: { page: 1, title: '第一章' } },
      { n: 1, atUs: 9_000_000, type: 'chat', data: { seatId: SeatId.parse('s'), displayName: '王老师', text: '好' } },
    ]);
    await muxLive(store, recording, SHORT_US);
    await publishFilm(store, recording);
    expect(await verifyRecording(store, recording.recordingId)).toMatchObject({ isSound: true });
    const kinds = await kindsOf(store, recording);
    // Chunk, events, manifest; state, index, playlists of sound and view, master, initialisations and segments; the film.
    expect(kinds.size).toBeGreaterThanOrEqual(18);
    const random = seededRandom(20_261_128);
    for (const [kind, key] of kinds) {
      const { body } = await store.getBuffer(key);
      for (let round = 0; round < FLIPS_PER_OBJECT; round += 1) {
        const at = Math.floor(random() * body.length);
        const bit = Math.floor(random() * 8);
        const flipped = Buffer.from(body);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        await store.put(key, flipped);
        const what = `${kind}: bit ${bit} of byte ${at}`;
        const found = await verifyRecording(store, recording.recordingId).then(
          ({ findings }) => findings.filter(({ level }) => level === 'error').map((finding) => finding.key),
          // A manifest that is no manifest any more.
          (error: unknown) =>
            error instanceof AppError && error.code === 'internal' ? [objectKeys.manifest(recording.recordingId)] : [],
        );
        expect(found, what).toContain(key);
      }
      await store.put(key, body);
    }
    expect(await verifyRecording(store, recording.recordingId)).toMatchObject({ isSound: true });
  });

  it('ends with exit code 1 when the manifest itself cannot be read', async () => {
    await recording.storeUntil(undefined, { endedAtUs: LENGTH_US });
    const key = objectKeys.manifest(recording.recordingId);
    const { body } = await store.getBuffer(key);
    await store.put(key, body.subarray(1));
    const outcome = await run(['verify', recording.recordingId]);
    expect(outcome).toMatchObject({ code: 1, output: '' });
    expect(outcome.problems).toContain('a manifest cannot be read');
  });
});

/** As a dying disk does, below the store. */
async function flipBitOnDisk({ folder: data }: MinioService, key: string): Promise<void> {
  const files = await readdir(join(data, 'recordings', key), { recursive: true });
  // A small object stands with what is known of it in one file, behind that.
  const file = files.find((name) => name.endsWith('part.1')) ?? 'xl.meta';
  const path = join(data, 'recordings', key, file);
  const body = await readFile(path);
  const at = Math.floor(body.length * 0.75);
  body[at] = (body[at] ?? 0) ^ 1;
  await writeFile(path, body);
}

describe('npm run recording on a bucket', () => {
  let minio: MinioService;
  beforeAll(async () => {
    minio = await startMinio();
  });
  afterAll(() => minio?.stop());

  it('verifies and rebuilds by the configuration of the servers, bit for bit as in a directory, in whatever order things came', async () => {
    const env = minio.environment('recordings');
    const bucket = await openObjectStore({ DATA_DIR: folder, S3_PUBLIC_ENDPOINT: undefined, ...env });
    await recording.storeUntil(undefined, { endedAtUs: LENGTH_US });
    const { recordingId } = recording;
    // The same objects, brought there and listed in the manifest in another order.
    const raw = await keysUnder(store, objectKeys.rawPrefix(recordingId));
    for (const key of raw.toReversed()) await bucket.put(key, (await store.getBuffer(key)).body);
    const manifest = await new ManifestStore(store).read(recordingId);
    if (manifest === undefined) throw new Error('no manifest');
    const tracks = manifest.tracks.map((track) => ({
      ...track,
      epochs: track.epochs.map((epoch) => ({ ...epoch, chunks: epoch.chunks.toReversed() })).toReversed(),
    }));
    await new ManifestStore(bucket).update(recordingId, () => ({ ...manifest, tracks }));
    expect((await run(['verify', recordingId], env)).output).toContain('nothing can be played yet');
    expect(await run(['rebuild', recordingId], env)).toMatchObject({ code: 0, problems: '' });
    expect(await run(['verify', recordingId], env)).toMatchObject({ code: 0, problems: '' });
    expect(await run(['rebuild', recordingId])).toMatchObject({ code: 0, problems: '' });
    expect(await playable(bucket, recording)).toEqual(await playable(store, recording));
    await flipBitOnDisk(minio, raw.find((key) => key.includes('track-0')) ?? '');
    const damaged = await run(['verify', recordingId, '--json'], env);
    expect(damaged.code).toBe(1);
    expect(damaged.output).toContain('cannot be read');
    await bucket.close();
  }, 120_000);
});
