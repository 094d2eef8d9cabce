import { captureContract, type RecordingEvent, type RecordingGoal } from '../../recorder/contract.ts';
import { AppError } from '../protocol/errors.ts';
import type { Fence, RecordingId, TrackId } from '../protocol/ids.ts';
import type { RecordingDisk } from '../protocol/room.ts';
import type { Log } from '../runtime/log.ts';
import type { NodeRegistry } from '../runtime/node-registry.ts';
import type { RecordingControl } from '../rooms/ports.ts';
import { NodeLinks, type NodeLink } from './node-links.ts';
import { chooseBeside } from './placement.ts';
import { SilentTracks } from './silent-tracks.ts';

type CaptureLink = NodeLink<typeof captureContract>;

/** How long the process that captures a recording may be away before another one goes on with it. */
const WAIT_FOR_NODE_MS = 2_000;
/** The tail goes to the object store before this is answered. */
const FINISH_TIMEOUT_MS = 15_000;

export interface CaptureNodesOptions {
  readonly registry: NodeRegistry;
  readonly secret: string;
  readonly log: Log;
  /** Of the media node there. */
  readonly regionOf: (sfuUrl: string) => string | null;
}

interface Assignment {
  nodeId: string;
  /** Null while its link is open. */
  lostAtMs: number | null;
}

/** The capture processes as signaling sees them. A recording stays with one for as long as that is there. */
export class CaptureNodes implements RecordingControl {
  readonly #log: Log;
  readonly #regionOf: CaptureNodesOptions['regionOf'];
  readonly #links: NodeLinks<typeof captureContract>;
  readonly #assignments = new Map<RecordingId, Assignment>();
  /** By node; kept while its link is lost, for what it holds is there still. */
  readonly #disks = new Map<string, RecordingDisk>();
  readonly #silent = new SilentTracks();
  readonly #openListeners = new Set<() => void>();
  readonly #diskListeners = new Set<Parameters<RecordingControl['onDiskLevel']>[0]>();
  readonly #silenceListeners = new Set<Parameters<RecordingControl['onSilentTracks']>[0]>();

  constructor(options: CaptureNodesOptions) {
    this.#log = options.log;
    this.#regionOf = options.regionOf;
    this.#links = new NodeLinks({
      ...options,
      kind: 'capture',
      contract: captureContract,
      onAdded: (link) => this.#listen(link),
      onOpen: (link) => void this.#onOpen(link),
      onLost: (link) => this.#onLost(link),
      onRemoved: (link) => this.#disks.delete(link.record.id),
    });
  }

  /** Whether any can take recordings now. */
  get hasNode(): boolean {
    return this.#links.open().length > 0;
  }

  async setGoal(goal: RecordingGoal): Promise<void> {
    await this.#linkOf(goal.recordingId, goal.sfuUrl).client.call('setGoal', goal);
  }

  async appendEvents(recordingId: RecordingId, fence: Fence, events: readonly RecordingEvent[]): Promise<number> {
    const { client } = this.#linkOf(recordingId);
    return (await client.call('appendEvents', { recordingId, fence, events: [...events] })).upTo;
  }

  async finish(recordingId: RecordingId, fence: Fence, endedAtUs: number): Promise<{ readonly stored: boolean }> {
    const { client } = this.#linkOf(recordingId);
    const result = await client.call('finish', { recordingId, fence, endedAtUs }, { timeoutMs: FINISH_TIMEOUT_MS });
    this.#assignments.delete(recordingId);
    this.#silent.forget(recordingId);
    return result;
  }

  onOpen(listener: () => void): () => void {
    this.#openListeners.add(listener);
    return () => this.#openListeners.delete(listener);
  }

  onDiskLevel(listener: Parameters<RecordingControl['onDiskLevel']>[0]): () => void {
    this.#diskListeners.add(listener);
    return () => this.#diskListeners.delete(listener);
  }

  diskLevelOf(recordingId: RecordingId): RecordingDisk {
    return this.#disks.get(this.#assignments.get(recordingId)?.nodeId ?? '') ?? 'ok';
  }

  onSilentTracks(listener: Parameters<RecordingControl['onSilentTracks']>[0]): () => void {
    this.#silenceListeners.add(listener);
    return () => this.#silenceListeners.delete(listener);
  }

  silentTracksOf(recordingId: RecordingId): ReadonlySet<TrackId> {
    return this.#silent.of(recordingId);
  }

  close(): void {
    this.#links.close();
  }

  #listen(link: CaptureLink): void {
    const { notices } = link.client;
    notices.on('disk', ({ level }) => this.#onDisk(link, level));
    notices.on('trackSilent', ({ recordingId, trackId, silent }) => {
      if (this.#assignments.get(recordingId)?.nodeId !== link.record.id) return;
      if (silent) this.#log.warn({ recordingId, trackId }, 'a track that is sent does not come to capture');
      else this.#log.info({ recordingId, trackId }, 'a missing track comes to capture again, or is not sent any more');
      this.#silent.set(recordingId, trackId, silent);
      for (const listener of this.#silenceListeners) listener(recordingId);
    });
  }

  #onLost(link: CaptureLink): void {
    for (const [recordingId, assignment] of this.#assignments) {
      if (assignment.nodeId !== link.record.id) continue;
      assignment.lostAtMs = Date.now();
      this.#silent.forget(recordingId);
      for (const listener of this.#silenceListeners) listener(recordingId);
    }
  }

  /** It may hold recordings from before this process started. */
  async #onOpen(link: CaptureLink): Promise<void> {
    for (const assignment of this.#assignments.values()) {
      if (assignment.nodeId === link.record.id) assignment.lostAtMs = null;
    }
    try {
      const { recordings, disk } = await link.client.call('describe', {});
      for (const { recordingId, tracks } of recordings) {
        if (!this.#assignments.has(recordingId)) {
          this.#assignments.set(recordingId, { nodeId: link.record.id, lostAtMs: null });
        }
        if (this.#assignments.get(recordingId)?.nodeId !== link.record.id) continue;
        for (const { trackId, isSilent } of tracks) this.#silent.set(recordingId, trackId, isSilent);
      }
      this.#onDisk(link, disk.level);
    } catch (error) {
      this.#log.warn({ err: error }, 'capture could not say what it holds');
    }
    for (const listener of this.#openListeners) listener();
  }

  /** @param sfuUrl where it is to be captured from, when that is known. */
  #linkOf(recordingId: RecordingId, sfuUrl: string | null = null): CaptureLink {
    const assigned = this.#assignments.get(recordingId);
    const link = assigned === undefined ? null : this.#links.get(assigned.nodeId);
    if (link?.client.state === 'open') return link;
    const mayComeBack = assigned?.lostAtMs !== undefined && assigned.lostAtMs !== null && link !== null;
    if (mayComeBack && Date.now() < (assigned.lostAtMs ?? 0) + WAIT_FOR_NODE_MS) throw unavailable();
    const chosen = this.#choose(sfuUrl);
    if (chosen === null) throw unavailable();
    this.#assignments.set(recordingId, { nodeId: chosen.record.id, lostAtMs: null });
    return chosen;
  }

  #choose(sfuUrl: string | null): CaptureLink | null {
    const candidates = this.#withRoom().map((link) => ({ ...link.record, link }));
    const place = sfuUrl === null ? null : { url: sfuUrl, region: this.#regionOf(sfuUrl) };
    return chooseBeside(candidates, place)?.link ?? null;
  }

  /** A full one is better than none: it says so, and takes the recording when there is room again. */
  #withRoom(): CaptureLink[] {
    const open = this.#links.open();
    const withRoom = open.filter((link) => this.#disks.get(link.record.id) !== 'full');
    return withRoom.length > 0 ? withRoom : open;
  }

  #onDisk(link: CaptureLink, level: RecordingDisk): void {
    this.#disks.set(link.record.id, level);
    const affected = [...this.#assignments].filter(([, { nodeId }]) => nodeId === link.record.id).map(([id]) => id);
    for (const listener of this.#diskListeners) listener(level, new Set(affected));
  }
}

const unavailable = (): AppError => new AppError('unavailable', { message: 'no capture process' });
