import { describe, expect, it } from 'vitest';
import { ProducerId, RecordingId, SeatId, TrackId } from '../../signaling/protocol/ids.ts';
import { encodeAnnotation } from '../packet-log/annotation.ts';
import { encodeChunkHeader, encodeRecord, type RecordKind } from '../packet-log/format.ts';
import { EpochReader } from './epoch-reader.ts';

const STARTED_US = 1_790_000_000_000_000;
const SSRC = 7;
const codec = { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2, parameters: {} };

/** What was received `atMs` after the start, by a clock that is `behindUs` behind the media node's. */
const record = (kind: RecordKind, atMs: number, behindUs: number, bytes: Buffer): Buffer =>
  encodeRecord(kind, BigInt(STARTED_US + atMs * 1_000 - behindUs) * 1_000n, bytes);

function packet(sequence: number): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.set([0x80, codec.payloadType]);
  bytes.writeUInt16BE(sequence, 2);
  bytes.writeUInt32BE(sequence * 960, 4);
  bytes.writeUInt32BE(SSRC, 8);
  return bytes;
}

function clockPair(atMs: number, behindUs: number): Buffer {
  const remoteUnixUs = STARTED_US + atMs * 1_000;
  return encodeAnnotation({ type: 'clock', localUnixUs: remoteUnixUs - behindUs, remoteUnixUs, rttUs: 200 });
}

/** A packet every 20 ms; the clock of the node is seen after some of them. */
function chunk(behindUs: number, packets: number, seenAfter: number): Buffer {
  const header = encodeChunkHeader({
    ...{ recordingId: RecordingId.parse('rec'), trackId: TrackId.parse('mic'), epoch: 1, n: 0, kind: 'audio' },
    ...{ source: 'microphone', seatId: SeatId.parse('seat'), codec, ssrc: SSRC, headerExtensions: {} },
    ...{ producerId: ProducerId.parse('producer'), wallUnixNs: '0', monotonicNs: '0' },
  });
  const records = Array.from({ length: packets }, (_, index) => {
    const atMs = 20 * index;
    const sent = record('rtp', atMs, behindUs, packet(index));
    return index === seenAfter ? [record('annotation', atMs, behindUs, clockPair(atMs, behindUs)), sent] : [sent];
  });
  return Buffer.concat([header, ...records.flat()]);
}

/** Where the reader puts what it receives, in ms. */
function receivedIn(bytes: Buffer): { readonly asked: number[]; readonly given: number[] } {
  const [asked, given]: [number[], number[]] = [[], []];
  const reader = new EpochReader({
    epoch: { ssrc: SSRC, codec },
    startedAtUnixUs: STARTED_US,
    state: undefined,
    isWithheld: (receivedUs) => {
      asked.push(receivedUs / 1_000);
      return receivedUs >= 60_000;
    },
    onPacket: ({ receivedUs }) => given.push(receivedUs / 1_000),
  });
  reader.feed(0, bytes);
  reader.end();
  return { asked, given };
}

describe('an epoch of a capture host', () => {
  it.each([
    { name: 'behind', behindUs: 3_000_000 },
    { name: 'ahead', behindUs: -3_000_000 },
  ])('whose clock is $name is read on the clock of the media node from its first packet on', ({ behindUs }) => {
    const all = [0, 20, 40, 60, 80];
    for (const seenAfter of [0, 2, 4]) {
      const { asked, given } = receivedIn(chunk(behindUs, all.length, seenAfter));
      expect(asked).toEqual(all);
      expect(given).toEqual([0, 20, 40]);
    }
  });
});
