import type { RecordingEvent, RecordingGoal } from '../../../recorder/contract.ts';
import { AppError } from '../../../signaling/protocol/errors.ts';
import type { Fence, RecordingId, TrackId } from '../../../signaling/protocol/ids.ts';
import type { RecordingDisk } from '../../../signaling/protocol/room.ts';
import type { RecordingControl } from '../../../signaling/rooms/ports.ts';

/** `RecordingControl` in memory: keeps what it is told, ignores repeated event numbers, can be away or full. */
export class MemoryRecordingControl implements RecordingControl {
  readonly goals: RecordingGoal[] = [];
  readonly events = new Map<RecordingId, RecordingEvent[]>();
  readonly finished = new Map<RecordingId, number>();
  readonly #openListeners = new Set<() => void>();
  readonly #diskListeners = new Set<Parameters<RecordingControl['onDiskLevel']>[0]>();
  readonly #silenceListeners = new Set<Parameters<RecordingControl['onSilentTracks']>[0]>();
  readonly #silent = new Set<TrackId>();
  isAway = false;
  disk: RecordingDisk = 'ok';

  async setGoal(goal: RecordingGoal): Promise<void> {
    this.#assertHere();
    if (this.disk === 'full') throw new AppError('storageFull');
    this.goals.push(goal);
    await Promise.resolve();
  }

  async appendEvents(recordingId: RecordingId, _fence: Fence, events: readonly RecordingEvent[]): Promise<number> {
    this.#assertHere();
    const known = this.events.get(recordingId) ?? [];
    const upTo = known.at(-1)?.n ?? -1;
    this.events.set(recordingId, [...known, ...events.filter((event) => event.n > upTo)]);
    return await Promise.resolve(this.events.get(recordingId)?.at(-1)?.n ?? -1);
  }

  async finish(recordingId: RecordingId, _fence: Fence, endedAtUs: number): Promise<{ readonly stored: boolean }> {
    this.#assertHere();
    this.finished.set(recordingId, endedAtUs);
    return await Promise.resolve({ stored: true });
  }

  onOpen(listener: () => void): () => void {
    this.#openListeners.add(listener);
    return () => this.#openListeners.delete(listener);
  }

  onDiskLevel(listener: Parameters<RecordingControl['onDiskLevel']>[0]): () => void {
    this.#diskListeners.add(listener);
    return () => this.#diskListeners.delete(listener);
  }

  diskLevelOf(): RecordingDisk {
    return this.disk;
  }

  onSilentTracks(listener: Parameters<RecordingControl['onSilentTracks']>[0]): () => void {
    this.#silenceListeners.add(listener);
    return () => this.#silenceListeners.delete(listener);
  }

  silentTracksOf(): ReadonlySet<TrackId> {
    return this.#silent;
  }

  setSilent(trackId: TrackId, isSilent: boolean): void {
    if (isSilent) this.#silent.add(trackId);
    else this.#silent.delete(trackId);
    for (const { recordingId } of this.goals) for (const listener of this.#silenceListeners) listener(recordingId);
  }

  goAway(): void {
    this.isAway = true;
  }

  comeBack(): void {
    this.isAway = false;
    for (const listener of this.#openListeners) listener();
  }

  setDiskLevel(level: RecordingDisk): void {
    this.disk = level;
    const recordingIds = new Set(this.goals.map((goal) => goal.recordingId));
    for (const listener of this.#diskListeners) listener(level, recordingIds);
  }

  #assertHere(): void {
    if (this.isAway) throw new AppError('unavailable');
  }
}
