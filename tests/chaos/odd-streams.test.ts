import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runPiped } from '../../recorder/ffmpeg/pipe.ts';
import { opusSamples } from '../../recorder/mux/depacketize/opus.ts';
import { median } from '../support/media/flash-and-beep.ts';
import { PAYLOAD_TYPES, type LoggedStream } from '../support/media/logged-recording.ts';
import { oddly } from '../support/media/odd-packets.ts';
import { splitOggOpus } from '../support/rtp/elementary-streams.ts';
import { loadMediaClip, type MediaClip, type VideoClipCodec } from '../support/rtp/media-clip.ts';
import { rtpTimeline, type TimedPacket } from '../support/rtp/rtp-timeline.ts';
import { drawTestSound } from '../support/rtp/test-picture.ts';
import { SimulatedLesson } from '../support/media/simulated-lesson.ts';

/** Not a multiple of what any codec codes at once. */
const SIZE = { width: 322, height: 182, fps: 15, kilobitsPerSecond: 150 } as const;
const LESSON_S = 12;
const RATE = 48_000;
const MAX_OFFSET_S = 0.04;
/** Both numbers wrap a few seconds after the start. */
const SEQUENCE_BASE = 2 ** 16 - 150;
const videoBase = 2 ** 32 - 3 * 90_000;
const soundBase = 2 ** 32 - 4 * RATE;

let folder: string;
let lesson: SimulatedLesson;
let opus: MediaClip;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-odd-'));
  opus = await loadMediaClip({ codec: 'opus' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  lesson = await SimulatedLesson.create();
});
afterEach(() => lesson.close());

const CAMERA = { track: 'cam', seat: 'lecturer', source: 'camera' } as const;
const MICROPHONE = { track: 'mic', seat: 'lecturer', source: 'microphone', codec: 'opus', ssrc: 22 } as const;

function sent(clip: MediaClip, given: { ssrc: number; rtpBase: number; seconds?: number }): TimedPacket[] {
  const { ssrc, rtpBase, seconds = LESSON_S } = given;
  const own = { payloadType: PAYLOAD_TYPES[clip.codec], cname: 'odd', durationUs: seconds * 1e6 };
  return [...rtpTimeline({ clip, startUnixUs: lesson.startUnixUs, ssrc, rtpBase, ...own })];
}

/** The beep of every second is heard in its place, but for the last one, which the end may cut. */
function expectBeeps(beeps: readonly number[], seconds: number, from = 0): void {
  const expected = Array.from({ length: seconds - from - 1 }, (_, index) => from + index);
  for (const second of expected) {
    const nearest = Math.min(...beeps.map((beep) => Math.abs(beep - second)));
    expect(nearest, `second ${second} of ${beeps.join(' ')}`).toBeLessThan(MAX_OFFSET_S);
  }
}

describe('a stream whose packets are odd in every way that RTP allows', () => {
  it.for(['H264', 'VP8', 'VP9', 'AV1'] as const)('(%s) loses no frame, and stays in its place', async (codec) => {
    const clip = await clipOf(codec);
    lesson.add({
      ...CAMERA,
      codec,
      ssrc: 11,
      packets: oddly(sent(clip, { ssrc: 11, rtpBase: videoBase }), SEQUENCE_BASE),
    });
    lesson.add({ ...MICROPHONE, packets: oddly(sent(opus, { ssrc: 22, rtpBase: soundBase }), SEQUENCE_BASE) });
    const index = await lesson.teach(LESSON_S);
    const runs = index.views.flatMap((view) => view.runs);
    expect(runs.map(({ width, height }) => [width, height])).toEqual([[SIZE.width, SIZE.height]]);
    const { times, complaints } = await lesson.frames('lecturer');
    expect(complaints).toBe('');
    expect(times).toHaveLength(LESSON_S * SIZE.fps);
    for (const [number, time] of times.entries()) expect(Math.abs(time - number / SIZE.fps)).toBeLessThan(0.005);
    expectBeeps(await lesson.beeps(), LESSON_S);
    expect(await lesson.silences(0.1)).toEqual([]);
  });
});

const clipOf = (codec: VideoClipCodec) => loadMediaClip({ codec, ...SIZE });

describe('sender reports', () => {
  it('that stay away for a minute, or come from a clock that jumps, leave sound and picture in step', async () => {
    const seconds = 90;
    const clip = await clipOf('H264');
    const isAway = (us: number): boolean => us > 10e6 && us < 70e6;
    const [camera, microphone] = [
      sent(clip, { ssrc: 11, rtpBase: 0, seconds }).filter(
        ({ kind, atUnixUs }) => kind === 'rtp' || !isAway(atUnixUs - lesson.startUnixUs),
      ),
      sent(opus, { ssrc: 22, rtpBase: 0, seconds }).map((packet) => {
        const isLater = packet.kind === 'rtcp' && packet.atUnixUs - lesson.startUnixUs > 30e6;
        return isLater ? { ...packet, bytes: shifted(packet.bytes, 7) } : packet;
      }),
    ];
    lesson.add({ ...CAMERA, codec: 'H264', ssrc: 11, packets: camera });
    lesson.add({ ...MICROPHONE, packets: microphone });
    await lesson.teach(seconds);
    const flashes = await lesson.flashes('lecturer');
    const beeps = await lesson.beeps();
    const offsets = flashes.flatMap((flash) => {
      const beep = beeps.find((each) => Math.abs(each - flash) < 0.4);
      return beep === undefined ? [] : [Math.abs(flash - beep)];
    });
    expect(offsets.length).toBeGreaterThan(seconds - 4);
    expect(median(offsets)).toBeLessThan(0.01);
    expect(Math.max(...offsets)).toBeLessThan(MAX_OFFSET_S);
  });
});

/** A sender report whose wall clock is so many seconds ahead. */
function shifted(report: Buffer, seconds: number): Buffer {
  const changed = Buffer.from(report);
  changed.writeUInt32BE(changed.readUInt32BE(8) + seconds, 8);
  return changed;
}

describe('sound', () => {
  it.for([
    ['10 ms frames', ['-frame_duration', '10', '-application', 'lowdelay'], 1],
    [
      '40 ms frames with forward error correction, in stereo',
      ['-frame_duration', '40', '-fec', '1', '-packet_loss', '20'],
      2,
    ],
    ['60 ms frames of speech', ['-frame_duration', '60', '-application', 'voip', '-b:a', '16k'], 1],
  ] as const)('in %s is heard in its place', async ([, options, channels]) => {
    lesson.add({ ...MICROPHONE, packets: await encodedSound(options, channels, LESSON_S) });
    await lesson.teach(LESSON_S);
    // The very first packet may begin before the recording does.
    expectBeeps(await lesson.beeps(), LESSON_S, 1);
    expect(await lesson.silences(0.1)).toEqual([]);
  });
});

/** Sound as an encoder with these options makes it, on the wire. */
async function encodedSound(
  options: readonly string[],
  channels: number,
  seconds: number,
): Promise<LoggedStream['packets']> {
  const path = join(folder, `${options.join('')}.ogg`);
  const raw = join(folder, 'sound.raw');
  await writeFile(raw, drawTestSound(0, seconds * RATE, RATE, 440));
  const input = ['-v', 'error', '-y', '-f', 's16le', '-ar', `${RATE}`, '-ac', '1', '-i', raw, '-ac', `${channels}`];
  await runPiped({ program: 'ffmpeg', args: [...input, '-c:a', 'libopus', ...options, '-f', 'ogg', path] });
  const { packets, preSkipSamples } = splitOggOpus(await readFile(path));
  let at = -preSkipSamples;
  const frames = packets.map((packet) => {
    const ptsUs = (at / RATE) * 1e6;
    at += opusSamples(packet) ?? 0;
    return { units: [packet], ptsUs, isKey: true };
  });
  const clip: MediaClip = { kind: 'audio', codec: 'opus', width: 0, height: 0, durationUs: seconds * 1e6, frames };
  return sent(clip, { ssrc: MICROPHONE.ssrc, rtpBase: 0, seconds });
}
