import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DERIVE_QUEUE, PackageJob } from '../../../recorder/jobs/derive-jobs.ts';
import { DeriveQueue } from '../../../recorder/jobs/derive-queue.ts';
import { DeriveWorker } from '../../../recorder/derive/worker.ts';
import { probeMedia } from '../../../recorder/ffmpeg/probe.ts';
import { FfmpegRunner } from '../../../recorder/ffmpeg/run.ts';
import { createMuxer } from '../../../recorder/mux/muxer.ts';
import { makePackage } from '../../../recorder/package/make-package.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { createRedis } from '../../../signaling/runtime/redis.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { ManifestStore } from '../../../storage/objects/manifest-store.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../../storage/ports.ts';
import { LoggedRecording, PAYLOAD_TYPES } from '../../support/media/logged-recording.ts';
import { readPlayIndex } from '../../support/media/play-files.ts';
import { startRedis } from '../../support/stands/services.ts';
import { loadMediaClip, type MediaClip } from '../../support/rtp/media-clip.ts';
import { rtpTimeline } from '../../support/rtp/rtp-timeline.ts';

const run = promisify(execFile);
const STARTED_UNIX_US = 1_790_000_000_000_000;
/** The lecturer by H264 from the beginning, the board by VP8 from 2 s on. */
const LENGTH_S = 8;
const BOARD_FROM_S = 2;
const LEFT_OUT = { fromUs: 3e6, toUs: 5e6 };

let folder: string;
let store: DirectoryObjectStore;
let recording: LoggedRecording;
const log = createLog('package', 'silent');

const timeline = (clip: MediaClip, ssrc: number, fromS: number) =>
  rtpTimeline({
    clip,
    ssrc,
    cname: 'test',
    payloadType: PAYLOAD_TYPES[clip.codec],
    startUnixUs: STARTED_UNIX_US + fromS * 1e6,
    durationUs: (LENGTH_S - fromS) * 1e6,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-package-'));
  store = await DirectoryObjectStore.create(join(folder, 'objects'));
  recording = new LoggedRecording(store, STARTED_UNIX_US);
  const size = { width: 320, height: 192, fps: 30, kilobitsPerSecond: 200 };
  const camera = timeline(await loadMediaClip({ codec: 'H264', ...size }), 51, 0);
  const screen = timeline(await loadMediaClip({ codec: 'VP8', ...size }), 52, BOARD_FROM_S);
  const voice = timeline(await loadMediaClip({ codec: 'opus' }), 53, 0);
  const lecturer = { seat: 'lecturer' } as const;
  recording.add({ ...lecturer, track: 'cam', source: 'camera', codec: 'H264', ssrc: 51, packets: camera });
  recording.add({ ...lecturer, track: 'scr', source: 'screen', codec: 'VP8', ssrc: 52, packets: screen });
  recording.add({ ...lecturer, track: 'mic', source: 'microphone', codec: 'opus', ssrc: 53, packets: voice });
  await recording.storeUntil(undefined, { endedAtUs: LENGTH_S * 1e6 });
  const muxer = createMuxer({ store, log });
  await muxer.step(recording.recordingId, { final: true });
  await muxer.close();
  const chapters = objectKeys.play(recording.recordingId, 'chapters.vtt');
  await store.put(chapters, Buffer.from('WEBVTT\n\n00:00.000 --> 00:04.000\n导入\n'));
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

function packageJob(indexKey: string): PackageJob {
  return PackageJob.parse({
    recordingId: recording.recordingId,
    packageId: randomUUID(),
    indexKey,
    chaptersKey: objectKeys.play(recording.recordingId, 'chapters.vtt'),
    captions: [
      {
        language: 'zh-CN',
        origin: 'recognition',
        cues: [
          { fromMs: 1_000, toMs: 2_000, voice: '王老师', text: '同学们好' },
          { fromMs: 2_500, toMs: 4_000, voice: null, text: '一 <b>' },
          { fromMs: 3_500, toMs: 4_500, voice: null, text: '剪掉' },
          { fromMs: 6_000, toMs: 7_000, voice: null, text: '下课' },
        ],
      },
      { language: 'en', origin: 'file', cues: [{ fromMs: 3_500, toMs: 4_500, voice: null, text: 'cut' }] },
    ],
    facts: {
      title: '分数 <1/2> & "一"',
      lecturerName: '王老师',
      schoolName: '实验小学',
      subject: '数学',
      startedAtMs: 1_790_000_000_000,
    },
  });
}

/** Makes the package of an index, and unpacks it. */
async function unpacked(
  indexKey: string,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<{ readonly path: (name: string) => string; readonly key: string }> {
  const job = packageJob(indexKey);
  const progress: number[] = [];
  const happening: Promise<void>[] = [];
  const ffmpeg = new FfmpegRunner({ log, niceness: 0 });
  const { signal } = new AbortController();
  const work = join(folder, `work-${job.packageId}`);
  const result = await makePackage({
    ...{ store, ffmpeg, job, folder: work, signal },
    onProgress: (fraction) => {
      progress.push(fraction);
      happening.push(meanwhile());
    },
  });
  await Promise.all(happening);
  expect(progress.at(-1)).toBeCloseTo(1, 1);
  expect(progress).toEqual(progress.toSorted((one, other) => one - other));
  const zip = join(folder, `${job.packageId}.zip`);
  const { body } = await store.getBuffer(result.key);
  expect(body.length).toBe(result.bytes);
  await writeFile(zip, body);
  const out = join(folder, job.packageId);
  await run('unzip', ['-q', zip, '-d', out]);
  return { path: (name) => join(out, name), key: result.key };
}

/** Paths of all elements with their text; fails for what is not well-formed. */
function elementsOf(xml: string): Map<string, string[]> {
  const open: string[] = [];
  const found = new Map<string, string[]>();
  for (const [, close, name = '', attributes = '', empty, text = ''] of xml.matchAll(
    /<(\/?)([\w:]+)((?:\s+[\w:]+="[^"<]*")*)(\/?)>([^<]*)/g,
  )) {
    if (close === '/') {
      expect(open.pop()).toBe(name);
      continue;
    }
    open.push(name);
    const path = open.join('/');
    found.set(path, [...(found.get(path) ?? []), `${attributes.trim()} ${text.trim()}`.trim()]);
    if (empty === '/') open.pop();
  }
  expect(open).toEqual([]);
  return found;
}

describe('an Opencast package', () => {
  it('holds lecturer and board with the sound, and a manifest that tells the truth about every file', async () => {
    const { path } = await unpacked(objectKeys.playIndex(recording.recordingId));
    const manifest = elementsOf(await readFile(path('manifest.xml'), 'utf8'));
    expect(manifest.get('mediapackage')?.[0]).toContain('xmlns="http://mediapackage.opencastproject.org"');
    expect(manifest.get('mediapackage/title')).toEqual(['分数 &lt;1/2&gt; &amp; &quot;一&quot;']);
    const flavours = ['track', 'catalog', 'attachment'].flatMap((kind) =>
      ['media', 'metadata', 'attachments'].flatMap((part) => manifest.get(`mediapackage/${part}/${kind}`) ?? []),
    );
    expect(flavours.map((line) => /type="([^"]+)"/.exec(line)?.[1])).toEqual([
      'presenter/delivery',
      'presentation/delivery',
      'captions/delivery',
      'captions/delivery',
      'dublincore/episode',
      'security/xacml+episode',
      'chapters/delivery',
    ]);
    expect(manifest.get('mediapackage/media/track/tags/tag')).toEqual(
      expect.arrayContaining(['lang:zh-CN', 'generator-type:auto', 'lang:en', 'generator-type:manual']),
    );
    for (const kind of ['media/track', 'metadata/catalog', 'attachments/attachment']) {
      const of = (what: string): string[] => manifest.get(`mediapackage/${kind}/${what}`) ?? [];
      for (const [at, url] of of('url').entries()) {
        const bytes = await readFile(path(url));
        expect(of('size')[at]).toBe(String(bytes.length));
        expect(of('checksum')[at]).toBe(`type="md5" ${createHash('md5').update(bytes).digest('hex')}`);
      }
    }
    expect(elementsOf(await readFile(path('security-policy.xml'), 'utf8')).get('Policy/Rule')).toHaveLength(3);
    const episode = elementsOf(await readFile(path('dublincore.xml'), 'utf8'));
    expect(episode.get('dublincore/dcterms:creator')).toEqual(['王老师']);
    expect(episode.get('dublincore/dcterms:temporal')?.[0]).toMatch(
      /start=2026-09-\S+Z; end=2026-09-\S+Z; scheme=W3C-DTF;$/,
    );
  });

  it('takes H264 as it was sent, encodes VP8 once more, and both last as long as the lesson', async () => {
    const { path } = await unpacked(objectKeys.playIndex(recording.recordingId));
    for (const name of ['presenter.mp4', 'presentation.mp4']) {
      const { streams, durationUs } = await probeMedia(path(name));
      expect(streams.map(({ codec }) => codec).sort()).toEqual(['aac', 'h264']);
      expect(Math.abs((durationUs ?? 0) - LENGTH_S * 1e6)).toBeLessThan(300_000);
    }
    const packets = async (name: string) => {
      const args = [
        '-v',
        'error',
        '-select_streams',
        'v',
        '-show_entries',
        'packet=size',
        '-of',
        'csv=p=0',
        path(name),
      ];
      return (await run('ffprobe', args)).stdout.trim().split('\n').length;
    };
    // 30 pictures a second are the sender's own; what is encoded anew has 25.
    expect(await packets('presenter.mp4')).toBeGreaterThan(LENGTH_S * 28);
    expect(await packets('presentation.mp4')).toBe(LENGTH_S * 25);
  });

  it('leaves out what its index leaves out, in picture and sound alike, and replaces the one before', async () => {
    const { recordingId } = recording;
    const index = await readPlayIndex(store, recordingId);
    const views = index.views.filter(({ view }) => view === 'lecturer');
    const edited = objectKeys.play(recordingId, 'edited.json');
    await store.put(edited, Buffer.from(JSON.stringify({ ...index, views, leftOut: [LEFT_OUT] })));
    const { path, key } = await unpacked(edited);
    const { streams, durationUs } = await probeMedia(path('presenter.mp4'));
    expect(streams.map(({ codec }) => codec).sort()).toEqual(['aac', 'h264']);
    expect(Math.abs((durationUs ?? 0) - (LENGTH_S - 2) * 1e6)).toBeLessThan(100_000);
    await expect(readFile(path('presentation.mp4'))).rejects.toThrow('ENOENT');
    expect(await readFile(path('captions-zh-CN.vtt'), 'utf8')).toBe(
      [
        'WEBVTT\n',
        '00:00:01.000 --> 00:00:02.000\n<v 王老师>同学们好\n',
        '00:00:02.500 --> 00:00:03.000\n一 &lt;b&gt;\n',
        '00:00:04.000 --> 00:00:05.000\n下课\n',
      ].join('\n'),
    );
    await expect(readFile(path('captions-en.vtt'))).rejects.toThrow('ENOENT');
    const kept: string[] = [];
    for await (const object of store.list(objectKeys.packagesPrefix(recordingId))) kept.push(object.key);
    expect(kept).toEqual([key]);
  });
});

describe('an Opencast package of a lesson with pages', () => {
  const SECOND = 1e6;
  /** Two pages of a file, the second until the screen is shared at 2 s and once more when that would have ended. */
  const PAGES = [
    { colour: 'red', atUs: 0.5 * SECOND, pageUntilUs: 1 * SECOND },
    { colour: 'blue', atUs: 1 * SECOND, pageUntilUs: 4 * SECOND },
  ];

  /** Stills beside an index of the recording's own, as the stills' job leaves them. */
  async function withPages(name: string, keeps: (view: string) => boolean): Promise<string> {
    const index = await readPlayIndex(store, recording.recordingId);
    const relative = (text: string): string => text.replaceAll(/"(uri|init|playlist)":"/g, '"$1":"../');
    const views = index.views.filter(({ view }) => keeps(view));
    const indexKey = objectKeys.play(recording.recordingId, `${name}/index.json`);
    await store.put(indexKey, Buffer.from(relative(JSON.stringify({ ...index, views, masters: {} }))));
    const slides = [];
    for (const { colour, atUs, pageUntilUs } of PAGES) {
      const path = join(folder, `${colour}.webp`);
      const still = `-v error -y -f lavfi -i color=${colour}:s=640x360 -frames:v 1`;
      await run('ffmpeg', [...still.split(' '), path]);
      const body = await readFile(path);
      await store.put(objectKeys.play(recording.recordingId, `${name}/slides/${colour}.webp`), body);
      slides.push({ atUs, uri: `${colour}.webp`, bytes: body.length, pageUntilUs });
    }
    const stills = { version: 1, clock: 'session', width: 640, height: 360, slides };
    await store.put(objectKeys.slidesBeside(indexKey), Buffer.from(JSON.stringify(stills)));
    return indexKey;
  }

  /** The colour in the middle of the picture at that second: red, green, blue. */
  async function colourAt(path: string, second: number): Promise<readonly number[]> {
    const args = ['-v', 'error', '-ss', String(second), '-i', path, '-frames:v', '1', '-vf', 'crop=2:2,scale=1:1'];
    const { stdout } = await run('ffmpeg', [...args, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'], {
      encoding: 'buffer',
    });
    return [...stdout];
  }
  const isRed = ([r = 0, g = 0, b = 0]: readonly number[]): boolean => r > 180 && g < 60 && b < 60;
  const isBlue = ([r = 0, g = 0, b = 0]: readonly number[]): boolean => b > 180 && r < 60 && g < 60;

  it('has them as its presentation, each for as long as it was on the board', async () => {
    const { path } = await unpacked(await withPages('paged', (view) => view === 'lecturer'));
    const board = path('presentation.mp4');
    const { streams, durationUs } = await probeMedia(board);
    expect(streams.map(({ codec }) => codec).sort()).toEqual(['aac', 'h264']);
    expect(Math.abs((durationUs ?? 0) - LENGTH_S * SECOND)).toBeLessThan(300_000);
    expect(await colourAt(board, 0.2)).toEqual([0, 0, 0]);
    expect(isRed(await colourAt(board, 0.8))).toBe(true);
    for (const second of [1.2, 3.8]) expect(isBlue(await colourAt(board, second)), `${second} s`).toBe(true);
    expect(await colourAt(board, 4.5)).toEqual([0, 0, 0]);
    expect(await readFile(path('manifest.xml'), 'utf8')).toContain('presentation/delivery');
  });

  it('shows what moves in front of them', async () => {
    const { path } = await unpacked(await withPages('both', () => true));
    const board = path('presentation.mp4');
    expect(isRed(await colourAt(board, 0.8))).toBe(true);
    expect(isBlue(await colourAt(board, 1.5))).toBe(true);
    for (const second of [2.5, 3.5, 7]) expect(isBlue(await colourAt(board, second)), `${second} s`).toBe(false);
  });
});

describe('an Opencast package that is being made', () => {
  it('is not put while somebody is erased from the recording', async () => {
    const { recordingId } = recording;
    const manifests = new ManifestStore(store);
    const stored = await manifests.read(recordingId);
    let isErased = false;
    const making = unpacked(objectKeys.playIndex(recordingId), async () => {
      if (isErased) return;
      isErased = true;
      await manifests.update(recordingId, (now) =>
        now === undefined
          ? undefined
          : { ...now, tracks: now.tracks.map((track) => ({ ...track, erasedAtUnixMs: Date.now() })) },
      );
    });
    await expect(making).rejects.toMatchObject({ code: 'unavailable' });
    const kept: string[] = [];
    for await (const object of store.list(objectKeys.packagesPrefix(recordingId))) kept.push(object.key);
    expect(kept).toEqual([]);
    await manifests.update(recordingId, () => stored);
  });

  it('has its stills made first where it was ordered before them', async () => {
    const { recordingId } = recording;
    const indexKey = objectKeys.playIndex(recordingId);
    const slidesKey = objectKeys.slidesBeside(indexKey);
    expect(await store.stat(slidesKey)).toBeUndefined();
    const redis = await startRedis();
    const ffmpeg = new FfmpegRunner({ log, niceness: 0 });
    const worker = new DeriveWorker({ redisUrl: redis.url, log, ffmpeg, drawsInk: true, store, workFolder: folder });
    const queue = new DeriveQueue({ redisUrl: redis.url, log });
    try {
      await queue.order(packageJob(indexKey));
      await expect.poll(() => queue.state(recordingId), { timeout: 60_000 }).toMatchObject({ state: 'done' });
      expect(await store.stat(slidesKey)).toBeDefined();
    } finally {
      await worker.close();
      await queue.close();
      await redis.stop();
      await store.deletePrefix(slidesKey.slice(0, slidesKey.lastIndexOf('/') + 1));
    }
  }, 120_000);
});

describe('a recording that goes', () => {
  it('takes the stills that are being made of it along, and nothing is begun of it any more', async () => {
    const { recordingId } = recording;
    const redis = await startRedis();
    const client = createRedis({ url: redis.url, name: 'test', log, whenAway: 'fail' });
    const held = Promise.withResolvers<void>();
    let reads = 0;
    const slow: ObjectStore = Object.create(store, {
      getBuffer: {
        value: async (key: string) => {
          reads += 1;
          await held.promise;
          return store.getBuffer(key);
        },
      },
    });
    const ffmpeg = new FfmpegRunner({ log, niceness: 0 });
    const worker = new DeriveWorker({
      redisUrl: redis.url,
      log,
      ffmpeg,
      drawsInk: true,
      store: slow,
      workFolder: folder,
    });
    const queue = new DeriveQueue({ redisUrl: redis.url, log });
    try {
      await worker.orderSlides(recordingId);
      await expect.poll(() => reads, { timeout: 30_000 }).toBe(1);
      expect(await queue.isMaking(recordingId)).toBe(true);
      await queue.callOff(recordingId);
      // It has asked once more, and heard the answer before it asked again.
      const asked = async () => Number(/cmdstat_exists:calls=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0);
      const before = await asked();
      await expect.poll(asked, { timeout: 30_000 }).toBeGreaterThan(before + 1);
      held.resolve();
      await expect.poll(() => queue.isMaking(recordingId), { timeout: 30_000 }).toBe(false);
      const later = objectKeys.play(recordingId, 'edition/7/index.json');
      await worker.orderSlides(recordingId, later);
      await expect.poll(() => client.zcard(`bull:${DERIVE_QUEUE}:failed`), { timeout: 30_000 }).toBe(2);
      expect(reads).toBe(1);
      expect(await store.stat(objectKeys.slidesBeside(objectKeys.playIndex(recordingId)))).toBeUndefined();
    } finally {
      held.resolve();
      await worker.close();
      await queue.close();
      client.disconnect();
      await redis.stop();
    }
  }, 120_000);
});
