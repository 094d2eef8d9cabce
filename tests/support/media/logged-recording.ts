import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { RecordingEvent } from '../../../recorder/contract.ts';
import { encodeChunkHeader, encodeRecord, type ChunkHeader } from '../../../recorder/packet-log/format.ts';
import { LessonId, ProducerId, RecordingId, RoomId, SeatId, TrackId } from '../../../signaling/protocol/ids.ts';
import { ManifestStore } from '../../../storage/objects/manifest-store.ts';
import type { ManifestChunk, ManifestEpoch, ManifestTrack, TrackSource } from '../../../storage/objects/manifest.ts';
import { MANIFEST_VERSION } from '../../../storage/objects/manifest.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../../storage/ports.ts';
import type { TimedPacket } from '../rtp/rtp-timeline.ts';

const CHUNK_US = 10_000_000;
export const PAYLOAD_TYPES = { H264: 102, VP8: 96, VP9: 98, AV1: 100, opus: 111 } as const;

export interface LoggedStream {
  readonly track: string;
  readonly epoch?: number;
  readonly seat: string;
  readonly source: TrackSource;
  readonly codec: keyof typeof PAYLOAD_TYPES;
  readonly ssrc: number;
  /** In order of arrival. */
  readonly packets: Iterable<TimedPacket>;
  /** How long a packet is under way, added to its time. */
  readonly delayUs?: () => number;
}

interface LoggedChunk {
  readonly trackId: TrackId;
  readonly epoch: number;
  readonly manifest: ManifestChunk;
  readonly body: Buffer;
}

/** A recording as capture leaves it in the object store, chunk by chunk, without waiting for time to pass. */
export class LoggedRecording {
  readonly recordingId = RecordingId.parse(`rec-${randomUUID()}`);
  readonly startedAtUnixUs: number;
  readonly #store: ObjectStore;
  readonly #manifests: ManifestStore;
  readonly #streams: LoggedStream[] = [];
  readonly #chunks: LoggedChunk[] = [];
  readonly #stored = new Set<string>();
  #events = 0;

  constructor(store: ObjectStore, startedAtUnixUs: number) {
    this.#store = store;
    this.#manifests = new ManifestStore(store);
    this.startedAtUnixUs = startedAtUnixUs;
  }

  add(stream: LoggedStream): void {
    this.#streams.push(stream);
    this.#chunks.push(...chunksOf(this.recordingId, stream));
  }

  /** Stores the chunks that capture would have stored by then (session seconds); everything without an argument. */
  async storeUntil(seconds = Number.POSITIVE_INFINITY, options: { readonly endedAtUs?: number } = {}): Promise<void> {
    const untilUs = this.startedAtUnixUs + seconds * 1e6;
    const isWhole = seconds === Number.POSITIVE_INFINITY;
    const ready = this.#chunks.filter(({ manifest }) => manifest.lastReceivedUnixUs <= untilUs);
    for (const { manifest, body } of ready) {
      if (this.#stored.has(manifest.key)) continue;
      await this.#store.put(manifest.key, body);
      this.#stored.add(manifest.key);
    }
    const tracks = this.#tracks(ready, isWhole);
    await this.#manifests.update(this.recordingId, (stored) => ({
      ...(stored ?? this.#emptyManifest()),
      tracks,
      state: isWhole ? 'captured' : 'capturing',
      ...(options.endedAtUs === undefined ? {} : { endedAtUs: options.endedAtUs }),
    }));
  }

  async addEvents(events: readonly RecordingEvent[]): Promise<void> {
    const n = this.#events;
    this.#events += 1;
    const key = objectKeys.rawEvents(this.recordingId, n);
    const body = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    await this.#store.put(key, body);
    await this.#manifests.update(this.recordingId, (stored) => {
      const manifest = stored ?? this.#emptyManifest();
      return {
        ...manifest,
        events: { chunks: [...manifest.events.chunks, { n, key, lines: events.length, crc32: crc32(body) }] },
      };
    });
  }

  #emptyManifest() {
    const room = `lesson-${this.recordingId}`;
    return {
      version: MANIFEST_VERSION,
      recordingId: this.recordingId,
      lessonId: LessonId.parse(room),
      roomId: RoomId.parse(room),
      title: '三年级 语文',
      fence: 1,
      startedAtUnixUs: this.startedAtUnixUs,
      state: 'capturing' as const,
      tracks: [],
      events: { chunks: [] },
      gaps: [],
      renditions: [],
    } satisfies Parameters<Parameters<ManifestStore['update']>[1]>[0];
  }

  #tracks(ready: readonly LoggedChunk[], isWhole: boolean): ManifestTrack[] {
    const tracks = new Map<string, ManifestTrack>();
    for (const stream of this.#streams) {
      const header = headerOf(this.recordingId, stream, 0, 0);
      const { trackId, epoch, ssrc, codec, producerId, seatId, kind, source } = header;
      const own = ready.filter((chunk) => chunk.trackId === trackId && chunk.epoch === epoch);
      const chunks = own.map(({ manifest }) => manifest);
      const isClosed = isWhole || this.#streams.some((other) => isLaterEpoch(other, stream, ready));
      const manifestEpoch: ManifestEpoch = { epoch, producerId, ssrc, codec, chunks, closed: isClosed };
      const known = tracks.get(trackId);
      const base = { trackId, seatId, seat: stream.seat, displayName: stream.seat, kind, source };
      tracks.set(trackId, { ...base, epochs: [...(known?.epochs ?? []), manifestEpoch] });
    }
    return [...tracks.values()];
  }
}

function isLaterEpoch(other: LoggedStream, stream: LoggedStream, ready: readonly LoggedChunk[]): boolean {
  const hasChunks = ready.some((chunk) => chunk.trackId === other.track && chunk.epoch === (other.epoch ?? 1));
  return other.track === stream.track && (other.epoch ?? 1) > (stream.epoch ?? 1) && hasChunks;
}

function headerOf(recordingId: RecordingId, stream: LoggedStream, n: number, unixUs: number): ChunkHeader {
  const isSound = stream.codec === 'opus';
  const codec = {
    mimeType: isSound ? 'audio/opus' : `video/${stream.codec}`,
    payloadType: PAYLOAD_TYPES[stream.codec],
    clockRate: isSound ? 48_000 : 90_000,
    ...(isSound ? { channels: 2 } : {}),
    parameters: {},
  };
  return {
    recordingId,
    trackId: TrackId.parse(stream.track),
    epoch: stream.epoch ?? 1,
    n,
    kind: isSound ? 'audio' : 'video',
    source: stream.source,
    seatId: SeatId.parse(`seat-${stream.seat}`),
    codec,
    ssrc: stream.ssrc,
    headerExtensions: {},
    producerId: ProducerId.parse(`producer-${stream.track}`),
    wallUnixNs: String(BigInt(Math.round(unixUs)) * 1000n),
    monotonicNs: '0',
  };
}

function* chunksOf(recordingId: RecordingId, stream: LoggedStream): Generator<LoggedChunk> {
  const delayUs = stream.delayUs ?? (() => 0);
  const packets = Array.from(stream.packets, (packet) => ({ ...packet, atUnixUs: packet.atUnixUs + delayUs() }));
  packets.sort((one, other) => one.atUnixUs - other.atUnixUs);
  let open: typeof packets = [];
  let n = 0;
  for (const packet of packets) {
    if (open[0] !== undefined && packet.atUnixUs - open[0].atUnixUs >= CHUNK_US) {
      yield chunkOf(recordingId, stream, n, open);
      n += 1;
      open = [];
    }
    open.push(packet);
  }
  if (open.length > 0) yield chunkOf(recordingId, stream, n, open);
}

function chunkOf(
  recordingId: RecordingId,
  stream: LoggedStream,
  n: number,
  packets: readonly TimedPacket[],
): LoggedChunk {
  const first = Math.round(packets[0]?.atUnixUs ?? 0);
  const last = Math.round(packets.at(-1)?.atUnixUs ?? 0);
  const header = headerOf(recordingId, stream, n, first);
  const records = packets.map(({ kind, atUnixUs, bytes }) =>
    encodeRecord(kind, BigInt(Math.round(atUnixUs)) * 1000n, bytes),
  );
  const body = Buffer.concat([encodeChunkHeader(header), ...records]);
  const key = objectKeys.rawChunk(recordingId, header.trackId, header.epoch, n);
  const manifest = {
    n,
    key,
    bytes: body.length,
    records: records.length,
    firstReceivedUnixUs: first,
    lastReceivedUnixUs: last,
  };
  return { trackId: header.trackId, epoch: header.epoch, manifest, body };
}
