import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { keepsTrack } from '../../signaling/protocol/edition.ts';
import { AppError } from '../../signaling/protocol/errors.ts';
import { TrackId, type RecordingId } from '../../signaling/protocol/ids.ts';
import type { ManifestTrack, RecordingManifest } from '../../storage/objects/manifest.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { RecordingEvent } from '../contract.ts';
import { StoredRun, type StoredSegment } from '../mux/mux-state.ts';
import type { PreparedRecording, PrepareOptions, RecordingSource } from './recording-source.ts';
import { HOLD_US } from './presence.ts';
import type { SourceTrack, TrackFile } from './source-track.ts';

const STATE_NAME = 'state.json';

/** Of the muxer's state, what says where a track's media lies. */
const MuxedTracks = z.object({ epochs: z.array(z.object({ trackId: TrackId, runs: z.array(StoredRun) })) });
type MuxedTracks = z.infer<typeof MuxedTracks>;

/** A run of segments without a hole: it becomes one local file. */
interface Piece {
  readonly run: StoredRun;
  readonly segments: readonly StoredSegment[];
}

/** Recordings as the muxer left them in the object store. */
export class StoredRecordings implements RecordingSource {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async prepare(options: PrepareOptions): Promise<PreparedRecording> {
    const { recordingId } = options;
    const manifest = await new ManifestStore(this.#store).read(recordingId);
    if (manifest === undefined) throw new AppError('notFound', { message: 'the recording has no manifest' });
    const events = await this.#events(manifest);
    const state = await this.#muxedTracks(recordingId);
    const kept = manifest.tracks.filter((track) => keepsTrack(options.edition, track));
    const pieces = kept.flatMap((track) => piecesOf(track, state).map((piece) => ({ track, piece })));
    const files = new Map<ManifestTrack, TrackFile[]>();
    for (const [index, { track, piece }] of pieces.entries()) {
      options.signal.throwIfAborted();
      const path = join(
        options.folder,
        `${String(index).padStart(5, '0')}.${piece.run.container === 'webm' ? 'webm' : 'mp4'}`,
      );
      files.set(track, [...(files.get(track) ?? []), await this.#download(recordingId, piece, path, options.signal)]);
      options.onProgress((index + 1) / pieces.length);
    }
    return { manifest, events, tracks: Array.from(files, ([track, own]) => sourceTrack(track, own)) };
  }

  async #muxedTracks(recordingId: RecordingId): Promise<MuxedTracks> {
    const { body } = await this.#store.getBuffer(objectKeys.play(recordingId, STATE_NAME));
    return MuxedTracks.parse(JSON.parse(body.toString('utf8')));
  }

  /** A line that can't be read is left out: better a lesson without one cut than none. */
  async #events(manifest: RecordingManifest): Promise<readonly RecordingEvent[]> {
    const events = new Map<number, RecordingEvent>();
    for (const { key } of manifest.events.chunks) {
      const { body } = await this.#store.getBuffer(key);
      for (const line of body.toString('utf8').split('\n')) {
        const parsed = RecordingEvent.safeParse(parseLine(line));
        if (parsed.success) events.set(parsed.data.n, parsed.data);
      }
    }
    return Array.from(events.values()).sort((a, b) => a.atUs - b.atUs || a.n - b.n);
  }

  async #download(recordingId: RecordingId, piece: Piece, path: string, signal: AbortSignal): Promise<TrackFile> {
    const file = createWriteStream(path);
    const names = [piece.run.init, ...piece.segments.map((segment) => segment.uri)];
    for (const name of names) {
      const { stream } = await this.#store.get(objectKeys.play(recordingId, name));
      await pipeline(stream, file, { end: false, signal });
    }
    await new Promise<void>((resolve, reject) => {
      file.once('error', reject);
      file.end(resolve);
    });
    const { width, height } = piece.run;
    return {
      path,
      startUs: piece.segments.at(0)?.startUs ?? 0,
      endUs: piece.segments.at(-1)?.endUs ?? 0,
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
    };
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function piecesOf(track: ManifestTrack, state: MuxedTracks): readonly Piece[] {
  return (
    state.epochs
      .filter((epoch) => epoch.trackId === track.trackId)
      .flatMap((epoch) => epoch.runs)
      // Holes of sound are filled with silence where it is mixed; each further file would cost a whole lesson of it.
      .flatMap((run) => (track.kind === 'video' ? withoutHoles(run) : [{ run, segments: run.segments }]))
      .sort((a, b) => (a.segments[0]?.startUs ?? 0) - (b.segments[0]?.startUs ?? 0))
  );
}

function withoutHoles(run: StoredRun): readonly Piece[] {
  const groups: StoredSegment[][] = [];
  for (const segment of run.segments) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && segment.startUs - last.endUs <= HOLD_US) group.push(segment);
    else groups.push([segment]);
  }
  return groups.map((segments) => ({ run, segments }));
}

function sourceTrack(track: ManifestTrack, files: readonly TrackFile[]): SourceTrack {
  return {
    trackId: track.trackId,
    seatId: track.seatId,
    seat: track.seat,
    displayName: track.displayName,
    ...(track.schoolName === undefined ? {} : { schoolName: track.schoolName }),
    kind: track.kind,
    source: track.source,
    files,
  };
}
