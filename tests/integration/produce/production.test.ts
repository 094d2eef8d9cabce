import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProduceResult } from '../../../recorder/contract.ts';
import { runPiped } from '../../../recorder/ffmpeg/pipe.ts';
import { probeMedia } from '../../../recorder/ffmpeg/probe.ts';
import { FfmpegRunner } from '../../../recorder/ffmpeg/run.ts';
import { findCardFont } from '../../../recorder/produce/parts/font.ts';
import type { ProductionDeps } from '../../../recorder/produce/production-context.ts';
import { StoredRecordings } from '../../../recorder/produce/source/stored-recording.ts';
import { CoursewareId, StrokeId } from '../../../signaling/protocol/ids.ts';
import { WHITEBOARD } from '../../../signaling/protocol/ink.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { SlideIndex } from '../../../signaling/protocol/slide-index.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { ManifestStore } from '../../../storage/objects/manifest-store.ts';
import { Waveform } from '../../../signaling/protocol/waveform.ts';
import { putMuxedRecording, type MadeLesson, type MadeRecording } from '../../support/media/muxed-recording.ts';
import { ffmpegRun } from '../../support/media/uploaded-film.ts';
import { produceHere } from '../../support/stands/produce-here.ts';

/** Ten seconds of lesson take about as long on two idle cores. */
const PRODUCTION_LIMIT_MS = 180_000;
const RED = [254, 0, 0];
const GREEN = [0, 128, 0];
const BLUE = [0, 0, 254];
const YELLOW = [255, 255, 0];
const CARD = [31, 42, 55];
const BACKGROUND = [16, 20, 24];

const MAGENTA = [254, 0, 254];
const COURSEWARE = CoursewareId.parse('a-teachers-file');

const h264 = { size: '320x180', rate: 30, codec: 'h264' } as const;
const vp8 = { size: '320x180', rate: 15, codec: 'vp8' } as const;

/**
 * Session seconds: lecturer alone (red) 0–3, board (green, VP8, one frame a second) 3–9, pupil on stage (blue) from 5, recording paused 6–8, the
 * lecturer's camera off 9–10, a page (magenta, 4:3) on the board 9.6–9.9, then yellow in another size. A tone sounds 1.0–2.0, with the lecturer's picture white.
 */
const lesson: MadeLesson = {
  title: '分数的意义: "1/2" [一]',
  seconds: 12,
  tracks: [
    {
      seat: 'lecturer',
      displayName: '王老师',
      source: 'camera',
      runs: [
        { from: 0.2, to: 1, picture: { ...h264, source: 'color=c=red' } },
        { from: 1, to: 2, picture: { ...h264, source: 'color=c=white' } },
        { from: 2, to: 9, picture: { ...h264, source: 'color=c=red' } },
        { from: 10, to: 12, picture: { ...h264, source: 'color=c=yellow', size: '180x320' } },
      ],
    },
    {
      seat: 'lecturer',
      displayName: '王老师',
      source: 'microphone',
      runs: [{ from: 0.2, to: 12, tone: { hz: 440, on: 1, off: 2 } }],
    },
    {
      seat: 'lecturer',
      displayName: '王老师',
      source: 'screen',
      runs: [{ from: 3, to: 9, picture: { ...vp8, rate: 1, source: 'color=c=green' } }],
    },
    {
      seat: 'pupil',
      displayName: "O'Neil, 小明: 100%",
      source: 'camera',
      runs: [{ from: 4, to: 12, picture: { ...vp8, source: 'color=c=blue' } }],
    },
  ],
  events: ({ trackIds, seatIds }) => {
    const [pupil, camera] = [seatIds.get("O'Neil, 小明: 100%"), trackIds[0]];
    if (pupil === undefined || camera === undefined) throw new Error('the fixture lacks a seat');
    const stroke = { strokeId: StrokeId.parse('line'), seatId: pupil, points: [0, 2_500, 10_000, 2_500] };
    const line = { ...stroke, colour: 'green' as const, shape: 'pen' as const };
    return [
      { at: 0, type: 'stage', data: { seatIds: [] } },
      { at: 3.5, type: 'marker', data: { title: '新课' } },
      { at: 5, type: 'stage', data: { seatIds: [pupil] } },
      { at: 6, type: 'paused', data: {} },
      { at: 8, type: 'resumed', data: { isTake: false } },
      { at: 9, type: 'producerPaused', data: { trackId: camera } },
      { at: 7, type: 'ink', data: { page: 2, coursewareId: COURSEWARE, ...line } },
      { at: 7.5, type: 'ink', data: { page: 1, coursewareId: WHITEBOARD.coursewareId, ...line } },
      { at: 9.12, type: 'slide', data: { page: 1, coursewareId: WHITEBOARD.coursewareId } },
      { at: 9.4, type: 'slideHidden', data: {} },
      { at: 9.6, type: 'slide', data: { page: 2, coursewareId: COURSEWARE } },
      { at: 9.9, type: 'slideHidden', data: {} },
      { at: 10, type: 'producerResumed', data: { trackId: camera } },
    ];
  },
};

describe('the production of a lesson', () => {
  const log = createLog('test', 'silent');
  let folder: string;
  let store: DirectoryObjectStore;
  let deps: ProductionDeps;
  let made: MadeRecording;
  let result: ProduceResult;
  let mp4: string;
  let chapters: string;

  const copyOf = async (key: string): Promise<string> => {
    const path = join(folder, key.replaceAll('/', '_'));
    const { body } = await store.getBuffer(key);
    await writeFile(path, body);
    return path;
  };

  const textOf = async (key = ''): Promise<string> => (await store.getBuffer(key)).body.toString('utf8');

  /** The HLS rendition as files, for ffprobe and ffmpeg. */
  const copyOfHls = async (): Promise<string> => {
    const folderOf = result.master.slice(0, result.master.lastIndexOf('/'));
    const names: string[] = [];
    for await (const { key } of store.list(`${folderOf}/`)) names.push(key.slice(folderOf.length + 1));
    const hls = await mkdtemp(join(folder, 'hls-'));
    for (const name of names) {
      await mkdir(join(hls, name, '..'), { recursive: true });
      await writeFile(join(hls, name), (await store.getBuffer(`${folderOf}/${name}`)).body);
    }
    return hls;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tongke-produce-'));
    store = await DirectoryObjectStore.create(join(folder, 'objects'));
    made = await putMuxedRecording(store, lesson);
    deps = {
      store,
      source: new StoredRecordings(store),
      ffmpeg: new FfmpegRunner({ log, niceness: 0 }),
      font: await findCardFont(),
      drawsInk: true,
      log,
      workFolder: await mkdtemp(join(folder, 'work-')),
    };
    const page = join(folder, 'page.webp');
    await ffmpegRun('-f', 'lavfi', '-i', 'color=c=magenta:s=640x480', '-frames:v', '1', '-c:v', 'libwebp', page);
    await store.put(objectKeys.coursewarePage(COURSEWARE, 2, 'page'), await readFile(page));
    const produced = await produceHere(deps, { recordingId: made.recordingId, title: lesson.title });
    result = produced.result;
    mp4 = await copyOf(result.mp4);
    chapters = await textOf(result.chapters);
  }, PRODUCTION_LIMIT_MS);

  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Colour of a point of the picture at an instant of the finished lesson. */
  const colourAt = async (atSeconds: number, x: number, y: number, path = mp4): Promise<readonly number[]> => {
    const filter = `crop=8:8:${x}:${y},scale=1:1,format=rgb24`;
    // Sought after decoding: ffmpeg 5.1 can't seek in fragmented HLS, nor in a picture.
    const args = ['-v', 'error', '-i', path, '-ss', String(atSeconds), '-frames:v', '1', '-vf', filter];
    const { stdout } = await runPiped({ program: 'ffmpeg', args: [...args, '-f', 'rawvideo', '-'] });
    return Array.from(stdout);
  };
  const expectColour = (actual: readonly number[], wanted: readonly number[]): void => {
    expect(actual).toHaveLength(3);
    const distance = Math.max(...actual.map((value, index) => Math.abs(value - (wanted[index] ?? 0))));
    expect(distance, `${actual.join(',')} instead of ${wanted.join(',')}`).toBeLessThan(24);
  };

  it('has the session’s length without its pauses, picture and sound alike', async () => {
    const probed = await probeMedia(mp4);
    expect(result.durationUs).toBe(10_000_000);
    expect(Math.abs((probed.durationUs ?? 0) - 10_000_000)).toBeLessThan(100_000);
    expect(probed.streams.map((stream) => stream.codec).slice(0, 2)).toEqual(['h264', 'aac']);
    const { stdout } = await runPiped({
      program: 'ffprobe',
      args: [
        '-v',
        'error',
        '-select_streams',
        'v',
        '-count_packets',
        '-show_entries',
        'stream=nb_read_packets',
        '-of',
        'csv=p=0',
        mp4,
      ],
    });
    expect(stdout.toString().trim()).toBe('250');
  });

  it('starts with its index, so that it plays while it loads', async () => {
    const bytes = await readFile(mp4);
    expect(bytes.length).toBe(result.mp4Bytes);
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
  });

  it('shows the lecturer large while nothing is shared', async () => {
    expectColour(await colourAt(0.5, 100, 100), RED);
    expectColour(await colourAt(2.5, 1800, 900), RED);
  });

  it('shows a board large from the frame it is shared, with lecturer and stage beside it', async () => {
    expectColour(await colourAt(2.9, 300, 540), RED);
    expectColour(await colourAt(3.1, 300, 540), GREEN);
    expectColour(await colourAt(3.1, 1700, 150), RED);
    expectColour(await colourAt(4.5, 1700, 366), BACKGROUND);
    expectColour(await colourAt(5.5, 1700, 366), BLUE);
  });

  it('leaves out what lies in a pause, and goes on with the same layout', async () => {
    // 6.5 s of the finished lesson is second 8.5 of the session.
    expectColour(await colourAt(6.5, 300, 540), GREEN);
    expectColour(await colourAt(6.5, 1700, 366), BLUE);
  });

  it('puts a name card where a camera is off', async () => {
    expectColour(await colourAt(7.5, 200, 300), CARD);
    expectColour(await colourAt(7.5, 1700, 150), BLUE);
  });

  it('shows a page of a teacher’s file as the board, whole, until it is taken off', async () => {
    expectColour(await colourAt(7.7, 768, 540), MAGENTA);
    expectColour(await colourAt(7.7, 60, 540), [0, 0, 0]);
    expectColour(await colourAt(7.7, 1700, 366), BLUE);
    expectColour(await colourAt(7.96, 200, 300), CARD);
  });

  it('shows what is written on a page and on the whiteboard', async () => {
    const [, onPage = 0] = await colourAt(7.7, 768, 320);
    expect(onPage).toBeGreaterThan(30);
    expectColour(await colourAt(7.25, 768, 540), [255, 255, 255]);
    const [red = 255, green = 0] = await colourAt(7.25, 768, 320);
    expect(green - red).toBeGreaterThan(20);
  });

  it('fits an upright picture between bars', async () => {
    expectColour(await colourAt(9.5, 768, 540), YELLOW);
    expectColour(await colourAt(9.5, 200, 540), [0, 0, 0]);
  });

  /** When the picture turns white, in microseconds. */
  const flashUs = async (path: string): Promise<number> => {
    const filter = 'scale=64:36,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-';
    const args = ['-v', 'error', '-i', path, '-map', '0:v', '-vf', filter, '-f', 'null', '-'];
    const { stdout } = await runPiped({ program: 'ffmpeg', args });
    const frames = stdout.toString().matchAll(/pts_time:([\d.]+)[^\n]*\n[^\n]*YAVG=([\d.]+)/g);
    const white = Array.from(frames).find((frame) => Number(frame[2]) > 200);
    return Math.round(Number(white?.[1]) * 1e6);
  };
  /** When the tone sets in. */
  const toneUs = async (path: string): Promise<number> => {
    const args = ['-v', 'error', '-i', path, '-map', '0:a', '-ac', '1', '-ar', '48000', '-f', 's16le', '-'];
    const { stdout } = await runPiped({ program: 'ffmpeg', args });
    const samples = new Int16Array(Uint8Array.from(stdout).buffer, 0, Math.floor(stdout.length / 2));
    const at = samples.findIndex((sample) => Math.abs(sample) > 2_000);
    return (at / 48_000) * 1e6;
  };

  it('keeps sound and picture together within 40 ms, in the MP4 as in HLS', async () => {
    const hls = await copyOfHls();
    for (const [video, audio] of [
      [mp4, mp4],
      [join(hls, '360p', 'index.m3u8'), join(hls, 'audio', 'index.m3u8')],
    ] as const) {
      const [flash, tone] = [await flashUs(video), await toneUs(audio)];
      expect(Math.abs(flash - 1_000_000)).toBeLessThanOrEqual(40_000);
      expect(Math.abs(tone - flash)).toBeLessThanOrEqual(40_000);
    }
  });

  it('plays as HLS in every rung, cut at the same places', async () => {
    const hls = await copyOfHls();
    const master = await readFile(join(hls, 'master.m3u8'), 'utf8');
    expect(master).toContain('FRAME-RATE=25.000');
    expect(master.match(/AVERAGE-BANDWIDTH=\d+/g)).toHaveLength(5);
    const whole = await probeMedia(join(hls, 'master.m3u8'));
    expect(whole.streams.map((stream) => stream.height).filter((height) => height !== undefined)).toEqual([
      1080, 720, 360, 240,
    ]);
    const cuts = new Set<string>();
    for (const rung of ['1080p', '720p', '360p', '240p', 'audio']) {
      const probed = await probeMedia(join(hls, rung, 'index.m3u8'));
      expect(Math.abs((probed.durationUs ?? 0) - 10_000_000)).toBeLessThan(100_000);
      const playlist = await readFile(join(hls, rung, 'index.m3u8'), 'utf8');
      if (rung !== 'audio') cuts.add(JSON.stringify(playlist.match(/#EXTINF:[\d.]+/g)));
    }
    expect(cuts.size).toBe(1);
    // Players line the two timelines up as they are: the encoder's priming (21 ms) must not be in one of them.
    const shift = (await toneUs(join(hls, 'audio', 'index.m3u8'))) - (await toneUs(mp4));
    expect(Math.abs(shift)).toBeLessThan(10_000);
    expect(await flashUs(join(hls, '1080p', 'index.m3u8'))).toBe(await flashUs(mp4));
    expectColour(await colourAt(5.5, 1700 / 3, 366 / 3, join(hls, '360p', 'index.m3u8')), BLUE);
  });

  it('has stills of what changes, which a line of 300 kbit/s carries beside the sound', async () => {
    const key = objectKeys.slidesBeside(result.mp4);
    const index = SlideIndex.parse(JSON.parse((await store.getBuffer(key)).body.toString()));
    expect(index.clock).toBe('film');
    expect(index.slides.map(({ atUs }) => atUs)).toEqual([...new Set(index.slides.map(({ atUs }) => atUs))]);
    expect(index.slides.length).toBeGreaterThan(1);
    const last = index.slides.at(-1);
    const picture = await copyOf(key.replace('index.json', last?.uri ?? ''));
    expect((await probeMedia(picture)).streams[0]).toMatchObject({ codec: 'webp', width: index.width });
  });

  it('has a poster, and thumbnails that show what is seen at their time', async () => {
    const poster = await probeMedia(await copyOf(result.poster));
    expect(poster.streams[0]).toMatchObject({ width: 1280, height: 720 });
    const vtt = (await store.getBuffer(result.thumbnails)).body.toString();
    const cues = Array.from(vtt.matchAll(/^(\S+) --> (\S+)\n(\S+)#xywh=(\d+),(\d+),160,90$/gm));
    expect(cues).toHaveLength(5);
    expect(cues.at(-1)?.[2]).toBe('00:00:10.000');
    const third = cues[2];
    if (third === undefined) throw new Error('no third cue');
    const sheet = await copyOf(result.thumbnails.replace('thumbnails.vtt', third[3] ?? ''));
    expectColour(await colourAt(0, Number(third[4]) + 40, Number(third[5]) + 40, sheet), GREEN);
  });

  it('has chapters in the MP4 and beside it', async () => {
    const vtt = (await store.getBuffer(result.chapters ?? '')).body.toString();
    expect(vtt).toContain('00:00:03.500 --> 00:00:06.000\n新课');
    expect(vtt).toContain('00:00:06.000 --> 00:00:10.000\n继续上课');
    const { stdout } = await runPiped({
      program: 'ffprobe',
      args: ['-v', 'error', '-show_chapters', '-show_format', '-of', 'json', mp4],
    });
    const probed = JSON.parse(stdout.toString()) as {
      chapters: { tags: { title: string } }[];
      format: { tags: { title: string } };
    };
    expect(probed.chapters.map((chapter) => chapter.tags.title)).toEqual([lesson.title, '新课', '继续上课']);
    expect(probed.format.tags.title).toBe(lesson.title);
  });

  it('is the recording’s one composed rendition and leaves no work behind', async () => {
    const manifest = await new ManifestStore(store).read(made.recordingId);
    expect(manifest?.renditions).toEqual([
      expect.objectContaining({ kind: 'composed', attempt: result.attempt, mp4: result.mp4 }),
    ]);
    expect(await readdir(deps.workFolder)).toEqual([]);
  });

  it('has an outline of its sound: the tone is heard in it from its first to its last second', async () => {
    const { body } = await store.getBuffer(result.waveform ?? '');
    const { binMs, peaks } = Waveform.parse(JSON.parse(body.toString('utf8')));
    expect(peaks.length).toBe(10_000 / binMs);
    const loud = peaks.flatMap((peak, index) => (peak > 5 ? [(index * binMs) / 1_000] : []));
    expect(loud.at(0)).toBeCloseTo(1, 0);
    expect(loud.at(-1)).toBeCloseTo(2, 0);
    expect(peaks[0]).toBe(0);
  });

  it('keeps its parts alone: composed once more without a change, nothing is made anew', async () => {
    const partNames = async (): Promise<ReadonlySet<string>> => {
      const prefix = objectKeys.partsPrefix(made.recordingId);
      const names = new Set<string>();
      for await (const { key } of store.list(prefix)) names.add(key.slice(prefix.length).split('/', 1)[0] ?? '');
      return names;
    };
    const before = await partNames();
    // A part that belonged to another edit.
    await store.put(objectKeys.part(made.recordingId, 'old', '1080p.mp4'), Buffer.from('x'));
    const again = await produceHere(deps, { recordingId: made.recordingId, title: lesson.title });
    expect(again.made).toEqual([]);
    expect(again.result.durationUs).toBe(result.durationUs);
    expect(await partNames()).toEqual(before);
  });

  it('begins with a title card when it is told what the lesson is; nothing is shifted, and only what it covers is made anew', async () => {
    const card = { subject: '数学', teacher: '王老师', school: '实验小学', date: '2026年9月1日' };
    const titled = await produceHere(deps, { recordingId: made.recordingId, title: lesson.title, card });
    const path = await copyOf(titled.result.mp4);
    expect(titled.result.durationUs).toBe(result.durationUs);
    expectColour(await colourAt(1.5, 100, 100, path), BACKGROUND);
    expectColour(await colourAt(2.1, 100, 100, path), RED);
    expectColour(await colourAt(3.1, 300, 540, path), GREEN);
    expect(Math.abs((await toneUs(path)) - 1_000_000)).toBeLessThanOrEqual(40_000);
    expect(await textOf(titled.result.chapters)).toBe(chapters);
    // The card, and what is left of the cut that it covers the beginning of.
    expect(titled.made.map((part) => part.cut?.outputStartUs)).toEqual([0, 2_000_000]);
  });
});
