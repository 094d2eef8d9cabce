import { describe, expect, it } from 'vitest';
import { ProducerId, RecordingId, SeatId, TrackId } from '../../signaling/protocol/ids.ts';
import { loadMediaClip } from '../../tests/support/rtp/media-clip.ts';
import { rtpTimeline } from '../../tests/support/rtp/rtp-timeline.ts';
import { VideoEpoch } from '../mux/video-epoch.ts';
import { ChunkReader, encodeChunkHeader, encodeRecord, RECORD_OVERHEAD_BYTES } from './format.ts';
import { scanChunk } from './sealed-chunk.ts';

const ROUNDS = 150;
const STARTED = 1_790_000_000_000_000;
const CODEC = { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, parameters: {} };

function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
}

async function realChunk(): Promise<Buffer> {
  const clip = await loadMediaClip({ codec: 'VP8', width: 160, height: 96, fps: 10, seconds: 3 });
  const stream = { clip, startUnixUs: STARTED, ssrc: 7, payloadType: 96, cname: 'fuzz', durationUs: 3_000_000 };
  const head = encodeChunkHeader({
    recordingId: RecordingId.parse('rec-1'),
    trackId: TrackId.parse('track-1'),
    ...{ epoch: 1, n: 0, kind: 'video', source: 'camera', codec: CODEC, ssrc: 7, headerExtensions: {} },
    seatId: SeatId.parse('seat-1'),
    producerId: ProducerId.parse('producer-1'),
    ...{ wallUnixNs: '1', monotonicNs: '1' },
  });
  const records = Array.from(rtpTimeline(stream), ({ kind, atUnixUs, bytes }) =>
    encodeRecord(kind, BigInt(Math.round(atUnixUs)) * 1000n, bytes),
  );
  return Buffer.concat([head, ...records]);
}

/** Bytes flipped, cut off, doubled, taken out or overwritten with noise, anywhere. */
function mutate(chunk: Buffer, random: (below: number) => number): Buffer {
  const at = random(chunk.length);
  const length = random(400);
  switch (random(5)) {
    case 0:
      return chunk.subarray(0, at);
    case 1:
      return Buffer.concat([chunk, chunk.subarray(at)]);
    case 2:
      return Buffer.concat([chunk.subarray(0, at), chunk.subarray(at + length)]);
    case 3:
      return Buffer.concat([
        chunk.subarray(0, at),
        Buffer.from(Array.from({ length }, () => random(256))),
        chunk.subarray(at),
      ]);
    default: {
      const flipped = Buffer.from(chunk);
      for (let flips = 1 + random(4); flips > 0; flips -= 1)
        flipped[random(random(4) === 0 ? 600 : flipped.length)] = random(256);
      return flipped;
    }
  }
}

describe('packet log under damage', () => {
  it('reads mutated chunks (seeded) up to the damage and says where it is, and what is left can be muxed', async () => {
    const chunk = await realChunk();
    const whole = [...new ChunkReader(chunk)].map(({ bytes }) => bytes.toString('hex'));
    expect(whole.length).toBeGreaterThan(30);
    for (let seed = 1; seed <= ROUNDS; seed += 1) {
      const damaged = mutate(chunk, randomOf(seed));
      const reader = new ChunkReader(damaged);
      const records = [...reader];
      const { end, validBytes } = reader;
      expect(['whole', 'torn', 'corrupt'], `seed ${seed}`).toContain(end.state);
      expect(records.length * RECORD_OVERHEAD_BYTES, `seed ${seed}`).toBeLessThanOrEqual(damaged.length);
      if (end.state === 'whole') expect(validBytes, `seed ${seed}`).toBe(damaged.length);
      else expect(end.at, `seed ${seed}`).toBe(validBytes);
      // Checksums let nothing through that was not written.
      const known = new Set(whole);
      expect(
        records.every(({ bytes }) => known.has(bytes.toString('hex'))),
        `seed ${seed}`,
      ).toBe(true);
      expect(scanChunk(damaged)?.records ?? 0, `seed ${seed}`).toBe(records.length);
      const epoch = new VideoEpoch({
        ...{ epoch: { ssrc: 7, codec: CODEC }, startedAtUnixUs: STARTED, state: undefined },
        isWithheld: () => false,
      });
      expect(() => {
        epoch.reader.feed(0, damaged);
        epoch.end();
        epoch.take(true);
      }, `seed ${seed}`).not.toThrow();
    }
  });
});
