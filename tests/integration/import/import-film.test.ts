import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImportJob, ImportProgress, MuxResult } from '../../../recorder/contract.ts';
import { runPiped } from '../../../recorder/ffmpeg/pipe.ts';
import { probeMedia } from '../../../recorder/ffmpeg/probe.ts';
import { FfmpegRunner } from '../../../recorder/ffmpeg/run.ts';
import { importFilm } from '../../../recorder/import/import-film.ts';
import { StoredRecordings } from '../../../recorder/produce/source/stored-recording.ts';
import { rebuildRecording } from '../../../recorder/repair/rebuild.ts';
import { verifyRecording } from '../../../recorder/repair/verify.ts';
import type { RecordingId } from '../../../signaling/protocol/ids.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { PlayIndex } from '../../../storage/objects/manifest.ts';
import { ManifestStore } from '../../../storage/objects/manifest-store.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { produceHere } from '../../support/stands/produce-here.ts';
import {
  colourAt,
  ffmpegRun,
  putUploaded,
  putUploadedFile,
  STRIPED,
  turned,
  X264,
} from '../../support/media/uploaded-film.ts';

const LIMIT_MS = 120_000;
const log = createLog('test', 'silent');

let folder: string;
let store: DirectoryObjectStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-import-'));
  store = await DirectoryObjectStore.create(join(folder, 'objects'));
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const ffmpeg = new FfmpegRunner({ log, niceness: 0 });
const signal = new AbortController().signal;

async function imported(job: ImportJob, onProgress: (progress: ImportProgress) => void = () => {}): Promise<MuxResult> {
  return importFilm({ store, ffmpeg, log, workFolder: folder }, { job, signal, onProgress });
}

async function indexOf(result: MuxResult): Promise<PlayIndex> {
  return PlayIndex.parse(JSON.parse((await store.getBuffer(result.index)).body.toString('utf8')));
}

/** One view or the sound, as a player puts it together. */
async function played(index: PlayIndex, what: 'board' | 'sound'): Promise<string> {
  const segments =
    what === 'sound' ? index.sound?.segments : index.views.find(({ view }) => view === what)?.runs[0]?.segments;
  const names = [segments?.[0]?.init ?? '', ...(segments ?? []).map(({ uri }) => uri)];
  const bodies = await Promise.all(
    names.map(async (name) => (await store.getBuffer(objectKeys.play(index.recordingId, name))).body),
  );
  const path = join(folder, `${index.recordingId}-${what}.mp4`);
  await writeFile(path, Buffer.concat(bodies));
  return path;
}

const sha256 = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

/** Hash of everything that can be played of it, by its key. */
async function playable(recordingId: RecordingId): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for await (const { key } of store.list(objectKeys.playPrefix(recordingId))) {
    hashes.set(key, sha256((await store.getBuffer(key)).body));
  }
  return hashes;
}

const isNear = (colour: readonly number[], wanted: readonly number[]): boolean =>
  colour.every((value, index) => Math.abs(value - (wanted[index] ?? 0)) < 40);
const RED = [255, 0, 0];
const BLUE = [0, 0, 255];
const GREEN = [0, 255, 0];

describe('an uploaded film', { timeout: LIMIT_MS }, () => {
  it('of plain H.264 keeps its picture, is playable at once with its sound, and its segments follow its time', async () => {
    const path = join(folder, 'plain.mp4');
    const sound = ['-f', 'lavfi', '-i', 'sine=440:r=22050:d=13'];
    const picture = ['-f', 'lavfi', '-t', '13', '-i', STRIPED];
    await ffmpegRun(...picture, ...sound, ...X264, '-g', '60', '-bf', '2', '-c:a', 'aac', '-ac', '1', path);
    const progress: ImportProgress[] = [];
    const result = await imported(await putUploadedFile(store, path), (one) => progress.push(one));
    const index = await indexOf(result);
    expect(Math.abs(result.durationUs - 13_000_000)).toBeLessThan(200_000);
    expect(index.complete).toBe(true);
    expect(index.views.map(({ view }) => view)).toEqual(['board']);
    expect(index.views[0]?.runs[0]).toMatchObject({ container: 'fmp4', width: 320, height: 240, source: 'screen' });
    expect(index.views[0]?.runs[0]?.mimeType).toMatch(/^video\/mp4; codecs="avc1\.[\da-f]{6}"$/);
    expect(index.views[0]?.runs[0]?.segments.map(({ startUs }) => startUs / 1e6)).toEqual([0, 6, 12]);
    expect(progress.at(-1)?.fraction).toBeCloseTo(1, 5);
    expect(await probeMedia(await played(index, 'board'))).toMatchObject({ streams: [{ codec: 'h264', width: 320 }] });
    const heard = await runPiped({
      program: 'ffprobe',
      args: [
        '-v',
        'error',
        '-show_entries',
        'stream=codec_name,channels,sample_rate',
        '-of',
        'csv=p=0',
        await played(index, 'sound'),
      ],
    });
    expect(heard.stdout.toString().trim()).toBe('aac,48000,2');
    const manifest = await new ManifestStore(store).read(index.recordingId);
    expect(manifest?.upload).toMatchObject({ isPictureCopied: true, videoCodec: 'h264', audioCodec: 'aac' });
  });

  it('is derived again from what was uploaded, bit for bit, copied or encoded, but not from a damaged one', async () => {
    const copied = join(folder, 'copied.mp4');
    const encoded = join(folder, 'encoded.webm');
    const source = ['-f', 'lavfi', '-t', '2', '-i', STRIPED, '-f', 'lavfi', '-i', 'sine=440:d=2'];
    await ffmpegRun(...source, ...X264, '-c:a', 'aac', copied);
    await ffmpegRun(...source, '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-c:a', 'libopus', encoded);
    for (const [path, isPictureCopied] of [[copied, true] as const, [encoded, false] as const]) {
      const job = await putUploadedFile(store, path);
      const { recordingId } = job;
      await imported(job);
      const made = await playable(recordingId);
      const manifests = new ManifestStore(store);
      const manifest = await manifests.read(recordingId);
      expect(manifest?.upload).toMatchObject({ isPictureCopied, sha256: sha256(await readFile(path)) });
      for (const key of made.keys()) if (key.includes('/film')) await store.put(key, Buffer.from('damaged'));
      await store.put(objectKeys.play(recordingId, 'film/old.m4s'), Buffer.from('of an earlier time'));
      expect((await verifyRecording(store, recordingId)).isSound).toBe(false);
      const where = { dataDir: folder, ffmpegPath: 'ffmpeg', isUnfinished: false };
      const rebuild = () => rebuildRecording({ objects: store, log, recordingId, ...where });
      expect(await rebuild()).toMatchObject({ views: ['board'], removed: 1 });
      expect(await playable(recordingId)).toEqual(made);
      expect(await verifyRecording(store, recordingId)).toMatchObject({ isSound: true, findings: [] });
      const { renditions: _views, ...facts } = (await manifests.read(recordingId)) ?? {};
      expect(manifest).toMatchObject(facts);
      const part = objectKeys.rawUploadPart(recordingId, 0);
      const { body } = await store.getBuffer(part);
      body.writeUInt8(body.readUInt8(body.length - 1) ^ 1, body.length - 1);
      await store.put(part, body);
      expect((await verifyRecording(store, recordingId)).findings).toMatchObject([
        { level: 'error', message: 'the uploaded film is not what came: its checksum is wrong' },
      ]);
      await expect(rebuild()).rejects.toMatchObject({ code: 'internal' });
      expect(await playable(recordingId)).toEqual(made);
    }
  });

  it('of a phone held upright stands upright, in what is played at once and in the film', async () => {
    const lying = join(folder, 'lying.mov');
    // Pictures that come irregularly, as phones make them in the dark.
    const vfr = `${STRIPED},select='not(eq(mod(n,7),3))'`;
    await ffmpegRun('-f', 'lavfi', '-t', '2', '-i', vfr, ...X264, '-vsync', 'vfr', lying);
    const job = await putUploaded(store, turned(await readFile(lying), 240));
    const index = await indexOf(await imported(job));
    const board = await played(index, 'board');
    expect((await probeMedia(board)).streams[0]).toMatchObject({ codec: 'h264', width: 240, height: 320 });
    // Turned by a quarter to the right: what was on the left is above, what was below is on the left.
    expect(await colourAt(board, 1, '40:40:150:40')).toSatisfy((colour: number[]) => isNear(colour, RED));
    expect(await colourAt(board, 1, '40:40:150:240')).toSatisfy((colour: number[]) => isNear(colour, BLUE));
    expect(await colourAt(board, 1, '20:40:8:140')).toSatisfy((colour: number[]) => isNear(colour, GREEN));

    const { result: made } = await produceHere(
      { store, source: new StoredRecordings(store), ffmpeg, font: undefined, drawsInk: false, log, workFolder: folder },
      { recordingId: job.recordingId, title: job.title },
    );
    const film = join(folder, 'film.mp4');
    await writeFile(film, (await store.getBuffer(made.mp4)).body);
    // 1080 high and 810 wide in the middle of 1920.
    expect(await colourAt(film, 1, '100:100:1100:150')).toSatisfy((colour: number[]) => isNear(colour, RED));
    expect(await colourAt(film, 1, '100:100:1100:850')).toSatisfy((colour: number[]) => isNear(colour, BLUE));
    expect(await colourAt(film, 1, '60:100:570:500')).toSatisfy((colour: number[]) => isNear(colour, GREEN));
    expect((await probeMedia(film)).streams.map(({ kind }) => kind)).toEqual(['video', 'audio']);
  });

  it.each([
    [
      'VP9 of odd size in WebM without sound',
      'odd.webm',
      ['-vf', 'crop=317:233:0:0', '-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'],
    ],
    ['MPEG-4 in AVI', 'old.avi', ['-c:v', 'mpeg4']],
    ['H.264 in a transport stream', 'tape.ts', X264],
    ['wide pixels in Matroska', 'wide.mkv', [...X264, '-aspect', '16:9']],
  ])('may be %s', async (_name, file, coding) => {
    const path = join(folder, file);
    await ffmpegRun('-f', 'lavfi', '-t', '1', '-i', STRIPED, ...coding, path);
    const index = await indexOf(await imported(await putUploadedFile(store, path)));
    const board = await played(index, 'board');
    const [stream] = (await probeMedia(board)).streams;
    expect(stream?.codec).toBe('h264');
    if (file === 'wide.mkv') expect(stream).toMatchObject({ width: 426, height: 240 });
    expect(await colourAt(board, 0.5, '20:20:20:20')).toSatisfy((colour: number[]) => isNear(colour, RED));
    expect(index.sound).toBeUndefined();
    expect(index.durationUs).toBeGreaterThan(900_000);
  });

  it('that comes again in a second attempt is the same recording', async () => {
    const path = join(folder, 'twice.mp4');
    await ffmpegRun('-f', 'lavfi', '-t', '1', '-i', STRIPED, ...X264, path);
    const job = await putUploadedFile(store, path);
    const first = await imported(job);
    expect(await imported(job)).toEqual(first);
    expect((await new ManifestStore(store).read(job.recordingId))?.renditions).toHaveLength(1);
  });
});

describe('a file that is no film', { timeout: LIMIT_MS }, () => {
  const refusal = async (body: Buffer): Promise<string> => {
    const error: unknown = await imported(await putUploaded(store, body)).catch((thrown: unknown) => thrown);
    return error instanceof Error && 'refusal' in error ? String(error.refusal) : String(error);
  };

  it('is refused with the reason, whatever its name is, and leaves nothing to play', async () => {
    const png = join(folder, 'picture.png');
    const mp3 = join(folder, 'sound.mp3');
    const m4a = join(folder, 'sound.mp4');
    const mp4 = join(folder, 'whole.mp4');
    await ffmpegRun('-f', 'lavfi', '-i', STRIPED, '-frames:v', '1', png);
    await ffmpegRun('-f', 'lavfi', '-t', '1', '-i', 'sine=440', mp3);
    await ffmpegRun('-f', 'lavfi', '-t', '1', '-i', 'sine=440', '-c:a', 'aac', m4a);
    await ffmpegRun('-f', 'lavfi', '-t', '1', '-i', STRIPED, ...X264, mp4);
    const secret = join(folder, 'secret.mp4');
    await ffmpegRun('-f', 'lavfi', '-t', '1', '-i', STRIPED, ...X264, secret);
    const whole = await readFile(mp4);
    expect(await refusal(await readFile(png))).toBe('image');
    expect(await refusal(await readFile(mp3))).toBe('audioOnly');
    expect(await refusal(await readFile(m4a))).toBe('audioOnly');
    expect(await refusal(Buffer.from('PK\u0003\u0004 and so on'))).toBe('archive');
    expect(await refusal(Buffer.from('<html><body>很好看的视频</body></html>'))).toBe('text');
    expect(
      await refusal(Buffer.from(`#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${secret}\n#EXT-X-ENDLIST\n`)),
    ).toBe('playlist');
    expect(await refusal(Buffer.from(`ffconcat version 1.0\nfile '${secret}'\n`))).toBe('playlist');
    // The beginning of a film, and then nothing: its table of contents stands at the end.
    expect(await refusal(whole.subarray(0, Math.floor(whole.length / 2)))).toBe('damaged');
    expect(await refusal(Buffer.alloc(5_000, 7))).toBe('notVideo');
    const job = await putUploaded(store, Buffer.from('PK\u0003\u0004'));
    await expect(imported(job)).rejects.toThrow('archive');
    const left: string[] = [];
    for await (const { key } of store.list(objectKeys.playPrefix(job.recordingId))) left.push(key);
    expect(left).toEqual([]);
  });

  it('does not get another reader by what stands inside it', async () => {
    const secret = join(folder, 'hidden.mp4');
    await ffmpegRun('-f', 'lavfi', '-t', '1', '-i', STRIPED, ...X264, secret);
    // The known trick: an AVI whose subtitle is a playlist that names a file of the machine.
    const playlist = Buffer.from(`GAB2\0\u0002\0#EXTM3U\n#EXTINF:1,\nfile://${secret}\n`, 'latin1');
    const head = Buffer.from('RIFF\0\0\0\0AVI LIST', 'latin1');
    expect(await refusal(Buffer.concat([head, playlist, Buffer.alloc(4_096)]))).toMatch(/^(damaged|notVideo)$/);
  });
});
