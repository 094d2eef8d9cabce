import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TrackId } from '../../signaling/protocol/ids.ts';
import { parseRawChunkName } from '../../storage/objects/object-keys.ts';
import { salvageChunk } from '../packet-log/sealed-chunk.ts';
import { lastReceivedOf, readEarlierCapture } from './earlier-capture.ts';
import { salvageEvents } from './event-log.ts';
import { RecordingFile } from './recording-file.ts';
import { RecordingSession, type SessionParts } from './recording-session.ts';

/** A recording that was written to so recently goes on by itself; an older one waits to be told. */
const GO_ON_WITHIN_MS = 60_000;

/** What an earlier process left of one track, in the order it was written. */
interface Leftover {
  readonly trackId: TrackId;
  readonly paths: readonly string[];
}

/**
 * Takes over the recordings that an earlier process left in the folder: torn tails are cut, what is not in the store goes there, and a recording that was running a
 * moment ago goes on at once with the next epoch and a gap in the manifest.
 */
export async function recoverRecordings(root: string, parts: SessionParts): Promise<readonly RecordingSession[]> {
  const sessions: RecordingSession[] = [];
  for (const entry of await readdir(root, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const file = await RecordingFile.load(join(root, entry.name));
    if (file === undefined) {
      parts.log.error({ folder: entry.name }, 'a recording folder cannot be read and stays as it is');
      continue;
    }
    sessions.push(await recoverRecording(file, parts));
  }
  return sessions;
}

async function recoverRecording(file: RecordingFile, parts: SessionParts): Promise<RecordingSession> {
  const { phase, tracks, eventsUpTo, nextEventsN, goal } = file.state;
  const events = await salvageEvents(file.eventsFolder);
  const session = new RecordingSession(file, parts, {
    upTo: Math.max(eventsUpTo, ...events.map(({ upTo }) => upTo)),
    nextN: Math.max(nextEventsN, ...events.map(({ n }) => n + 1)),
  });
  for (const sealed of events) session.outbox.addEvents(sealed);
  const leftovers = await leftoversOf(file);
  const goesOn = phase.state === 'capturing' && (await isFresh(file, leftovers));
  parts.log.warn({ recordingId: goal.recordingId, phase: phase.state, goesOn }, 'recording recovered');

  // The last chunk of each track tells since when it is missing; the others can wait until the taps are open.
  const missingSince = new Map<TrackId, number>();
  for (const { trackId, paths } of leftovers) {
    const last = paths.at(-1);
    const lastReceivedUnixUs = last === undefined ? undefined : await takeOver(session, last, parts);
    if (lastReceivedUnixUs !== undefined) missingSince.set(trackId, lastReceivedUnixUs);
  }
  if (phase.state === 'capturing') {
    for (const [trackId, sinceUnixUs] of await withManifest(missingSince, file, parts)) {
      if (isWanted(file, trackId)) session.tracks.expectGap(trackId, sinceUnixUs);
    }
  }
  if (goesOn) session.goOn();
  const rest = async (): Promise<void> => {
    for (const { paths } of leftovers) {
      for (const path of paths.slice(0, -1)) await takeOver(session, path, parts);
    }
    for (const { facts, epoch } of tracks) if (epoch > 0) session.outbox.endEpoch(facts.trackId, epoch);
  };
  const taken = rest();
  session.waitFor(taken);
  // Another capture may have the recording by now: the first write says so.
  if (phase.state === 'capturing') session.outbox.note({ type: 'goal' });
  const goesOut = phase.state === 'finishing' ? session.bringOut(phase.endedAtUs) : taken;
  goesOut.catch((error: unknown) => parts.log.error({ err: error }, 'leftovers cannot be taken over'));
  return session;
}

function isWanted(file: RecordingFile, trackId: TrackId): boolean {
  return file.state.goal.producers.some((producer) => producer.trackId === trackId);
}

async function leftoversOf(file: RecordingFile): Promise<Leftover[]> {
  const leftovers: Leftover[] = [];
  for (const name of await readdir(file.tracksFolder)) {
    const trackId = TrackId.safeParse(name).data;
    if (trackId === undefined) continue;
    const folder = file.trackFolder(trackId);
    const chunks = (await readdir(folder)).filter((chunk) => parseRawChunkName(chunk) !== undefined);
    leftovers.push({ trackId, paths: chunks.toSorted().map((chunk) => join(folder, chunk)) });
  }
  return leftovers;
}

async function isFresh(file: RecordingFile, leftovers: readonly Leftover[]): Promise<boolean> {
  const paths = [join(file.folder, 'recording.json'), ...leftovers.flatMap(({ paths: chunks }) => chunks.slice(-1))];
  const times = await Promise.all(paths.map(async (path) => (await stat(path)).mtimeMs));
  return Date.now() - Math.max(...times) < GO_ON_WITHIN_MS;
}

/** The receive time of its last record, when there is one. */
async function takeOver(session: RecordingSession, path: string, { log }: SessionParts): Promise<number | undefined> {
  const salvaged = await salvageChunk(path).catch((error: unknown) => {
    log.error({ err: error, path }, 'a leftover chunk cannot be read and is set aside');
    session.outbox.setAside(path, `${basename(dirname(path))}-${basename(path)}`);
    return undefined;
  });
  if (salvaged === undefined) return undefined;
  session.outbox.addChunk(salvaged.chunk, salvaged.header);
  return salvaged.chunk.lastReceivedUnixUs;
}

/** A track whose last chunk had just left is missing since that chunk's end. */
async function withManifest(
  local: ReadonlyMap<TrackId, number>,
  file: RecordingFile,
  { manifests }: SessionParts,
): Promise<ReadonlyMap<TrackId, number>> {
  const hasAll = file.state.goal.producers.every(({ trackId }) => local.has(trackId));
  if (hasAll) return local;
  const earlier = await readEarlierCapture(manifests, file.state.goal.recordingId);
  return earlier.state === 'known' ? new Map([...lastReceivedOf(earlier.manifest), ...local]) : local;
}
