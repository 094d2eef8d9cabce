import { join } from 'node:path';
import * as z from 'zod';
import type { CaptionTrack } from '../../signaling/protocol/captions.ts';
import { TrackId, type RecordingId } from '../../signaling/protocol/ids.ts';
import type { ManifestTrack } from '../../storage/objects/manifest.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { filterThroughFfmpeg } from '../mux/ffmpeg-filter.ts';
import { LeftOutRange, StoredRun, type StoredSegment } from '../mux/mux-state.ts';
import { RecognitionError } from './recognition-error.ts';
import { SpeechFile } from './speech-file.ts';
import { SPEECH_RATE, voicedSpans } from './voice-activity.ts';

const STATE_NAME = 'state.json';
/** Holes shorter than this are filled with silence where the sound is decoded; longer ones are not even that. */
const MAX_HOLE_US = 1_000_000;
/** Decoded at once: 10 MB of sound. */
const MAX_PIECE_US = 300_000_000;
const US_PER_SAMPLE = 1_000_000 / SPEECH_RATE;

/** Of the muxer's state, what says where sound lies and what was not meant to be recorded. */
const MuxedSound = z.object({
  epochs: z.array(z.object({ trackId: TrackId, runs: z.array(StoredRun) })),
  leftOut: z.array(LeftOutRange).default([]),
});
type MuxedSound = z.infer<typeof MuxedSound>;

export interface SpokenTrack {
  /** Null for what nobody says, such as the sound of a shared film. */
  readonly speaker: string | null;
  readonly track: CaptionTrack;
  readonly speech: SpeechFile;
}

interface Piece {
  readonly run: StoredRun;
  readonly segments: readonly StoredSegment[];
  readonly startUs: number;
}

export interface SpeechOptions {
  readonly store: ObjectStore;
  readonly recordingId: RecordingId;
  readonly folder: string;
  readonly niceness: number;
  readonly signal: AbortSignal;
}

/**
 * Brings what is said in a recording onto the local disk, a file per track that has any speech. Pauses of the recording are left out: what was said in them
 * was not meant to be kept.
 *
 * @throws RecognitionError `nothingRecorded` when there is no such recording.
 */
export async function prepareSpeech(options: SpeechOptions): Promise<readonly SpokenTrack[]> {
  const { store, recordingId, folder } = options;
  const manifest = await new ManifestStore(store).read(recordingId);
  const stateKey = objectKeys.play(recordingId, STATE_NAME);
  if (manifest === undefined || (await store.stat(stateKey)) === undefined)
    throw new RecognitionError('nothingRecorded');
  const state = MuxedSound.parse(JSON.parse((await store.getBuffer(stateKey)).body.toString('utf8')));
  const spoken: SpokenTrack[] = [];
  for (const [index, track] of manifest.tracks.entries()) {
    const pieces = track.kind === 'audio' ? piecesOf(track, state) : [];
    if (pieces.length === 0) continue;
    const speech = await SpeechFile.create(join(folder, `${index}.wav`));
    try {
      for (const piece of pieces) await addPiece(options, state, piece, speech);
    } finally {
      await speech.finish();
    }
    const { trackId, seatId, seat, source, displayName } = track;
    const speaker = source === 'microphone' ? displayName : null;
    if (!speech.isEmpty) spoken.push({ speaker, track: { trackId, seatId, seat, source }, speech });
  }
  return spoken;
}

function piecesOf({ trackId }: ManifestTrack, state: MuxedSound): readonly Piece[] {
  const pieces: { run: StoredRun; segments: StoredSegment[]; startUs: number }[] = [];
  for (const run of state.epochs.filter((epoch) => epoch.trackId === trackId).flatMap((epoch) => epoch.runs)) {
    for (const segment of run.segments) {
      const piece = pieces.at(-1);
      const last = piece?.segments.at(-1);
      const follows = piece?.run === run && last !== undefined && segment.startUs - last.endUs <= MAX_HOLE_US;
      if (piece !== undefined && follows && segment.endUs - piece.startUs <= MAX_PIECE_US) piece.segments.push(segment);
      else pieces.push({ run, segments: [segment], startUs: segment.startUs });
    }
  }
  return pieces.toSorted((one, other) => one.startUs - other.startUs);
}

async function addPiece(options: SpeechOptions, state: MuxedSound, piece: Piece, speech: SpeechFile): Promise<void> {
  options.signal.throwIfAborted();
  const sound = await decode(options, piece);
  for (const { fromUs, toUs } of state.leftOut) {
    const at = (us: number): number =>
      Math.min(Math.max(0, Math.round((us - piece.startUs) / US_PER_SAMPLE)), sound.length);
    sound.fill(0, at(fromUs), at(toUs));
  }
  for (const { from, to } of voicedSpans(sound)) {
    await speech.add(sound.subarray(from, to), piece.startUs + from * US_PER_SAMPLE);
  }
}

/** `async=1` fills what is missing (DTX, mute) with silence, so that everything behind it stays at its time. */
async function decode({ store, recordingId, niceness }: SpeechOptions, { run, segments }: Piece): Promise<Int16Array> {
  const names = [run.init, ...segments.map(({ uri }) => uri)];
  const parts: Buffer[] = [];
  for (const name of names) parts.push((await store.getBuffer(objectKeys.play(recordingId, name))).body);
  const filter = `aresample=${SPEECH_RATE}:async=1:first_pts=0`;
  const args = ['-i', 'pipe:0', '-vn', '-af', filter, '-ac', '1', '-ar', String(SPEECH_RATE), '-f', 's16le', 'pipe:1'];
  const output = await filterThroughFfmpeg('ffmpeg', args, parts, niceness);
  const whole = output.length - (output.length % 2);
  return new Int16Array(output.buffer.slice(output.byteOffset, output.byteOffset + whole));
}
