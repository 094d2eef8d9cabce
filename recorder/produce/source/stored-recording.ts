import { join } from 'node:path';
import * as z from 'zod';
import { AppError } from '../../../signaling/protocol/errors.ts';
import { TrackId, type RecordingId } from '../../../signaling/protocol/ids.ts';
import type { ManifestTrack, RecordingManifest } from '../../../storage/objects/manifest.ts';
import { ManifestStore } from '../../../storage/objects/manifest-store.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../../storage/ports.ts';
import { RecordingEvent } from '../../contract.ts';
import { StoredRun, type StoredSegment } from '../../mux/mux-state.ts';
import { neededSegments } from './needed-segments.ts';
import type { FetchOptions, RecordingSource, StoredTracks } from './recording-source.ts';
import { HOLD_US } from './presence.ts';
import type { SourceTrack, TrackFile, TrackPiece, TrackSpan } from './source-track.ts';
import { fetchJoined } from './stored-files.ts';

const STATE_NAME = 'state.json';

/** Of the muxer's state, what says where a track's media lies. */
const MuxedTracks = z.object({ epochs: z.array(z.object({ trackId: TrackId, runs: z.array(StoredRun) })) });
type MuxedTracks = z.infer<typeof MuxedTracks>;

/** Recordings as the muxer left them in the object store. */
export class StoredRecordings implements RecordingSource {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  async read(recordingId: RecordingId): Promise<StoredTracks> {
    const manifest = await new ManifestStore(this.#store).read(recordingId);
    if (manifest === undefined) throw new AppError('notFound', { message: 'the recording has no manifest' });
    const events = await readEvents(this.#store, manifest);
    const state = await this.#muxedTracks(recordingId);
    const tracks = manifest.tracks.map((track) => sourceTrack(track, piecesOf(track, state)));
    return { manifest, events, tracks: tracks.filter((track) => track.files.length > 0) };
  }

  async fetch(options: FetchOptions): Promise<readonly SourceTrack<TrackFile>[]> {
    const wanted = options.tracks.flatMap((track) =>
      track.files.flatMap((piece) => {
        const segments = neededSegments(piece, options.span);
        return segments.length === 0 ? [] : [{ track, piece: { ...piece, segments } }];
      }),
    );
    const files = new Map<SourceTrack<TrackPiece>, TrackFile[]>();
    for (const [index, { track, piece }] of wanted.entries()) {
      const name = `${String(index).padStart(5, '0')}.${piece.container === 'webm' ? 'webm' : 'mp4'}`;
      const file = await this.#download(options, piece, join(options.folder, name));
      files.set(track, [...(files.get(track) ?? []), file]);
      options.onProgress((index + 1) / wanted.length);
    }
    return Array.from(files, ([track, own]) => ({ ...track, files: own }));
  }

  async #muxedTracks(recordingId: RecordingId): Promise<MuxedTracks> {
    const { body } = await this.#store.getBuffer(objectKeys.play(recordingId, STATE_NAME));
    return MuxedTracks.parse(JSON.parse(body.toString('utf8')));
  }

  async #download(options: FetchOptions, piece: TrackPiece, path: string): Promise<TrackFile> {
    const { recordingId, signal } = options;
    const keys = [piece.init, ...piece.segments.map(({ uri }) => uri)].map((name) =>
      objectKeys.play(recordingId, name),
    );
    await fetchJoined(this.#store, keys, path, signal);
    const { width, height } = piece;
    return {
      path,
      // Its timestamps are the session's, whichever segment comes first.
      startUs: piece.segments.at(0)?.startUs ?? piece.startUs,
      endUs: piece.endUs,
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
    };
  }
}

/** What happened, in order. A line that can't be read is left out: better a lesson without one cut than none. */
export async function readEvents(store: ObjectStore, manifest: RecordingManifest): Promise<readonly RecordingEvent[]> {
  const events = new Map<number, RecordingEvent>();
  for (const { key } of manifest.events.chunks) {
    const { body } = await store.getBuffer(key);
    for (const line of body.toString('utf8').split('\n')) {
      const parsed = RecordingEvent.safeParse(parseLine(line));
      if (parsed.success) events.set(parsed.data.n, parsed.data);
    }
  }
  return Array.from(events.values()).sort((a, b) => a.atUs - b.atUs || a.n - b.n);
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function piecesOf(track: ManifestTrack, state: MuxedTracks): readonly TrackPiece[] {
  return state.epochs
    .filter((epoch) => epoch.trackId === track.trackId)
    .flatMap((epoch) => epoch.runs)
    .flatMap(withoutHoles)
    .sort((a, b) => a.startUs - b.startUs);
}

function withoutHoles(run: StoredRun): readonly TrackPiece[] {
  const groups: StoredSegment[][] = [];
  for (const segment of run.segments) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && segment.startUs - last.endUs <= HOLD_US) group.push(segment);
    else groups.push([segment]);
  }
  return groups.map((segments) => pieceOf(run, segments));
}

function pieceOf(run: StoredRun, segments: readonly StoredSegment[]): TrackPiece {
  const { container, init, width, height } = run;
  return {
    startUs: segments.at(0)?.startUs ?? 0,
    endUs: segments.at(-1)?.endUs ?? 0,
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    container,
    init,
    segments,
  };
}

function sourceTrack<Piece extends TrackSpan>(track: ManifestTrack, files: readonly Piece[]): SourceTrack<Piece> {
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
