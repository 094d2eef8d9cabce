import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestFailure } from '../api/request-failure.ts';
import type { RoomCall, RoomCallOptions } from './room-call.ts';
import { VisitEntry, type VisitPhase } from './visit.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class FakeTrack {
  readyState: MediaStreamTrackState = 'live';
  stop(): void {
    this.readyState = 'ended';
  }
}

/** A room that refuses with each of these codes in turn, and the last one for ever. */
function visitOf(codes: readonly ['lessonNotOpen' | 'forbidden', ...('lessonNotOpen' | 'forbidden')[]]) {
  const phases: VisitPhase['kind'][] = [];
  let tries = 0;
  const refuse = (): Promise<RoomCall> => {
    const code = codes[Math.min(tries, codes.length - 1)] ?? codes[0];
    tries += 1;
    return Promise.reject(new RequestFailure(code));
  };
  const entry = new VisitEntry((phase) => phases.push(phase.kind), refuse);
  return { entry, phases, tries: () => tries };
}

const withCamera = (camera: FakeTrack): RoomCallOptions =>
  ({ tracks: { camera: camera as unknown as MediaStreamTrack } }) as RoomCallOptions;

describe('the way into a room', () => {
  it('tries again while the lesson is not open, with the camera that was checked', async () => {
    const { entry, phases, tries } = visitOf(['lessonNotOpen', 'lessonNotOpen', 'forbidden']);
    const camera = new FakeTrack();
    await entry.enter(withCamera(camera));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(camera.readyState).toBe('live');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(phases).toEqual(['entering', 'notOpen', 'notOpen', 'refused']);
    expect([camera.readyState, tries()]).toEqual(['ended', 3]);
  });

  it('lets go of the camera when the page is left meanwhile', async () => {
    const { entry, tries } = visitOf(['lessonNotOpen']);
    const camera = new FakeTrack();
    await entry.enter(withCamera(camera));
    entry.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([camera.readyState, tries()]).toEqual(['ended', 1]);
  });

  it('lets go of the camera when the page is left at once', async () => {
    const { entry, tries } = visitOf(['lessonNotOpen']);
    const camera = new FakeTrack();
    const entering = entry.enter(withCamera(camera));
    entry.close();
    await entering;
    expect([camera.readyState, tries()]).toEqual(['ended', 0]);
  });
});
