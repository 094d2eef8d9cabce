import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMuxer } from '../../recorder/mux/muxer.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import { launchBrowser } from '../support/browser/browser.ts';
import { LoggedRecording, PAYLOAD_TYPES } from '../support/media/logged-recording.ts';
import { readPlayIndex, runsOf } from '../support/media/play-files.ts';
import { loadMediaClip, type MediaClip } from '../support/rtp/media-clip.ts';
import { rtpTimeline } from '../support/rtp/rtp-timeline.ts';

const STARTED = 1_790_000_000_000_000;
const BEGIN_US = 2_000_000;
const LENGTH_US = 22_000_000;
const HLS_SCRIPT = new URL('../../node_modules/hls.js/dist/hls.min.js', import.meta.url);

interface Fed {
  readonly mimeType: string;
  readonly uris: readonly string[];
  readonly startS: number;
}

let folder: string;
let store: DirectoryObjectStore;
let recording: LoggedRecording;
let server: Server;
let origin: string;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-mse-'));
  store = await DirectoryObjectStore.create(folder);
  recording = new LoggedRecording(store, STARTED);
  const size = { width: 320, height: 180, fps: 25 } as const;
  type Source = 'camera' | 'screen' | 'microphone';
  const add = (clip: MediaClip, ssrc: number, track: string, source: Source, seat = 'lecturer'): void => {
    const packets = rtpTimeline({
      ...{ clip, ssrc, startUnixUs: STARTED + BEGIN_US, durationUs: LENGTH_US, cname: 'test' },
      payloadType: PAYLOAD_TYPES[clip.codec],
    });
    recording.add({ track, seat, source, codec: clip.codec, ssrc, packets });
  };
  add(await loadMediaClip({ codec: 'H264', ...size }), 11, 'cam', 'camera');
  add(await loadMediaClip({ codec: 'VP8', ...size }), 12, 'scr', 'screen');
  add(await loadMediaClip({ codec: 'opus' }), 13, 'mic', 'microphone');
  add(await loadMediaClip({ codec: 'VP9', ...size }), 14, 'cam9', 'camera', 'vp9');
  add(await loadMediaClip({ codec: 'AV1', ...size }), 15, 'cam1', 'camera', 'av1');
  await recording.storeUntil();
  const muxer = createMuxer({ store, log: createLog('mux-test', 'silent') });
  await muxer.step(recording.recordingId, { final: true });
  server = createServer(
    (request, response) =>
      void serve(request.url ?? '/').then((found) => {
        response.writeHead(found === undefined ? 404 : 200, { 'content-type': found?.contentType ?? 'text/plain' });
        response.end(found?.body);
      }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

async function serve(url: string): Promise<{ contentType: string; body: Buffer | string } | undefined> {
  if (url === '/') return { contentType: 'text/html', body: '<video muted autoplay></video>' };
  if (url === '/hls.js') return { contentType: 'text/javascript', body: await readFile(HLS_SCRIPT) };
  return store.getBuffer(objectKeys.play(recording.recordingId, url.slice(1))).catch(() => undefined);
}

async function openPage(): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(origin);
  return page;
}

/** Feeds a SourceBuffer and plays from the start: what has been buffered, how far it has played, what went wrong. */
async function playThroughMse(page: Page, fed: Fed) {
  return page.evaluate(async ({ mimeType, uris, startS }) => {
    const video = document.querySelector('video');
    if (video === null) throw new Error('no video');
    const source = new MediaSource();
    video.src = URL.createObjectURL(source);
    await new Promise((resolve) => source.addEventListener('sourceopen', resolve, { once: true }));
    const buffer = source.addSourceBuffer(mimeType);
    for (const uri of uris) {
      const bytes = await (await fetch(`/${uri}`)).arrayBuffer();
      await new Promise((resolve, reject) => {
        buffer.addEventListener('updateend', resolve, { once: true });
        buffer.addEventListener('error', () => reject(new Error(`${uri}: ${video.error?.message ?? ''}`)), {
          once: true,
        });
        buffer.appendBuffer(bytes);
      });
    }
    source.endOfStream();
    video.currentTime = startS + 0.01;
    video.playbackRate = 4;
    await video.play();
    const deadline = performance.now() + 30_000;
    while (video.currentTime < startS + 8 && video.error === null && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const ranges = Array.from({ length: video.buffered.length }, (_, n) => [
      video.buffered.start(n),
      video.buffered.end(n),
    ]);
    const { totalVideoFrames } = video.getVideoPlaybackQuality();
    return { ranges, at: video.currentTime, error: video.error?.message ?? '', totalVideoFrames };
  }, fed);
}

async function fedOf(view: string): Promise<Fed> {
  const run = runsOf(await readPlayIndex(store, recording.recordingId), view)[0];
  const segments = run?.segments ?? [];
  const uris = [segments[0]?.init ?? '', ...segments.map(({ uri }) => uri)];
  return { mimeType: run?.mimeType ?? '', uris, startS: (segments[0]?.startUs ?? 0) / 1e6 };
}

describe('muxed media in Chromium', () => {
  it.each([
    ['H264 in fMP4', 'lecturer'],
    ['VP8 in WebM', 'board'],
    ['VP9 in fMP4', 'person-seat-vp9'],
    ['AV1 in fMP4', 'person-seat-av1'],
  ])('plays %s through MSE in one unbroken range of session time', async (_, view) => {
    const page = await openPage();
    const played = await playThroughMse(page, await fedOf(view));
    expect(played.error).toBe('');
    expect(played.ranges).toHaveLength(1);
    expect(played.ranges[0]?.[0]).toBeCloseTo(BEGIN_US / 1e6, 2);
    expect(played.ranges[0]?.[1]).toBeCloseTo((BEGIN_US + LENGTH_US) / 1e6, 1);
    expect(played.at).toBeGreaterThanOrEqual(BEGIN_US / 1e6 + 8);
    expect(played.totalVideoFrames).toBeGreaterThan(20);
    await page.close();
  });

  it('plays the AAC mix through MSE, from zero to the end of the lesson', async () => {
    const { sound } = await readPlayIndex(store, recording.recordingId);
    const segments = sound?.segments ?? [];
    const uris = [segments[0]?.init ?? '', ...segments.map(({ uri }) => uri)];
    const page = await openPage();
    const played = await playThroughMse(page, { mimeType: sound?.mimeType ?? '', uris, startS: 0 });
    expect(played.error).toBe('');
    expect(played.ranges).toHaveLength(1);
    expect(played.ranges[0]?.[0]).toBe(0);
    expect(played.ranges[0]?.[1]).toBeCloseTo((BEGIN_US + LENGTH_US) / 1e6, 1);
    expect(played.at).toBeGreaterThanOrEqual(8);
    await page.close();
  });

  it('plays the HLS master of the lecturer with its sound through hls.js, behind the gap at the start', async () => {
    const page = await openPage();
    await page.addScriptTag({ url: '/hls.js' });
    const played = await page.evaluate(async (startPosition) => {
      const video = document.querySelector('video');
      if (video === null) throw new Error('no video');
      const Hls = Reflect.get(globalThis, 'Hls');
      const hls = new Hls({ startPosition });
      const fatal: string[] = [];
      hls.on(
        'hlsError',
        (_: unknown, data: { fatal: boolean; details: string }) => data.fatal && fatal.push(data.details),
      );
      hls.loadSource('/master-lecturer.m3u8');
      hls.attachMedia(video);
      video.playbackRate = 4;
      const deadline = performance.now() + 30_000;
      while (video.currentTime < 12 && fatal.length === 0 && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const { totalVideoFrames } = video.getVideoPlaybackQuality();
      return { at: video.currentTime, fatal, totalVideoFrames, duration: video.duration };
    }, BEGIN_US / 1e6);
    expect(played.fatal).toEqual([]);
    expect(played.at).toBeGreaterThanOrEqual(12);
    expect(played.totalVideoFrames).toBeGreaterThan(20);
    expect(played.duration).toBeCloseTo((BEGIN_US + LENGTH_US) / 1e6, 0);
    await page.close();
  });
});
