import type { Page } from 'playwright-core';
import { FLASH } from './timecode.ts';

/** One second of the sender's clock: where its flash and its beep were met, milliseconds of the page's clock. */
export interface MetSecond {
  readonly second: number;
  readonly flashMs: number;
  readonly beepMs: number;
}

interface Met {
  /** By the pictures' own clock, milliseconds. */
  readonly flashes: number[];
  /** By the page's clock, milliseconds. */
  readonly beeps: number[];
  /** What the pictures' clock is behind the page's. */
  pictureClockMs: number;
}
declare global {
  var metFlashAndBeep: Met;
}

interface WatchOptions {
  readonly flashX: number;
  readonly flashY: number;
  /** Between the tone (0.1) and the beep on top of it (0.7). */
  readonly beepLevel: number;
  readonly quietMs: number;
}

/** Not in TypeScript's DOM library. */
interface TrackProcessor<T> {
  new (init: { readonly track: MediaStreamTrack }): { readonly readable: ReadableStream<T> };
}

/** Begins to note when a flash and a beep pass through the tracks that this page was given for its camera and microphone. */
export async function watchOwnTracks(page: Page): Promise<void> {
  const options: WatchOptions = {
    flashX: FLASH.x + FLASH.size / 2,
    flashY: FLASH.y + FLASH.size / 2,
    beepLevel: 0.4,
    quietMs: 500,
  };
  await page.evaluate(({ flashX, flashY, beepLevel, quietMs }) => {
    const met: Met = { flashes: [], beeps: [], pictureClockMs: Infinity };
    globalThis.metFlashAndBeep = met;
    const Processor = (globalThis as unknown as { MediaStreamTrackProcessor: TrackProcessor<VideoFrame & AudioData> })
      .MediaStreamTrackProcessor;
    const each = async (kind: string, handle: (item: VideoFrame & AudioData) => void): Promise<void> => {
      const track = globalThis.timecodeKit.given.findLast((one) => one.kind === kind && one.readyState === 'live');
      if (track === undefined) throw new Error(`no ${kind} was given`);
      const reader = new Processor({ track: track.clone() }).readable.getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        handle(next.value);
        next.value.close();
      }
    };
    const noteOnset = (list: number[], atMs: number, lastOnMs: number): number => {
      if (atMs - lastOnMs > quietMs) list.push(atMs);
      return atMs;
    };
    const draw = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    let whiteMs = -Infinity;
    void each('video', (frame) => {
      const stampMs = frame.timestamp / 1000;
      // Pictures are stamped on a clock of their own, and the page hears of them late when it is busy: the least delay is none.
      met.pictureClockMs = Math.min(met.pictureClockMs, performance.now() - stampMs);
      draw?.drawImage(frame, frame.displayWidth * flashX, frame.displayHeight * flashY, 1, 1, 0, 0, 1, 1);
      if ((draw?.getImageData(0, 0, 1, 1).data[1] ?? 0) >= 128) whiteMs = noteOnset(met.flashes, stampMs, whiteMs);
    });
    let loudMs = -Infinity;
    void each('audio', (sound) => {
      const samples = new Float32Array(sound.numberOfFrames);
      sound.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
      const first = samples.findIndex((sample) => Math.abs(sample) > beepLevel);
      if (first === -1) return;
      loudMs = noteOnset(met.beeps, (sound.timestamp + (first * 1e6) / sound.sampleRate) / 1000, loudMs);
    });
  }, options);
}

/** What has been met so far. */
export async function readOwnTracks(page: Page): Promise<MetSecond[]> {
  return page.evaluate(() => {
    const { flashes, beeps, pictureClockMs } = globalThis.metFlashAndBeep;
    const kit = globalThis.timecodeKit;
    // The sender's clock and the page's run side by side for as long as this takes.
    const clockAheadMs = kit.clockMs() - performance.now();
    return flashes.flatMap((stampMs) => {
      const flashMs = stampMs + pictureClockMs;
      const beepMs = beeps.find((one) => Math.abs(one - flashMs) < 300);
      if (beepMs === undefined) return [];
      return [{ second: Math.round((beepMs + clockAheadMs) / 1000), flashMs, beepMs }];
    });
  });
}
