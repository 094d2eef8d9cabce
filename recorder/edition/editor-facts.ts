import { mergeRanges, PEAK_STEP_MS, type EditorFacts } from '../../signaling/protocol/edition.ts';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { RecordingId } from '../../signaling/protocol/ids.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import type { RecordingManifest } from '../../storage/objects/manifest.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { filterThroughFfmpeg } from '../mux/ffmpeg-filter.ts';
import type { MuxState, StoredSegment } from '../mux/mux-state.ts';
import { PlayStore } from '../mux/play-store.ts';
import { chaptersOf } from '../produce/plan/chapters.ts';
import { readEvents } from '../produce/source/stored-recording.ts';
import { timelineOf } from '../produce/plan/timeline.ts';

const RATE = 8_000;
const BYTES = 2;
const STEP_SAMPLES = (RATE * PEAK_STEP_MS) / 1_000;
/** So many windows of the mix go through one decoder: a lesson at once would be 80 MB. */
const WINDOWS_AT_ONCE = 32;
const DECODE = ['-f', 'mp4', '-i', 'pipe:0', '-ac', '1', '-ar', String(RATE), '-f', 's16le', 'pipe:1'];

/**
 * Writes down what the editor draws of a whole recording: how loud it is when, its chapters, and when who was there. Idempotent.
 *
 * @throws AppError `notFound` without a manifest, `internal` when ffmpeg fails, and what the store throws.
 */
export async function writeEditorFacts(
  objects: ObjectStore,
  ffmpegPath: string,
  recordingId: RecordingId,
): Promise<void> {
  const manifest = await new ManifestStore(objects).read(recordingId);
  if (manifest === undefined) throw new AppError('notFound', { message: 'the recording has no manifest' });
  const play = new PlayStore(objects, recordingId);
  const { state } = await play.readState();
  const facts: EditorFacts = {
    peaks: await peaksOf(play, ffmpegPath, state),
    chapters: await chaptersIn(objects, manifest),
    tracks: manifest.tracks.map(({ trackId }) => ({ trackId, spans: spansOf(state, trackId) })),
  };
  await objects.put(objectKeys.editorFacts(recordingId), Buffer.from(JSON.stringify(facts)));
}

async function chaptersIn(objects: ObjectStore, manifest: RecordingManifest): Promise<EditorFacts['chapters']> {
  const events = await readEvents(objects, manifest);
  // A lesson that leaves nothing out: what is reckoned in its time is session time.
  const whole = timelineOf([], manifest.endedAtUs ?? events.at(-1)?.atUs ?? 0);
  const facts = { events, timeline: whole, tracks: manifest.tracks, lessonTitle: manifest.title, written: null };
  return chaptersOf(facts).map(({ startUs, title }) => ({ atUs: startUs, title }));
}

function spansOf({ epochs }: MuxState, trackId: string): EditorFacts['tracks'][number]['spans'] {
  const segments = epochs
    .filter((epoch) => epoch.trackId === trackId)
    .flatMap((epoch) => epoch.runs.flatMap((run) => run.segments));
  return mergeRanges(
    segments
      .filter(({ startUs, endUs }) => endUs > startUs)
      .map(({ startUs, endUs }) => ({ fromUs: startUs, toUs: endUs })),
  );
}

async function peaksOf(play: PlayStore, ffmpegPath: string, { sound }: MuxState): Promise<number[]> {
  const peaks: number[] = [];
  if (sound === undefined) return peaks;
  const { init, windows } = sound;
  for (let at = 0; at < windows.length; at += WINDOWS_AT_ONCE) {
    peaks.push(...(await peaksOfPart(play, ffmpegPath, init, windows.slice(at, at + WINDOWS_AT_ONCE))));
  }
  return peaks;
}

async function peaksOfPart(
  play: PlayStore,
  ffmpegPath: string,
  init: string,
  windows: readonly StoredSegment[],
): Promise<number[]> {
  const media: Buffer[] = [await play.readObject(init)];
  for (const { uri } of windows) media.push(await play.readObject(uri));
  const samples = await filterThroughFfmpeg(ffmpegPath, DECODE, media);
  const lengthUs = (windows.at(-1)?.endUs ?? 0) - (windows[0]?.startUs ?? 0);
  const steps = Math.round(lengthUs / 1_000 / PEAK_STEP_MS);
  const end = Math.floor(samples.length / BYTES);
  return Array.from({ length: steps }, (_, step) => {
    let peak = 0;
    for (let at = step * STEP_SAMPLES; at < Math.min((step + 1) * STEP_SAMPLES, end); at += 1) {
      peak = Math.max(peak, Math.abs(samples.readInt16LE(at * BYTES)));
    }
    return Math.round((peak / 32_768) * 100);
  });
}
