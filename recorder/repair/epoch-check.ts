import { AppError } from '../../signaling/protocol/errors.ts';
import type {
  ManifestChunk,
  ManifestEpoch,
  ManifestGap,
  ManifestTrack,
  RecordingManifest,
} from '../../storage/objects/manifest.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { parseRtpPacket } from '../mux/rtp-packet.ts';
import { SequenceBuffer, type Placed } from '../mux/sequence.ts';
import { ChunkReader, type ChunkHeader } from '../packet-log/format.ts';
import type { Span } from '../produce/source/presence.ts';
import { error, warning, type Finding } from './finding.ts';
import { certainPartOf } from './gap-check.ts';

/** DTX and a muted microphone are shorter, or are announced in the events. */
const HOLE_US = 5_000_000;
/** Where sequence numbers are missing, so much is no pause of the sender's. */
const LOST_HOLE_US = 1_000_000;

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
  /** From the first packet to the last one, in session time by receive time; null when there is none. */
  readonly received: Span | null;
  /** Stretches of it of more than 5 s without a packet, or of more than 1 s in which some were lost. */
  readonly holes: readonly Span[];
}

export interface EpochReport {
  readonly facts: EpochFacts;
  readonly findings: readonly Finding[];
  /** How many packets came well within each gap that the manifest marks of the track. */
  readonly packetsIn: ReadonlyMap<ManifestGap, number>;
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
  readonly #sequence = new SequenceBuffer<NumberedPacket>((_, placed) => this.#take(placed));
  readonly #holes: Span[] = [];
  readonly #gaps: readonly (Span & { readonly gap: ManifestGap })[];
  readonly #packetsIn = new Map<ManifestGap, number>();
  #nextExtended: number | undefined;
  #lost = 0;
  #packets = 0;
  #bytes = 0;
  #received: Span | null = null;

  constructor(objects: ObjectStore, manifest: RecordingManifest, track: ManifestTrack, epoch: ManifestEpoch) {
    this.#objects = objects;
    this.#manifest = manifest;
    this.#track = track;
    this.#epoch = epoch;
    this.#gaps = manifest.gaps.flatMap((gap) => {
      const inner = gap.trackId === track.trackId ? certainPartOf(gap) : undefined;
      return inner === undefined ? [] : [{ ...inner, gap }];
    });
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
    return { facts: this.#facts(), findings: this.#findings, packetsIn: this.#packetsIn };
  }

  #facts(): EpochFacts {
    const { trackId, source, displayName } = this.#track;
    const { epoch, codec, chunks } = this.#epoch;
    return {
      ...{ trackId, epoch, source, displayName, codec: codec.mimeType, chunks: chunks.length, bytes: this.#bytes },
      ...{ packets: this.#packets, lost: this.#lost, received: this.#received, holes: this.#holes },
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
    for (const { fromUs, toUs, gap } of this.#gaps) {
      if (receivedUs > fromUs && receivedUs < toUs) this.#packetsIn.set(gap, (this.#packetsIn.get(gap) ?? 0) + 1);
    }
    this.#sequence.push({ sequence: packet.sequence, receivedUs });
  }

  /** In order: what was repaired late is back in its place, so that only what is missing is counted. */
  #take({ extended, afterLoss, onItsWayUs: receivedUs }: Placed): void {
    const lost = afterLoss && this.#nextExtended !== undefined ? extended - this.#nextExtended : 0;
    this.#lost += lost;
    this.#nextExtended = extended + 1;
    const { fromUs, toUs: before } = this.#received ?? { fromUs: receivedUs, toUs: receivedUs };
    if (receivedUs - before > (lost > 0 ? LOST_HOLE_US : HOLE_US)) {
      this.#holes.push({ fromUs: before, toUs: receivedUs });
    }
    this.#received = { fromUs, toUs: Math.max(before, receivedUs) };
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
export function lossFindings({ trackId, epoch, lost, packets }: EpochFacts): Finding[] {
  if (lost === 0) return [];
  const share = ((100 * lost) / Math.max(1, lost + packets)).toFixed(2);
  return [warning(`track ${trackId}, epoch ${epoch}: ${lost} packets never arrived (${share} %)`)];
}
