import { AppError } from '../../signaling/protocol/errors.ts';
import type { ManifestChunk, ManifestEpoch, ManifestTrack, RecordingManifest } from '../../storage/objects/manifest.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { parseRtpPacket } from '../mux/rtp-packet.ts';
import { SequenceBuffer } from '../mux/sequence.ts';
import { ChunkReader, type ChunkHeader } from '../packet-log/format.ts';
import { error, warning, type Finding } from './finding.ts';

/** DTX and a muted microphone are shorter, or are announced in the events. */
const HOLE_US = 5_000_000;

export interface EpochFacts {
  readonly trackId: string;
  readonly epoch: number;
  readonly source: string;
  readonly displayName: string;
  readonly codec: string;
  readonly chunks: number;
  readonly bytes: number;
  readonly packets: number;
  /** Sequence numbers that never came, after everything that came late was put in its place. */
  readonly lost: number;
  /** Stretches of more than 5 s without a packet, in microseconds of session time by receive time. */
  readonly holes: readonly { readonly fromUs: number; readonly toUs: number }[];
}

export interface EpochReport {
  readonly facts: EpochFacts;
  readonly findings: readonly Finding[];
}

interface NumberedPacket {
  readonly sequence: number;
  readonly receivedUs: number;
}

/** Reads every chunk of one epoch: checksums, agreement with the manifest, gaps in chunk numbers, sequence numbers and time. */
export class EpochCheck {
  readonly #objects: ObjectStore;
  readonly #manifest: RecordingManifest;
  readonly #track: ManifestTrack;
  readonly #epoch: ManifestEpoch;
  readonly #findings: Finding[] = [];
  readonly #sequence = new SequenceBuffer<NumberedPacket>((_, extended, afterLoss) => {
    if (afterLoss && this.#nextExtended !== undefined) this.#lost += extended - this.#nextExtended;
    this.#nextExtended = extended + 1;
  });
  readonly #holes: { readonly fromUs: number; readonly toUs: number }[] = [];
  #nextExtended: number | undefined;
  #lost = 0;
  #packets = 0;
  #bytes = 0;
  #receivedUs: number | undefined;

  constructor(objects: ObjectStore, manifest: RecordingManifest, track: ManifestTrack, epoch: ManifestEpoch) {
    this.#objects = objects;
    this.#manifest = manifest;
    this.#track = track;
    this.#epoch = epoch;
  }

  async run(): Promise<EpochReport> {
    const chunks = this.#epoch.chunks.toSorted((one, other) => one.n - other.n);
    for (const [index, chunk] of chunks.entries()) {
      if (chunk.n !== (chunks[index - 1]?.n ?? -1) + 1) {
        this.#findings.push(error(`chunks before number ${chunk.n} are missing in the manifest`, chunk.key));
      }
      await this.#checkChunk(chunk);
    }
    this.#sequence.flush();
    if (!this.#epoch.closed && this.#manifest.state === 'captured') {
      this.#findings.push(error(`epoch ${this.#epoch.epoch} of track ${this.#track.trackId} was never closed`));
    }
    return { facts: this.#facts(), findings: this.#findings };
  }

  #facts(): EpochFacts {
    const { trackId, source, displayName } = this.#track;
    const { epoch, codec, chunks } = this.#epoch;
    return {
      ...{ trackId, epoch, source, displayName, codec: codec.mimeType, chunks: chunks.length, bytes: this.#bytes },
      ...{ packets: this.#packets, lost: this.#lost, holes: this.#holes },
    };
  }

  async #checkChunk(chunk: ManifestChunk): Promise<void> {
    const body = await this.#read(chunk);
    if (body === undefined) return;
    this.#bytes += body.length;
    const reader = new ChunkReader(body);
    const times: number[] = [];
    for (const { kind, bytes, receivedUnixUs } of reader) {
      times.push(receivedUnixUs);
      if (kind === 'rtp') this.#count(bytes, receivedUnixUs - this.#manifest.startedAtUnixUs);
    }
    const { header, end } = reader;
    if (header === undefined)
      this.#findings.push(error('is no chunk of a packet log, or its head is damaged', chunk.key));
    else if (!this.#isOwn(header, chunk))
      this.#findings.push(error('belongs to another recording, track or epoch', chunk.key));
    if (header !== undefined && end.state !== 'whole') {
      const what = end.state === 'torn' ? 'ends in the middle of a record' : 'has a record whose checksum is wrong';
      this.#findings.push(error(`${what}, at byte ${end.at} of ${body.length}`, chunk.key));
      return;
    }
    this.#compare(chunk, body.length, times);
  }

  #isOwn({ recordingId, trackId, epoch, n, ssrc }: ChunkHeader, chunk: ManifestChunk): boolean {
    const isOwnEpoch = trackId === this.#track.trackId && epoch === this.#epoch.epoch && ssrc === this.#epoch.ssrc;
    return recordingId === this.#manifest.recordingId && isOwnEpoch && n === chunk.n;
  }

  #compare(chunk: ManifestChunk, bytes: number, times: readonly number[]): void {
    const pairs = [
      ['bytes', chunk.bytes, bytes],
      ['records', chunk.records, times.length],
      ['first receive time', chunk.firstReceivedUnixUs, times[0] ?? 0],
      ['last receive time', chunk.lastReceivedUnixUs, times.at(-1) ?? 0],
    ] as const;
    for (const [what, told, found] of pairs) {
      if (told === found) continue;
      this.#findings.push(error(`${what}: the manifest says ${told}, the chunk has ${found}`, chunk.key));
    }
  }

  #count(bytes: Buffer, receivedUs: number): void {
    const packet = parseRtpPacket(bytes);
    if (packet?.ssrc !== this.#epoch.ssrc) return;
    this.#packets += 1;
    const before = this.#receivedUs;
    this.#receivedUs = Math.max(before ?? receivedUs, receivedUs);
    if (before !== undefined && receivedUs - before > HOLE_US) this.#holes.push({ fromUs: before, toUs: receivedUs });
    this.#sequence.push({ sequence: packet.sequence, receivedUs });
  }

  async #read(chunk: ManifestChunk): Promise<Buffer | undefined> {
    try {
      return (await this.#objects.getBuffer(chunk.key)).body;
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause;
      const what = cause.code === 'notFound' ? 'is in the manifest but not in the store' : 'cannot be read';
      this.#findings.push(error(what, chunk.key));
      return undefined;
    }
  }
}

/** What the network lost is no fault of what was stored, but somebody looking at a recording wants to know. */
export function lossFindings({ trackId, epoch, lost, packets, holes }: EpochFacts): Finding[] {
  const where = `track ${trackId}, epoch ${epoch}`;
  const share = ((100 * lost) / Math.max(1, lost + packets)).toFixed(2);
  return [
    ...(lost > 0 ? [warning(`${where}: ${lost} packets never arrived (${share} %)`)] : []),
    ...holes.map(({ fromUs, toUs }) => {
      return warning(`${where}: nothing arrived for ${((toUs - fromUs) / 1e6).toFixed(1)} s from ${clock(fromUs)} on`);
    }),
  ];
}

/** Session time as people read it. */
export function clock(us: number): string {
  const seconds = Math.max(0, Math.floor(us / 1e6));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
