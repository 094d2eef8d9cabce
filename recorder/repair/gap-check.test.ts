import { describe, expect, it } from 'vitest';
import { ProducerId, SeatId, TrackId } from '../../signaling/protocol/ids.ts';
import { RecordingManifest, type ManifestEpoch, type ManifestTrack } from '../../storage/objects/manifest.ts';
import type { RecordingEvent } from '../contract.ts';
import type { Span } from '../produce/source/presence.ts';
import type { EpochReport } from './epoch-check.ts';
import { checkGaps } from './gap-check.ts';

const trackId = TrackId.parse('cam');
const S = 1_000_000;

interface Run extends Span {
  readonly epoch: number;
  readonly producer?: string;
  readonly holes?: readonly Span[];
}

/** Findings of one track that was received in these runs, with nothing marked unless it is said. */
function found(runs: readonly Run[], events: readonly RecordingEvent[] = [], marked: readonly Span[] = []) {
  const codec = { mimeType: 'video/H264', payloadType: 102, clockRate: 90_000, parameters: {} };
  const epochs = runs.map(({ epoch, producer = 'p' }): ManifestEpoch => {
    return { epoch, producerId: ProducerId.parse(producer), ssrc: 1, codec, chunks: [], closed: true };
  });
  const seat = { seatId: SeatId.parse('s'), seat: 'lecturer', displayName: '王老师' };
  const track: ManifestTrack = { trackId, ...seat, kind: 'video', source: 'camera', epochs };
  const reports = runs.map(({ epoch, fromUs, toUs, holes = [] }): EpochReport => {
    const facts = { trackId, epoch, source: 'camera', displayName: '王老师', codec: 'video/H264', chunks: 1, bytes: 1 };
    const received = { fromUs, toUs };
    return { facts: { ...facts, packets: 1, lost: 0, received, holes }, findings: [], packetsIn: new Map() };
  });
  const gaps = marked.map((span) => ({ ...span, trackId, cause: 'captureDown' as const }));
  const manifest = RecordingManifest.parse({
    ...{ version: 1, recordingId: 'r', lessonId: 'l', roomId: 'o', title: '', fence: 1, startedAtUnixUs: 0 },
    ...{ state: 'captured', tracks: [track], events: { chunks: [] }, gaps, renditions: [] },
  });
  const { findings } = checkGaps(manifest, [{ track, epochs: reports }], events);
  return findings.map(({ level, message }) => `${level} ${message}`);
}

const closed = (atS: number): RecordingEvent => ({ n: 0, atUs: atS * S, type: 'producerClosed', data: { trackId } });
const added = (atS: number): RecordingEvent => {
  const data = { seatId: SeatId.parse('s'), trackId, source: 'camera', kind: 'video' } as const;
  return { n: 1, atUs: atS * S, type: 'producerAdded', data };
};

describe('holes of a track', () => {
  const [first, second] = [
    { epoch: 1, fromUs: 0, toUs: 10 * S },
    { epoch: 2, fromUs: 15 * S, toUs: 20 * S },
  ];

  it('between epochs are told of, unless a gap marks them or another capture has what lies between', () => {
    expect(found([first, second])).toEqual([
      'warning track cam, between epochs 1 and 2: nothing was captured from 00:00:10 to 00:00:15 (5.0 s), and no gap marks it',
    ]);
    expect(found([first, second], [], [{ fromUs: 10.1 * S, toUs: 14.9 * S }])).toEqual([]);
    expect(found([first, second, { epoch: 101, fromUs: 5 * S, toUs: 30 * S }])).toEqual([]);
  });

  it('are none while the producer was away, but for what the line cost before the room let go of it', () => {
    const back = { ...second, producer: 'q', fromUs: 60 * S, toUs: 70 * S };
    expect(found([first, back], [closed(10.5), added(59.5)])).toEqual([]);
    expect(found([first, back], [closed(40), added(59.5)])).toEqual([
      'warning track cam, between epochs 1 and 2: nothing arrived from 00:00:10 to 00:00:38 (28.0 s), and no gap marks it',
    ]);
  });

  it('within an epoch are told of, unless the events explain them', () => {
    const run = { ...first, holes: [{ fromUs: 2 * S, toUs: 8 * S }] };
    expect(found([run])).toEqual([
      'warning track cam, epoch 1: nothing arrived from 00:00:02 to 00:00:08 (6.0 s), and no gap marks it',
    ]);
    const paused: RecordingEvent = { n: 0, atUs: 2 * S, type: 'producerPaused', data: { trackId } };
    const resumed: RecordingEvent = { n: 1, atUs: 8 * S, type: 'producerResumed', data: { trackId } };
    expect(found([run], [paused, resumed])).toEqual([]);
  });
});
