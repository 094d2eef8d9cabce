import { AAC_FRAME_SAMPLES, encodeAac } from './aac-encoder.ts';
import { encodeInit, encodeSegment, type CmafSample } from './cmaf.ts';
import type { ReadSample } from './cmaf-reader.ts';
import { opusSamples } from './depacketize/opus.ts';
import type { LeftOutRange } from './mux-state.ts';
import { decodeOpus } from './opus-decoder.ts';
import { SoundCanvas, type PlacedSound, type SampleRange } from './sound-canvas.ts';

export const SOUND_RATE = 48_000;
export const SOUND_MIME_TYPE = 'audio/mp4; codecs="mp4a.40.2"';
/** A window is 480 access units: 10.24 s exactly, in samples and in microseconds. */
export const WINDOW_FRAMES = 480;
export const WINDOW_SAMPLES = WINDOW_FRAMES * AAC_FRAME_SAMPLES;
export const WINDOW_US = (WINDOW_SAMPLES * 1e6) / SOUND_RATE;

/** Access units encoded before and after a window and thrown away, so that the encoder is in the same state on both sides of a joint. */
const LEAD_FRAMES = 24;
const TAIL_FRAMES = 4;
const SILENCE_FRAMES = 8;
/** Opus needs 80 ms to converge (RFC 7845 §4.6); decoded before the sound that counts. */
const PREROLL_SAMPLES = 0.2 * SOUND_RATE;
const SAMPLES_PER_US = SOUND_RATE / 1e6;

/** The Opus packets of one epoch of a track, times in microseconds of session time, ordered. */
export type TrackSound = readonly ReadSample[];

/** How far around a stretch of frames packets are needed. */
export const SOUND_MARGIN_US = Math.ceil(
  (LEAD_FRAMES * AAC_FRAME_SAMPLES + PREROLL_SAMPLES) / SAMPLES_PER_US + 200_000,
);

export function encodeSoundInit(): Buffer {
  return encodeInit({ kind: 'aac' }, SOUND_RATE);
}

/**
 * The rolling mix. Access unit f of the whole lesson covers samples [1024 f, 1024 (f + 1)) of session time. Each stretch is encoded with some units before and behind it, which are thrown away: an AAC
 * decoder overlaps each block with the one before, so units of two independent encodings join without a gap or click when both encoders have
 * seen the same sound around the joint. Silence needs no encoder: it is one access unit over and over. So a stretch depends on nothing but the packets around it, and can be rendered again at any time.
 */
export async function renderSound(options: {
  readonly ffmpegPath: string;
  readonly fromFrame: number;
  readonly toFrame: number;
  readonly tracks: readonly TrackSound[];
  readonly leftOut: readonly LeftOutRange[];
}): Promise<Buffer[] | 'silence'> {
  const { ffmpegPath, fromFrame, toFrame } = options;
  const range = {
    from: (fromFrame - LEAD_FRAMES) * AAC_FRAME_SAMPLES,
    to: (toFrame + TAIL_FRAMES) * AAC_FRAME_SAMPLES,
  };
  const fromUs = range.from / SAMPLES_PER_US;
  const toUs = range.to / SAMPLES_PER_US;
  const isHeard = ({ startTick, duration }: ReadSample): boolean => startTick + duration > fromUs && startTick < toUs;
  if (!options.tracks.some((track) => track.some(isHeard))) return 'silence';
  const canvas = await mix(ffmpegPath, range, options.tracks);
  for (const { fromUs, toUs } of options.leftOut) {
    canvas.silence({ from: Math.floor(fromUs * SAMPLES_PER_US), to: Math.ceil(toUs * SAMPLES_PER_US) });
  }
  if (canvas.isSilent) return 'silence';
  const units = await encodeAac(ffmpegPath, canvas.render());
  // The unit that primes comes first, then those of the lead.
  return units.slice(LEAD_FRAMES + 1, LEAD_FRAMES + 1 + toFrame - fromFrame);
}

/** The access unit of silence. */
export async function renderSilence(ffmpegPath: string): Promise<Buffer> {
  const units = await encodeAac(ffmpegPath, new Int16Array(SILENCE_FRAMES * AAC_FRAME_SAMPLES * 2));
  const unit = units[SILENCE_FRAMES - 1];
  if (unit === undefined) throw new RangeError('the encoder made too little');
  return unit;
}

/** A segment of the mix: access units from `fromFrame` on. */
export function encodeSoundSegment(units: readonly Buffer[], fromFrame: number): Buffer {
  const samples = units.map((unit): CmafSample => ({
    parts: [unit],
    bytes: unit.length,
    duration: AAC_FRAME_SAMPLES,
    isKey: true,
  }));
  const number = Math.floor(fromFrame / WINDOW_FRAMES) + 1;
  return encodeSegment([{ startTick: fromFrame * AAC_FRAME_SAMPLES, samples }], number);
}

async function mix(ffmpegPath: string, range: SampleRange, tracks: readonly TrackSound[]): Promise<SoundCanvas> {
  const canvas = new SoundCanvas(range);
  const packets: Buffer[] = [];
  const layers: { readonly start: number; readonly placed: PlacedSound[] }[] = [];
  let decoded = 0;
  // All tracks go through one decoder one after another: each begins with a preroll that wipes out what the one before has left.
  for (const track of tracks) {
    const start = decoded;
    const placed: PlacedSound[] = [];
    for (const { startTick, duration, data } of track) {
      const from = startTick * SAMPLES_PER_US;
      const to = (startTick + duration) * SAMPLES_PER_US;
      const count = opusSamples(data);
      if (count === undefined || to <= range.from - PREROLL_SAMPLES || from >= range.to) continue;
      packets.push(data);
      if (to > range.from) placed.push({ offset: decoded - start, count, from, to });
      decoded += count;
    }
    layers.push({ start, placed });
  }
  const sound = await decodeOpus(ffmpegPath, packets);
  for (const [index, { start, placed }] of layers.entries()) {
    const end = layers[index + 1]?.start ?? decoded;
    canvas.add(sound.subarray(start * 2, end * 2), placed);
  }
  return canvas;
}
