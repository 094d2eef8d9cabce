import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { carryStream, type CarriedOptions, type CarriedStream } from '../net/carried-stream.ts';
import type { LineConditions } from '../net/line.ts';
import { median } from '../support/media/flash-and-beep.ts';
import { PAYLOAD_TYPES } from '../support/media/logged-recording.ts';
import { loadMediaClip, type MediaClip } from '../support/rtp/media-clip.ts';
import type { TimedPacket } from '../support/rtp/rtp-timeline.ts';
import { SimulatedLesson } from '../support/media/simulated-lesson.ts';
import { plan } from './plan.ts';

const ROUGH: LineConditions = { delayMs: 80, jitterMs: 60, loss: 0.05, reorder: { share: 0.02, byMs: 250 } };
const LINES: Readonly<Record<string, LineConditions>> = {
  '2 % of loss': { delayMs: 40, loss: 0.02 },
  '10 % of loss': { delayMs: 40, loss: 0.1 },
  'bursts of five lost packets': { delayMs: 40, burstLoss: { enter: 0.005, recover: 0.2 } },
  'packets that are 250 ms late': { delayMs: 40, jitterMs: 30, reorder: { share: 0.05, byMs: 250 } },
  'packets that were lost and sent again, at the third try of 500 ms': {
    delayMs: 250,
    reorder: { share: 0.02, byMs: 1_500 },
  },
  'loss, jitter and late packets at once': ROUGH,
};
const MIN_KEPT = 0.995;
const MAX_OFFSET_MS = 40;
/** Frames are 33 ms apart. */
const SAME_FRAME_S = 0.005;
const TEST_TIMEOUT_MS = Math.max(60_000, plan.lessonSeconds * 200);
const small = { width: 160, height: 96, fps: 30, kilobitsPerSecond: 150 } as const;

/** The tone is never off for so long but for a hole. */
const LONG_SILENCE_S = 1;
/** Three packets of 20 ms. */
const MAX_HOLE_ERROR_S = 0.06;
const RESOLUTION_PARTS = 4;

let lesson: SimulatedLesson;
let h264: MediaClip;
let large: MediaClip;
let vp8: MediaClip;
let opus: MediaClip;

beforeAll(async () => {
  [h264, large, vp8, opus] = await Promise.all([
    loadMediaClip({ codec: 'H264', ...small }),
    loadMediaClip({ codec: 'H264', ...small, width: 320, height: 192 }),
    loadMediaClip({ codec: 'VP8', ...small }),
    loadMediaClip({ codec: 'opus' }),
  ]);
});
beforeEach(async () => {
  lesson = await SimulatedLesson.create();
});
afterEach(async () => {
  await lesson.close();
});

const PLACES = {
  lecturer: { track: 'cam', seat: 'lecturer', source: 'camera', codec: 'H264' },
  board: { track: 'scr', seat: 'lecturer', source: 'screen', codec: 'VP8' },
  sound: { track: 'mic', seat: 'lecturer', source: 'microphone', codec: 'opus' },
} as const;

type Given = Partial<CarriedOptions> & { readonly clip: MediaClip };

function carried(given: Given): CarriedStream {
  const payloadType = PAYLOAD_TYPES[given.clip.codec];
  return carryStream({ startUnixUs: lesson.startUnixUs, ssrc: 11, payloadType, cname: 'test', ...given });
}

/** Puts a stream into the lesson; answers with what must be found of it. */
function put(place: keyof typeof PLACES, given: Given, epoch = 1): CarriedStream {
  const stream = carried(given);
  const codec = given.clip.codec === 'opus' ? 'opus' : given.clip.codec;
  lesson.add({ ...PLACES[place], codec, epoch, ssrc: given.ssrc ?? 11, packets: stream.packets });
  return stream;
}

/** Every frame that could be decoded stands in its place, and nothing else does. */
async function expectKept(view: 'board' | 'lecturer', expectedS: readonly number[]): Promise<void> {
  const { times, complaints } = await lesson.frames(view);
  expect(complaints).toBe('');
  const kept = matches(times, expectedS);
  expect(kept / expectedS.length, `${view}: ${kept} of ${expectedS.length}`).toBeGreaterThanOrEqual(MIN_KEPT);
  expect(times.length, `${view} shows frames that cannot be whole`).toBe(kept);
}

function matches(times: readonly number[], expectedS: readonly number[]): number {
  let at = 0;
  let count = 0;
  for (const expected of expectedS) {
    while ((times[at] ?? Infinity) < expected - SAME_FRAME_S) at += 1;
    if (Math.abs((times[at] ?? Infinity) - expected) > SAME_FRAME_S) continue;
    at += 1;
    count += 1;
  }
  return count;
}

const seconds = (mediaUs: readonly number[], startS = 0): number[] => mediaUs.map((us) => startS + us / 1e6);

/** Picture against sound, wherever the second's flash and beep both came. */
async function offsetsMs(view: 'board' | 'lecturer'): Promise<number[]> {
  const beeps = await lesson.beeps();
  const flashes = await lesson.flashes(view);
  return flashes.flatMap((flash) => {
    const beep = beeps.find((each) => Math.abs(each - flash) < 0.4);
    return beep === undefined ? [] : [(flash - beep) * 1000];
  });
}

/** Flash and beep of the same second, wherever both came. */
async function expectInStep(view: 'board' | 'lecturer', atLeast: number): Promise<void> {
  const offsets = await offsetsMs(view);
  expect(offsets.length).toBeGreaterThanOrEqual(atLeast);
  expect(Math.abs(median(offsets)), offsets.map(Math.round).join(' ')).toBeLessThanOrEqual(MAX_OFFSET_MS);
}

describe('a recorded lesson on a line with', () => {
  it.for(Object.entries(LINES))(
    '%s keeps every frame that arrived decodable, in step with the sound',
    { timeout: TEST_TIMEOUT_MS },
    async ([, line]) => {
      const given = { line, durationUs: plan.lessonSeconds * 1e6 };
      const camera = put('lecturer', { clip: h264, seed: 1, ...given });
      const screen = put('board', { clip: vp8, seed: 2, ...given });
      put('sound', { clip: opus, seed: 3, ...given });
      await lesson.teach(plan.lessonSeconds);
      await expectKept('lecturer', seconds(camera.decodableUs));
      await expectKept('board', seconds(screen.decodableUs));
      await expectInStep('lecturer', plan.lessonSeconds / 3);
      await expectInStep('board', plan.lessonSeconds / 3);
    },
  );

  it('an outage of 30 s has a hole of 30 s in picture and sound, and is in step behind it', async () => {
    const outages = [{ fromUs: 12_000_000, toUs: 42_000_000 }];
    const given = { outages, durationUs: 60_000_000, line: { delayMs: 40, jitterMs: 20 } };
    const camera = put('lecturer', { clip: h264, seed: 1, ...given });
    put('sound', { clip: opus, seed: 2, skewPpm: 100, ...given });
    const index = await lesson.teach(60);
    await expectKept('lecturer', seconds(camera.decodableUs));
    await expectInStep('lecturer', 28);
    const [silence, ...others] = await lesson.silences(LONG_SILENCE_S);
    expect(others).toEqual([]);
    expectStretch(silence, 12, 42);
    const segments = index.views.flatMap(({ runs }) => runs.flatMap((run) => run.segments));
    const shown = segments.filter(({ startUs, endUs }) => endUs > 12_300_000 && startUs < 41_900_000);
    expect(shown).toEqual([]);
  });
});

describe('a microphone', () => {
  it('that sends next to nothing in silence (DTX) and is muted for 60 s stays in step', async () => {
    const durationUs = 110_000_000;
    put('lecturer', { clip: h264, durationUs });
    const isMuted = (us: number): boolean => us >= 30_000_000 && us < 90_000_000;
    const isQuiet = (us: number): boolean => us >= 10_000_000 && us < 20_000_000;
    // In silence Opus sends a frame every 400 ms.
    const isUnsent = (us: number, frame: number): boolean => isMuted(us) || (isQuiet(us) && frame % 20 !== 0);
    put('sound', { clip: opus, durationUs, skewPpm: -80, isUnsent, line: { delayMs: 40, jitterMs: 20 } });
    await lesson.teach(110);
    await expectInStep('lecturer', 35);
    const silences = await lesson.silences(LONG_SILENCE_S);
    expect(silences).toHaveLength(1);
    expectStretch(silences[0], 30, 90);
    const quiet = (await lesson.silences(0.2)).filter(({ toS }) => toS < 25);
    expect(quiet.length).toBeGreaterThan(20);
    expect(quiet.at(0)?.fromS).toBeCloseTo(10, 0);
    expect(quiet.at(-1)?.toS).toBeCloseTo(20, 0);
  });
});

/** One stream whose picture changes its size every 10 s, as a simulcast consumer's does; answers with the frames to be found. */
function changeResolution(line: LineConditions): number[] {
  const expected: number[] = [];
  const packets: TimedPacket[] = [];
  let sequenceBase = 60_000;
  for (let part = 0; part < RESOLUTION_PARTS; part += 1) {
    const startS = part * 10;
    const given = {
      clip: part % 2 === 0 ? h264 : large,
      startUnixUs: lesson.startUnixUs + startS * 1e6,
      rtpBase: startS * 90_000,
      sequenceBase,
      durationUs: 10_000_000,
    };
    const stream = carried({ ...given, line, seed: part });
    packets.push(...stream.packets);
    sequenceBase = (sequenceBase + stream.sentPackets) % 2 ** 16;
    expected.push(...seconds(stream.decodableUs, startS));
  }
  lesson.add({ ...PLACES.lecturer, ssrc: 11, packets });
  return expected;
}

describe('a camera', () => {
  it.for(['VP9', 'AV1'] as const)(
    'in %s on a line that loses, delays and mixes packets keeps every frame that arrived decodable, in step with the sound',
    async (codec) => {
      const given = { line: ROUGH, durationUs: 20_000_000 };
      const camera = put('lecturer', { clip: await loadMediaClip({ codec, ...small }), seed: 1, ...given });
      put('sound', { clip: opus, seed: 2, ...given });
      await lesson.teach(20);
      await expectKept('lecturer', seconds(camera.decodableUs));
      await expectInStep('lecturer', 7);
    },
  );

  it('whose resolution changes every 10 s is shown without a hole, each frame in its place', async () => {
    const expected = changeResolution({ delayMs: 40, reorder: { share: 0.02, byMs: 250 } });
    put('sound', { clip: opus, durationUs: RESOLUTION_PARTS * 10_000_000 });
    const index = await lesson.teach(RESOLUTION_PARTS * 10);
    const runs = index.views.flatMap((view) => view.runs);
    const widths = Array.from({ length: RESOLUTION_PARTS }, (_, part) => (part % 2 === 0 ? 160 : 320));
    expect(runs.map(({ width }) => width)).toEqual(widths);
    for (const [number, run] of runs.entries()) {
      const before = runs[number - 1]?.segments.at(-1)?.endUs ?? 0;
      expect(run.segments[0]?.startUs).toBe(before);
    }
    await expectKept('lecturer', expected);
    await expectInStep('lecturer', RESOLUTION_PARTS * 9);
  });

  it('whose resolution changes while packets are lost never shows a picture with the parameters of another', async () => {
    const expected = changeResolution({ delayMs: 40, loss: 0.1 });
    await lesson.teach(RESOLUTION_PARTS * 10);
    await expectKept('lecturer', expected);
  });

  it('that rejoins with another codec goes on as another run, with a hole as long as it was away', async () => {
    const part = { durationUs: 8_000_000 };
    const stays = [
      { clip: h264, fromS: 0 },
      { clip: vp8, fromS: 15 },
      { clip: h264, fromS: 24.5 },
    ];
    const expected: number[] = [];
    for (const [index, { clip, fromS }] of stays.entries()) {
      const startUnixUs = lesson.startUnixUs + fromS * 1e6;
      const stream = put('lecturer', { clip, startUnixUs, ssrc: 11 + index, ...part }, index + 1);
      expected.push(...seconds(stream.decodableUs, fromS));
    }
    put('sound', { clip: opus, durationUs: 34_000_000 });
    const index = await lesson.teach(34);
    const runs = index.views.flatMap((view) => view.runs);
    expect(runs.map(({ container }) => container)).toEqual(['fmp4', 'webm', 'fmp4']);
    await expectKept('lecturer', expected);
    const spans = runs.map(({ segments }) =>
      [segments[0]?.startUs ?? 0, segments.at(-1)?.endUs ?? 0].map((us) => us / 1e6),
    );
    for (const [number, { fromS }] of stays.entries()) {
      expect(Math.abs((spans[number]?.[0] ?? 0) - fromS)).toBeLessThan(0.05);
      expect(Math.abs((spans[number]?.[1] ?? 0) - fromS - 8)).toBeLessThan(0.25);
    }
  });
});

function expectStretch(
  found: { readonly fromS: number; readonly toS: number } | undefined,
  fromS: number,
  toS: number,
): void {
  expect(Math.abs((found?.fromS ?? 0) - fromS), JSON.stringify(found)).toBeLessThan(MAX_HOLE_ERROR_S);
  expect(Math.abs((found?.toS ?? 0) - toS), JSON.stringify(found)).toBeLessThan(MAX_HOLE_ERROR_S);
}
