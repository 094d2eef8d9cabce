import { join } from 'node:path';
import { AppError } from '../../signaling/protocol/errors.ts';
import type { Fence, RecordingId } from '../../signaling/protocol/ids.ts';
import type { RecordingManifest } from '../../storage/objects/manifest.ts';
import type { RecordingEvent, RecordingGoal, TrackStatus } from '../contract.ts';
import {
  factsOf,
  lastEpochOf,
  lastReceivedOf,
  newestReceivedOf,
  readEarlierCapture,
  type EarlierCapture,
} from './earlier-capture.ts';
import { isNoSpace } from './event-log.ts';
import { RecordingFile } from './recording-file.ts';
import { RecordingSession, withFactsOf, type SessionParts } from './recording-session.ts';
import { recoverRecordings } from './recovery.ts';

/**
 * So many numbers are left to an earlier owner, which may have used some that the manifest does not list yet. While the store, which would know the last one, is away, they
 * are counted by fence.
 */
const TAKE_OVER_STRIDE = 100;
const TAKE_BACK_TIMEOUT_MS = 2_000;
/** For the last address a recording without a goal needs; nothing is ever asked there. */
const NO_SFU_URL = 'ws://none.invalid';

export interface RecordingStatus {
  readonly recordingId: RecordingId;
  readonly fence: Fence;
  readonly tracks: readonly TrackStatus[];
}

/** All recordings of this process, by what `recorder/contract.ts` says. */
export class Capture {
  readonly #root: string;
  readonly #parts: SessionParts;
  readonly #sessions = new Map<RecordingId, Promise<RecordingSession>>();
  readonly #live = new Map<RecordingId, RecordingSession>();

  /** Recovers what an earlier process left in `root`. */
  static async create(root: string, parts: SessionParts): Promise<Capture> {
    const capture = new Capture(root, parts);
    for (const session of await recoverRecordings(root, parts)) capture.#keep(session);
    return capture;
  }

  private constructor(root: string, parts: SessionParts) {
    this.#root = root;
    this.#parts = parts;
  }

  get sessions(): readonly RecordingSession[] {
    return [...this.#live.values()];
  }

  /** @throws AppError `staleFence`, `gone` (the recording has ended), `storageFull`. */
  async setGoal(goal: RecordingGoal): Promise<void> {
    const known = await this.#sessions.get(goal.recordingId);
    const isLeaving = known?.state === 'superseded' || known?.state === 'closed';
    if (isLeaving && goal.fence >= known.fence) await this.#waitForEnd(known);
    const session = await this.#sessionOf(goal.recordingId, () => this.#start(goal));
    await session.setGoal(goal);
  }

  /** @throws AppError `notFound` when no goal was set here, `staleFence`, `storageFull`, `unavailable`. */
  async appendEvents(recordingId: RecordingId, fence: Fence, events: readonly RecordingEvent[]): Promise<number> {
    const session = await this.#sessions.get(recordingId);
    if (session === undefined) throw new AppError('notFound', { message: 'no goal was set for this recording' });
    return session.appendEvents(fence, events);
  }

  /** @throws AppError `notFound` when nobody ever captured it, `staleFence`, `unavailable` when only the store could tell. */
  async finish(recordingId: RecordingId, fence: Fence, endedAtUs: number): Promise<boolean> {
    if (!this.#sessions.has(recordingId)) {
      const manifest = await this.#parts.manifests.read(recordingId);
      if (manifest === undefined) throw new AppError('notFound', { message: 'nothing was captured of this recording' });
      if (manifest.state === 'captured') return true;
      await this.#sessionOf(recordingId, () => this.#start(goalOf(manifest, fence)));
    }
    const session = await this.#sessions.get(recordingId);
    return session === undefined || session.finish(fence, endedAtUs);
  }

  describe(): readonly RecordingStatus[] {
    return this.sessions.map(({ recordingId, fence, tracks }) => ({ recordingId, fence, tracks: tracks.status }));
  }

  /** The disk has, or has no more, room. */
  handleDisk(): void {
    for (const session of this.sessions) session.follow();
  }

  handleStoreAway(): void {
    for (const session of this.sessions) session.handleStoreAway();
  }

  /** Receive time of the oldest byte that the store has not confirmed. */
  get oldestUnixUs(): number | undefined {
    const times = this.sessions.flatMap(({ taps }) => taps.flatMap(({ oldestOpenUnixUs }) => oldestOpenUnixUs ?? []));
    const uploading = this.#parts.uploader.oldestUnixUs;
    if (uploading !== undefined) times.push(uploading);
    return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
  }

  async close(): Promise<void> {
    await Promise.all(this.sessions.map((session) => session.close()));
  }

  #sessionOf(recordingId: RecordingId, start: () => Promise<RecordingSession>): Promise<RecordingSession> {
    const known = this.#sessions.get(recordingId);
    if (known !== undefined) return known;
    const starting = start();
    this.#sessions.set(recordingId, starting);
    starting.then(
      (session) => this.#keep(session),
      () => this.#sessions.delete(recordingId),
    );
    return starting;
  }

  #keep(session: RecordingSession): void {
    const { recordingId } = session;
    if (!this.#sessions.has(recordingId)) this.#sessions.set(recordingId, Promise.resolve(session));
    this.#live.set(recordingId, session);
    void session.ended.then(() => {
      this.#live.delete(recordingId);
      this.#sessions.delete(recordingId);
    });
  }

  async #start(goal: RecordingGoal): Promise<RecordingSession> {
    const { recordingId, fence } = goal;
    const earlier = await readEarlierCapture(this.#parts.manifests, recordingId);
    if (earlier.state === 'known') {
      if (earlier.manifest.state === 'captured') throw new AppError('gone', { message: 'the recording has ended' });
      if (earlier.manifest.fence > fence) {
        throw new AppError('staleFence', { details: { highest: earlier.manifest.fence } });
      }
    }
    const events = { upTo: -1, nextN: nextEventsN(earlier, fence) };
    const file = await RecordingFile.create(join(this.#root, recordingId), {
      version: 1,
      goal,
      phase: { state: 'capturing' },
      tracks: withFactsOf(goal, earlierTracks(earlier, goal)),
      isTakenOver: earlier.state !== 'none',
      eventsUpTo: events.upTo,
      nextEventsN: events.nextN,
    }).catch((error: unknown) => {
      throw new AppError(isNoSpace(error) ? 'storageFull' : 'unavailable', { cause: error });
    });
    const session = new RecordingSession(file, this.#parts, events);
    if (earlier.state === 'known') this.#expectGaps(session, earlier.manifest, goal);
    return session;
  }

  #expectGaps(session: RecordingSession, manifest: RecordingManifest, goal: RecordingGoal): void {
    const lastReceived = lastReceivedOf(manifest);
    const known = new Set(manifest.tracks.map(({ trackId }) => trackId));
    for (const { trackId } of goal.producers) {
      // Since when a track was there of which nothing has been stored, nobody knows: since the last that is known of anything.
      const unknownSinceUs = known.has(trackId) ? undefined : newestReceivedOf(manifest);
      const sinceUnixUs = lastReceived.get(trackId) ?? unknownSinceUs;
      if (sinceUnixUs !== undefined) session.tracks.expectGap(trackId, sinceUnixUs);
    }
  }

  /** A recording that comes back to this process while the part it lost is still on its way out. */
  async #waitForEnd(session: RecordingSession): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new AppError('unavailable', { message: 'an earlier part of the recording is still being stored' }));
      }, TAKE_BACK_TIMEOUT_MS);
    });
    try {
      await Promise.race([session.ended, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function earlierTracks(earlier: EarlierCapture, goal: RecordingGoal) {
  switch (earlier.state) {
    case 'none':
      return [];
    case 'known': {
      const { tracks } = earlier.manifest;
      return withFactsOf(
        goal,
        tracks.map((track) => ({ facts: factsOf(track), epoch: lastEpochOf(track) })),
      ).map(({ facts, epoch }) => ({ facts, epoch: epoch + TAKE_OVER_STRIDE }));
    }
    case 'away':
      return withFactsOf(goal, []).map(({ facts }) => ({ facts, epoch: goal.fence * TAKE_OVER_STRIDE }));
  }
}

function nextEventsN(earlier: EarlierCapture, fence: Fence): number {
  switch (earlier.state) {
    case 'none':
      return 0;
    case 'known':
      return earlier.manifest.events.chunks.reduce(
        (next, { n }) => Math.max(next, n + TAKE_OVER_STRIDE),
        TAKE_OVER_STRIDE,
      );
    case 'away':
      return fence * TAKE_OVER_STRIDE;
  }
}

/** Enough of a goal to end a recording whose capture process is lost with its disk. */
function goalOf(manifest: RecordingManifest, fence: Fence): RecordingGoal {
  const { recordingId, lessonId, roomId, title, startedAtUnixUs } = manifest;
  return { recordingId, lessonId, roomId, title, startedAtUnixUs, fence, sfuUrl: NO_SFU_URL, producers: [] };
}
