import type { ManifestTrack, PlayIndex, PlayRun, RecordingManifest } from '../../storage/objects/manifest.ts';
import type { EpochState, LeftOutRange, MuxState, StoredRun, StoredSegment } from './mux-state.ts';

export type PlayView = PlayIndex['views'][number];

interface Span {
  readonly startUs: number;
  readonly endUs: number;
}

/** A video track with what can be played of it, its runs in order and without overlap. */
interface PlayableTrack extends Span {
  readonly track: ManifestTrack;
  readonly runs: readonly PlayRun[];
}

/** Lecturer before co-teacher: the first who fits gets the view. */
const LECTURER_SEATS: readonly string[] = ['lecturer', 'coTeacher'];

/**
 * Which track is seen where: `board` holds screens and visualisers, `lecturer` the camera of who lectures; every other camera has a view of its own, named after its seat. A view shows one
 * picture at a time: of two boards at once the second goes to `board-2`, and a co-teacher beside the lecturer keeps a view of their own.
 */
export function composeViews(manifest: RecordingManifest, state: MuxState): PlayView[] {
  const playable = manifest.tracks.flatMap((track) => {
    const found = track.kind === 'video' ? playableTrack(track, state) : undefined;
    return found === undefined ? [] : [found];
  });
  const boards = playable.filter(({ track }) => track.source === 'screen' || track.source === 'visualiser');
  const cameras = playable.filter(({ track }) => track.source === 'camera');
  const lecturing = LECTURER_SEATS.flatMap((seat) => cameras.filter(({ track }) => track.seat === seat));
  const lane: PlayableTrack[] = [];
  for (const each of lecturing) if (!lane.some((other) => overlaps(each, other))) lane.push(each);
  const lecturer = lane.length === 0 ? [] : [viewOf('lecturer', lane)];
  const others = cameras.filter((each) => !lane.includes(each));
  return [...boardViews(boards), ...lecturer, ...personViews(others)];
}

/** What can be played of a track: later epochs win where two overlap, and pauses are left out. */
function playableTrack(track: ManifestTrack, state: MuxState): PlayableTrack | undefined {
  const epochs = state.epochs
    .filter((epoch) => epoch.trackId === track.trackId && epoch.runs.length > 0)
    .toSorted((one, other) => one.epoch - other.epoch);
  const runs = epochs.flatMap((epoch, index) => {
    const endUs = Math.min(...epochs.slice(index + 1).map(startOf), Number.POSITIVE_INFINITY);
    return epoch.runs.flatMap((run) => {
      const segments = playableSegments(run.segments, endUs, state.leftOut);
      return segments.length === 0 ? [] : [toPlayRun(track, epoch.epoch, run, segments)];
    });
  });
  const startUs = runs[0]?.segments[0]?.startUs;
  const endUs = runs.at(-1)?.segments.at(-1)?.endUs;
  return startUs === undefined || endUs === undefined ? undefined : { track, runs, startUs, endUs };
}

function startOf(epoch: EpochState): number {
  return epoch.runs[0]?.segments[0]?.startUs ?? Number.POSITIVE_INFINITY;
}

function playableSegments(
  segments: readonly StoredSegment[],
  endUs: number,
  leftOut: readonly LeftOutRange[],
): StoredSegment[] {
  const isLeftOut = (segment: StoredSegment): boolean =>
    leftOut.some(({ fromUs, toUs }) => segment.startUs >= fromUs && segment.endUs <= toUs);
  return segments
    .filter((segment) => segment.startUs < endUs && !isLeftOut(segment))
    .map((segment) => ({ ...segment, endUs: Math.min(segment.endUs, endUs) }));
}

function toPlayRun(track: ManifestTrack, epoch: number, run: StoredRun, segments: readonly StoredSegment[]): PlayRun {
  const { container, mimeType, init, width, height } = run;
  return {
    container,
    mimeType,
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    trackId: track.trackId,
    epoch,
    seatId: track.seatId,
    displayName: track.displayName,
    source: track.source,
    segments: segments.map((segment) => ({ ...segment, init })),
  };
}

/** Lanes without overlap: each track goes to the first lane that is free by the time it starts. */
function boardViews(boards: readonly PlayableTrack[]): PlayView[] {
  const lanes: PlayableTrack[][] = [];
  for (const each of boards.toSorted((one, other) => one.startUs - other.startUs)) {
    const free = lanes.find((lane) => !lane.some((other) => overlaps(each, other)));
    if (free === undefined) lanes.push([each]);
    else free.push(each);
  }
  return lanes.map((lane, index) => viewOf(index === 0 ? 'board' : `board-${index + 1}`, lane));
}

function personViews(cameras: readonly PlayableTrack[]): PlayView[] {
  const names = new Set<string>();
  return cameras.map((each) => {
    const own = `person-${each.track.seatId}`;
    const name = names.has(own) ? `${own}-${each.track.trackId}` : own;
    names.add(name);
    return viewOf(name, [each]);
  });
}

function viewOf(view: string, tracks: readonly PlayableTrack[]): PlayView {
  const ordered = tracks.toSorted((one, other) => one.startUs - other.startUs);
  return { view, displayName: ordered[0]?.track.displayName ?? '', runs: ordered.flatMap(({ runs }) => runs) };
}

function overlaps(one: Span, other: Span): boolean {
  return one.startUs < other.endUs && other.startUs < one.endUs;
}
