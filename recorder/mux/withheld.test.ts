import { describe, expect, it } from 'vitest';
import { SeatId, TrackId } from '../../signaling/protocol/ids.ts';
import type { RecordingEvent } from '../contract.ts';
import { changedSpans, isWithheld, withheldAfter, type WithheldSpan } from './withheld.ts';

const [mic, cam] = [TrackId.parse('mic'), TrackId.parse('cam')];
let n = 0;
const closed = (trackId: TrackId, atUs: number): RecordingEvent => ({
  ...{ n: (n += 1), atUs, type: 'producerClosed', data: { trackId } },
});
const added = (trackId: TrackId, atUs: number): RecordingEvent => ({
  ...{ n: (n += 1), atUs, type: 'producerAdded' },
  data: { trackId, seatId: SeatId.parse('seat'), source: 'microphone', kind: 'audio' },
});
const after = (...events: readonly RecordingEvent[]): readonly WithheldSpan[] =>
  events.reduce<readonly WithheldSpan[]>(withheldAfter, []);

describe('what of a track is not for the recording', () => {
  it('is between a producer’s end and the next one, of this track alone (N8)', () => {
    const spans = after(
      added(mic, 0),
      added(cam, 0),
      closed(mic, 10),
      closed(mic, 11),
      added(mic, 20),
      closed(cam, 30),
    );
    expect([0, 9, 10, 19, 20, 99].map((atUs) => isWithheld(spans, mic, atUs))).toEqual([
      ...[false, false, true, true, false, false],
    ]);
    expect([29, 30, 1e15].map((atUs) => isWithheld(spans, cam, atUs))).toEqual([false, true, true]);
  });

  it('is nothing of one that goes on as another, until that one is not for the recording', () => {
    const renamed: RecordingEvent = {
      ...{ n: (n += 1), atUs: 10, type: 'producerClosed', data: { trackId: mic, continuesAs: cam } },
    };
    const handedOver = after(added(mic, 0), renamed, added(cam, 10));
    expect(isWithheld(handedOver, mic, 50)).toBe(false);
    expect(changedSpans([], handedOver)).toEqual([]);
    const inGroup = withheldAfter(withheldAfter(handedOver, closed(cam, 60)), added(cam, 90));
    expect([59, 60, 95].map((atUs) => isWithheld(inGroup, mic, atUs))).toEqual([false, true, true]);
    expect([59, 60, 95].map((atUs) => isWithheld(inGroup, cam, atUs))).toEqual([false, true, false]);
  });

  it('makes nothing be derived again that stays as it was, nor what was on its way', () => {
    const open = after(closed(mic, 1_000_000));
    expect(changedSpans(open, open)).toEqual([]);
    const [late] = changedSpans([], open);
    expect(late?.fromUs).toBeGreaterThan(1_000_000);
    expect(late?.fromUs).toBeLessThan(1_500_000);
    const ended = after(closed(mic, 1_000_000), added(mic, 5_000_000));
    expect(changedSpans(open, ended)).toMatchObject([{ trackId: mic, fromUs: 5_000_000 }]);
    expect(changedSpans(ended, [])).toEqual(ended);
  });
});
