import { ascii, element, elementHead, elementId, float, unsigned, UNKNOWN_SIZE } from './ebml.ts';
import { OPUS_CLOCK_RATE } from './depacketize/opus.ts';
import { opusHead } from './sample-entry.ts';

/** One frame at `timeMs` of session time. */
export interface WebmBlock {
  readonly timeMs: number;
  readonly isKey: boolean;
  readonly parts: readonly Buffer[];
  readonly bytes: number;
  /** Only where the next block does not tell it: for the last one of a segment. */
  readonly durationMs?: number;
}

export type WebmStream =
  | { readonly codec: 'VP8' | 'VP9'; readonly width: number; readonly height: number }
  | { readonly codec: 'opus' };

const ID = {
  header: 0x1a45_dfa3,
  version: 0x4286,
  readVersion: 0x42f7,
  maxIdLength: 0x42f2,
  maxSizeLength: 0x42f3,
  docType: 0x4282,
  docTypeVersion: 0x4287,
  docTypeReadVersion: 0x4285,
  segment: 0x1853_8067,
  info: 0x1549_a966,
  timestampScale: 0x2a_d7b1,
  muxingApp: 0x4d80,
  writingApp: 0x5741,
  tracks: 0x1654_ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackUid: 0x73c5,
  trackType: 0x83,
  codecId: 0x86,
  codecPrivate: 0x63a2,
  video: 0xe0,
  pixelWidth: 0xb0,
  pixelHeight: 0xba,
  audio: 0xe1,
  samplingFrequency: 0xb5,
  channels: 0x9f,
  cluster: 0x1f43_b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  blockDuration: 0x9b,
  referenceBlock: 0xfb,
} as const;

const TRACK_NUMBER = 1;
const NANOSECONDS_PER_MS = 1_000_000;
/** A block's time is a signed 16-bit number of milliseconds from its cluster's. */
const MAX_CLUSTER_MS = 30_000;
const KEYFRAME_FLAG = 0x80;

/** Initialisation segment: everything before the first cluster (the byte stream format of MSE). */
export function encodeWebmInit(stream: WebmStream): Buffer {
  const header = element(
    ID.header,
    unsigned(ID.version, 1),
    unsigned(ID.readVersion, 1),
    unsigned(ID.maxIdLength, 4),
    unsigned(ID.maxSizeLength, 8),
    ascii(ID.docType, 'webm'),
    unsigned(ID.docTypeVersion, 4),
    unsigned(ID.docTypeReadVersion, 2),
  );
  const info = element(
    ID.info,
    unsigned(ID.timestampScale, NANOSECONDS_PER_MS),
    ascii(ID.muxingApp, 'tongke'),
    ascii(ID.writingApp, 'tongke'),
  );
  const entry = element(
    ID.trackEntry,
    unsigned(ID.trackNumber, TRACK_NUMBER),
    unsigned(ID.trackUid, TRACK_NUMBER),
    unsigned(ID.trackType, stream.codec === 'opus' ? 2 : 1),
    ...streamElements(stream),
  );
  return Buffer.concat([header, elementId(ID.segment), UNKNOWN_SIZE, info, element(ID.tracks, entry)]);
}

function streamElements(stream: WebmStream): Buffer[] {
  if (stream.codec !== 'opus') {
    const size = [unsigned(ID.pixelWidth, stream.width), unsigned(ID.pixelHeight, stream.height)];
    return [ascii(ID.codecId, `V_${stream.codec}`), element(ID.video, ...size)];
  }
  return [
    ascii(ID.codecId, 'A_OPUS'),
    element(ID.codecPrivate, opusHead()),
    element(ID.audio, float(ID.samplingFrequency, OPUS_CLOCK_RATE), unsigned(ID.channels, 2)),
  ];
}

/** Media segment: whole clusters with absolute times. */
export function encodeWebmSegment(blocks: readonly WebmBlock[]): Buffer {
  const parts: Buffer[] = [];
  let cluster: WebmBlock[] = [];
  for (const block of blocks) {
    const first = cluster[0];
    if (first !== undefined && block.timeMs - first.timeMs > MAX_CLUSTER_MS) {
      encodeCluster(cluster, parts);
      cluster = [];
    }
    cluster.push(block);
  }
  encodeCluster(cluster, parts);
  return Buffer.concat(parts);
}

function encodeCluster(blocks: readonly WebmBlock[], parts: Buffer[]): void {
  const first = blocks[0];
  if (first === undefined) return;
  const time = unsigned(ID.timestamp, first.timeMs);
  const body: Buffer[] = [time];
  for (const block of blocks) encodeBlock(block, block.timeMs - first.timeMs, body);
  const size = body.reduce((sum, part) => sum + part.length, 0);
  parts.push(elementHead(ID.cluster, size), ...body);
}

function encodeBlock(block: WebmBlock, relativeMs: number, parts: Buffer[]): void {
  const head = Buffer.from([0x80 | TRACK_NUMBER, 0, 0, 0]);
  head.writeInt16BE(relativeMs, 1);
  if (block.durationMs === undefined) {
    head.writeUInt8(block.isKey ? KEYFRAME_FLAG : 0, 3);
    parts.push(elementHead(ID.simpleBlock, block.bytes + head.length), head, ...block.parts);
    return;
  }
  // A block in a group is a keyframe when it refers to no other block.
  const blockHead = elementHead(ID.block, block.bytes + head.length);
  const reference = block.isKey ? [] : [element(ID.referenceBlock, Buffer.from([0xff]))];
  const tail = Buffer.concat([unsigned(ID.blockDuration, block.durationMs), ...reference]);
  const size = blockHead.length + head.length + block.bytes + tail.length;
  parts.push(elementHead(ID.blockGroup, size), blockHead, head, ...block.parts, tail);
}
