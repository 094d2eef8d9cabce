import { describe, expect, it } from 'vitest';
import { encodeAnnotation, parseAnnotation } from './annotation.ts';
import { ChunkHeader, ChunkReader, encodeChunkHeader, encodeRecord, RECORD_KINDS } from './format.ts';

const header = ChunkHeader.parse({
  recordingId: 'recording-1',
  trackId: 'track-1',
  epoch: 1,
  n: 0,
  kind: 'video',
  source: 'camera',
  seatId: 'seat-1',
  codec: { mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 },
  ssrc: 0xff_ff_ff_ff,
  headerExtensions: { 'urn:ietf:params:rtp-hdrext:ssrc-audio-level': 10 },
  producerId: 'producer-1',
  wallUnixNs: '1790000000000000000',
  monotonicNs: '12345678901234',
});

/** Mulberry32: a small generator with a seed, so that a failing run can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function chunkOf(records: readonly Buffer[]): Buffer {
  return Buffer.concat([encodeChunkHeader(header), ...records]);
}

function someRecords(count: number, random: () => number): Buffer[] {
  return Array.from({ length: count }, (_, index) => {
    const bytes = Buffer.from(Array.from({ length: Math.floor(random() * 60) }, () => Math.floor(random() * 256)));
    return encodeRecord(RECORD_KINDS[index % 3] ?? 'rtp', 1_790_000_000_000_000_000n + BigInt(index) * 1000n, bytes);
  });
}

describe('ChunkReader', () => {
  it('gives back the header and each record as written', () => {
    const packet = Buffer.from('80e5000100000000ffffffff00', 'hex');
    const note = encodeAnnotation({ type: 'clock', localUnixUs: 1, remoteUnixUs: 2, rttUs: 3 });
    const reader = new ChunkReader(
      chunkOf([
        encodeRecord('rtp', 1_790_000_000_123_456_789n, packet),
        encodeRecord('rtcp', 1_790_000_000_123_457_000n, Buffer.alloc(0)),
        encodeRecord('annotation', 1_790_000_001_000_000_000n, note),
      ]),
    );
    const records = [];
    for (const record of reader) records.push(record);
    expect(reader.header).toEqual(header);
    expect(records.map((record) => [record.kind, record.receivedUnixUs])).toEqual([
      ['rtp', 1_790_000_000_123_456],
      ['rtcp', 1_790_000_000_123_457],
      ['annotation', 1_790_000_001_000_000],
    ]);
    expect(records[0]?.bytes.equals(packet)).toBe(true);
    expect(parseAnnotation(records[2]?.bytes ?? Buffer.alloc(0))).toEqual({
      type: 'clock',
      localUnixUs: 1,
      remoteUnixUs: 2,
      rttUs: 3,
    });
    expect(reader.end).toEqual({ state: 'whole' });
  });

  it('ends at the last whole record wherever the chunk is cut', () => {
    const records = someRecords(6, randomFrom(1));
    const chunk = chunkOf(records);
    const head = chunk.length - records.reduce((sum, record) => sum + record.length, 0);
    for (let cut = 0; cut <= chunk.length; cut += 1) {
      let whole = 0;
      let end = head;
      while (whole < records.length && end + (records[whole]?.length ?? 0) <= cut) end += records[whole++]?.length ?? 0;
      const reader = new ChunkReader(chunk.subarray(0, cut));
      expect([...reader].length).toBe(cut < head ? 0 : whole);
      expect(reader.validBytes).toBe(cut < head ? 0 : end);
      expect(reader.end.state).toBe(cut >= head && cut === end ? 'whole' : 'torn');
    }
  });
});

describe('ChunkReader on damaged chunks', () => {
  it('stops before a record with a flipped bit and reports where', () => {
    const records = someRecords(5, randomFrom(2));
    const chunk = chunkOf(records);
    const third = chunk.length - records.slice(2).reduce((sum, record) => sum + record.length, 0);
    for (let bit = 0; bit < (records[2]?.length ?? 0) * 8; bit += 1) {
      const damaged = Buffer.from(chunk);
      damaged[third + (bit >> 3)] = (damaged[third + (bit >> 3)] ?? 0) ^ (1 << (bit & 7));
      const reader = new ChunkReader(damaged);
      expect([...reader].length).toBe(2);
      expect(reader.validBytes).toBe(third);
      expect(reader.end).toMatchObject({ at: third });
    }
  });

  it('has no header and no records when the header is damaged', () => {
    const chunk = chunkOf(someRecords(2, randomFrom(3)));
    for (const at of [0, 4, 6, 12]) {
      const damaged = Buffer.from(chunk);
      damaged[at] = (damaged[at] ?? 0) ^ 0x40;
      const reader = new ChunkReader(damaged);
      expect(reader.header).toBeUndefined();
      expect([...reader]).toEqual([]);
      expect(reader.validBytes).toBe(0);
      expect(reader.end.state).not.toBe('whole');
    }
  });

  it('never throws and never reads past the damage on garbage (seeded)', () => {
    const random = randomFrom(20_261_122);
    for (let round = 0; round < 2000; round += 1) {
      const chunk = chunkOf(someRecords(1 + Math.floor(random() * 5), random));
      const flips = 1 + Math.floor(random() * 4);
      const untouched = Buffer.from(chunk);
      for (let flip = 0; flip < flips; flip += 1)
        chunk[Math.floor(random() * chunk.length)] = Math.floor(random() * 256);
      const length = random() < 0.5 ? chunk.length : Math.floor(random() * chunk.length);
      const reader = new ChunkReader(chunk.subarray(0, length));
      for (const record of reader) expect(RECORD_KINDS).toContain(record.kind);
      expect(chunk.subarray(0, reader.validBytes).equals(untouched.subarray(0, reader.validBytes))).toBe(true);
    }
    for (let round = 0; round < 500; round += 1) {
      const noise = Buffer.from(Array.from({ length: Math.floor(random() * 200) }, () => Math.floor(random() * 256)));
      expect([...new ChunkReader(noise)]).toEqual([]);
    }
  });
});
