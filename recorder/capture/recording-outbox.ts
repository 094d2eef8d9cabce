import { mkdirSync, renameSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { RecordingId, TrackId } from '../../signaling/protocol/ids.ts';
import type { Log } from '../../signaling/runtime/log.ts';
import type { ManifestStore } from '../../storage/objects/manifest-store.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { RecordingGoal } from '../contract.ts';
import type { SealedChunk } from '../packet-log/sealed-chunk.ts';
import type { EpochHeader } from '../packet-log/track-log.ts';
import { EpochChunks } from './epoch-chunks.ts';
import type { SealedEvents } from './event-log.ts';
import type { ManifestNote } from './manifest-notes.ts';
import { ManifestWriter } from './manifest-writer.ts';
import type { TrackFacts } from './recording-file.ts';
import type { Uploader } from './uploader.ts';

const CHUNK_TYPE = 'application/octet-stream';
const EVENTS_TYPE = 'application/jsonl';

export interface RecordingOutboxOptions {
  readonly recordingId: RecordingId;
  readonly goal: () => RecordingGoal;
  readonly trackFacts: (header: EpochHeader) => TrackFacts;
  /** Where files go that the store has under another content: for people to look at. */
  readonly refusedFolder: string;
  readonly uploader: Uploader;
  readonly manifests: ManifestStore;
  readonly log: Log;
  readonly nowUnixUs: () => number;
  /** New chunks are in the store and in the manifest. */
  readonly onMediaStored: () => void;
  readonly onAway: () => void;
  readonly onSuperseded: () => void;
}

/**
 * What a recording has on the local disk on its way out: file → object → manifest → file deleted, in this order, so that at no moment anything is only in memory.
 */
export class RecordingOutbox {
  readonly #options: RecordingOutboxOptions;
  readonly #chunks: EpochChunks;
  readonly #writer: ManifestWriter;

  constructor(options: RecordingOutboxOptions) {
    this.#options = options;
    this.#chunks = new EpochChunks((trackId, epoch) => this.note({ type: 'epochClosed', trackId, epoch }));
    this.#writer = new ManifestWriter({
      manifests: options.manifests,
      goal: options.goal,
      log: options.log,
      onAway: options.onAway,
      onSuperseded: options.onSuperseded,
      onWritten: (notes) => {
        if (notes.some(({ type }) => type === 'chunk')) options.onMediaStored();
      },
    });
  }

  addChunk(chunk: SealedChunk, header: EpochHeader): void {
    const { recordingId, uploader, trackFacts } = this.#options;
    const { trackId, epoch, path, n, ...facts } = chunk;
    const { bytes, records, firstReceivedUnixUs, lastReceivedUnixUs } = facts;
    const key = objectKeys.rawChunk(recordingId, trackId, epoch, n);
    const settle = (): void => this.#chunks.settle(trackId, epoch);
    this.#chunks.add(trackId, epoch);
    uploader.add({
      key,
      path,
      contentType: CHUNK_TYPE,
      oldestUnixUs: firstReceivedUnixUs,
      onStored: () => {
        const { producerId, ssrc, codec } = header;
        const listed = { n, key, bytes, records, firstReceivedUnixUs, lastReceivedUnixUs };
        this.note(
          { type: 'chunk', epoch: { track: trackFacts(header), epoch, producerId, ssrc, codec }, chunk: listed },
          () => this.#remove(path),
        );
        settle();
      },
      onRefused: () => {
        this.setAside(path, `${trackId}-${basename(path)}`);
        settle();
      },
    });
  }

  addEvents({ n, path, lines, crc32 }: SealedEvents): void {
    const { recordingId, uploader, nowUnixUs } = this.#options;
    const key = objectKeys.rawEvents(recordingId, n);
    this.#chunks.addOther();
    uploader.add({
      key,
      path,
      contentType: EVENTS_TYPE,
      oldestUnixUs: nowUnixUs(),
      onStored: () => {
        this.note({ type: 'events', n, key, lines, crc32 }, () => this.#remove(path));
        this.#chunks.settleOther();
      },
      onRefused: () => {
        this.setAside(path, `events-${basename(path)}`);
        this.#chunks.settleOther();
      },
    });
  }

  /** No more chunks come of this epoch. */
  endEpoch(trackId: TrackId, epoch: number): void {
    this.#chunks.end(trackId, epoch);
  }

  note(note: ManifestNote, after?: () => void): void {
    this.#writer.note(note, after);
  }

  /** Everything added so far is in the store and in the manifest. */
  async settled(): Promise<void> {
    await this.#chunks.settled();
    await this.#writer.flush();
  }

  close(): void {
    this.#writer.close();
  }

  /** For people to look at: what nobody can read, or what the store has otherwise. */
  setAside(path: string, name: string): void {
    const { refusedFolder, recordingId, log } = this.#options;
    try {
      mkdirSync(refusedFolder, { recursive: true });
      renameSync(path, join(refusedFolder, `${recordingId}-${name}`));
    } catch (error) {
      log.error({ err: error, path }, 'a refused file cannot be set aside');
    }
  }

  #remove(path: string): void {
    unlink(path).catch((error: unknown) => {
      this.#options.log.warn({ err: error, path }, 'a stored file cannot be deleted');
    });
  }
}
