import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordingEvent } from '../../../recorder/contract.ts';
import { runPiped } from '../../../recorder/ffmpeg/pipe.ts';
import { RecordingId, SeatId, TrackId } from '../../../signaling/protocol/ids.ts';
import { ManifestStore } from '../../../storage/objects/manifest-store.ts';
import { RecordingManifest, type TrackSource } from '../../../storage/objects/manifest.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../../storage/ports.ts';

/** One track of a made-up lesson: a plain colour or a tone, so that its place and time can be measured in what is made of it. */
export interface MadeTrack {
  readonly seat: string;
  readonly displayName: string;
  readonly source: TrackSource;
  /** Runs of it in session seconds; each is a run of the muxer's, with its own size. */
  readonly runs: readonly MadeRun[];
}

export interface MadeRun {
  readonly from: number;
  readonly to: number;
  /** ffmpeg source filter for picture (without duration), or tone in Hz with the session seconds at which it sounds. */
  readonly picture?: {
    readonly source: string;
    readonly size: string;
    readonly rate: number;
    readonly codec: 'h264' | 'vp8';
  };
  readonly tone?: { readonly hz: number; readonly on: number; readonly off: number };
  /** Sound from a file, silence behind its end. */
  readonly soundFile?: string;
}

export interface MadeRecording {
  readonly recordingId: RecordingId;
  readonly trackIds: readonly TrackId[];
  readonly seatIds: ReadonlyMap<string, SeatId>;
}

export interface MadeLesson {
  readonly title: string;
  readonly seconds: number;
  readonly tracks: readonly MadeTrack[];
  readonly events: (made: MadeRecording) => readonly EventDraft[];
  /** Pauses of the recording as the muxer remembers them, session seconds. */
  readonly leftOut?: readonly { readonly from: number; readonly to: number }[];
}

/** An event without its number, with session seconds. */
export type EventDraft = RecordingEvent extends infer E
  ? E extends RecordingEvent
    ? { at: number } & Pick<E, 'type' | 'data'>
    : never
  : never;

/** Puts a recording into the store as capture and muxer leave it: manifest, events, segments, muxer's state. */
export async function putMuxedRecording(store: ObjectStore, lesson: MadeLesson): Promise<MadeRecording> {
  const recordingId = RecordingId.parse(`rec-${randomUUID()}`);
  const seatIds = new Map(lesson.tracks.map((track) => [track.displayName, SeatId.parse(`seat-${randomUUID()}`)]));
  const trackIds = lesson.tracks.map(() => TrackId.parse(`track-${randomUUID()}`));
  const made = { recordingId, trackIds, seatIds };
  const folder = await mkdtemp(join(tmpdir(), 'tongke-made-'));
  try {
    const epochs = [];
    for (const [index, track] of lesson.tracks.entries()) {
      const runs = [];
      for (const [number, run] of track.runs.entries()) {
        runs.push(await putRun(store, folder, made, `${index}-${number}`, run));
      }
      epochs.push({ trackId: trackIds[index], runs });
    }
    const leftOut = lesson.leftOut?.map(({ from, to }) => ({ fromUs: from * 1e6, toUs: to * 1e6 })) ?? [];
    await store.put(objectKeys.play(recordingId, 'state.json'), Buffer.from(JSON.stringify({ epochs, leftOut })));
    await putManifest(store, made, lesson);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return made;
}

async function putManifest(store: ObjectStore, made: MadeRecording, lesson: MadeLesson): Promise<void> {
  const { recordingId, trackIds, seatIds } = made;
  const lines = lesson
    .events(made)
    .map(({ at, ...event }, n) => JSON.stringify({ n, atUs: Math.round(at * 1e6), ...event }));
  const key = objectKeys.rawEvents(recordingId, 0);
  await store.put(key, Buffer.from(lines.join('\n')));
  const manifest = RecordingManifest.parse({
    version: 1,
    recordingId,
    lessonId: 'lesson',
    roomId: 'lesson',
    title: lesson.title,
    fence: 1,
    startedAtUnixUs: 1_700_000_000_000_000,
    endedAtUs: Math.round(lesson.seconds * 1e6),
    state: 'captured',
    tracks: lesson.tracks.map((track, index) => ({
      trackId: trackIds[index],
      seatId: seatIds.get(track.displayName),
      seat: track.seat,
      displayName: track.displayName,
      schoolName: '实验小学',
      kind: track.source === 'microphone' || track.source === 'screenAudio' ? 'audio' : 'video',
      source: track.source,
      epochs: [],
    })),
    events: { chunks: [{ n: 0, key, lines: lines.length }] },
    gaps: [],
    renditions: [],
  });
  await new ManifestStore(store).update(recordingId, () => manifest);
}

async function putRun(store: ObjectStore, folder: string, made: MadeRecording, name: string, run: MadeRun) {
  const container = run.picture?.codec === 'vp8' ? 'webm' : 'mp4';
  const path = join(folder, `${name}.${container}`);
  await runPiped({ program: 'ffmpeg', args: ['-v', 'error', '-nostdin', '-y', ...encoding(run), path] });
  const bytes = await readFile(path);
  const at = container === 'webm' ? bytes.indexOf(Buffer.from('1f43b675', 'hex')) : bytes.indexOf('moof') - 4;
  const [init, segment] = [`${name}/init`, `${name}/seg`];
  await store.put(objectKeys.play(made.recordingId, init), bytes.subarray(0, at));
  await store.put(objectKeys.play(made.recordingId, segment), bytes.subarray(at));
  const [width, height] = run.picture?.size.split('x').map(Number) ?? [];
  return {
    container: container === 'webm' ? 'webm' : 'fmp4',
    mimeType: 'video/test',
    init,
    ...(width === undefined ? {} : { width, height }),
    segments: [{ uri: segment, startUs: run.from * 1e6, endUs: run.to * 1e6, bytes: bytes.length - at }],
  };
}

/** Timestamps are session time, as the muxer's are. */
function encoding(run: MadeRun): string[] {
  const seconds = String(run.to - run.from);
  const shift = ['-output_ts_offset', String(run.from)];
  if (run.picture !== undefined) {
    const { source, size, rate, codec } = run.picture;
    // `t` of the source runs from 0: sources that change do so relative to their run.
    const input = ['-f', 'lavfi', '-i', `${source}:s=${size}:r=${rate},format=yuv420p`, '-t', seconds];
    return codec === 'vp8'
      ? [...input, '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '500k', '-g', '100', ...shift]
      : [
          ...input,
          ...'-c:v libx264 -preset ultrafast -profile:v baseline -bf 0 -g 100'.split(' '),
          ...fragmented,
          ...shift,
        ];
  }
  if (run.soundFile !== undefined) {
    const input = ['-i', run.soundFile, '-af', 'aresample=48000,apad', '-t', seconds];
    return [...input, '-c:a', 'libopus', '-b:a', '48k', ...fragmented, ...shift];
  }
  const { hz, on, off } = run.tone ?? { hz: 440, on: 0, off: 0 };
  const gate = `volume='between(t,${on - run.from},${off - run.from})':eval=frame`;
  const input = ['-f', 'lavfi', '-i', `sine=f=${hz}:r=48000:samples_per_frame=48,${gate}`, '-t', seconds];
  return [...input, '-c:a', 'libopus', '-b:a', '48k', ...fragmented, ...shift];
}

const fragmented = ['-movflags', 'empty_moov+default_base_moof+frag_keyframe', '-frag_duration', '2000000'];
