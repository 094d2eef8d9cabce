import { describe, expect, it } from 'vitest';
import { Fence } from '../../signaling/protocol/ids.ts';
import { RecordingManifest } from '../../storage/objects/manifest.ts';
import { RecordingGoal } from '../contract.ts';
import { applyNotes, type EpochFacts, type ManifestNote } from './manifest-notes.ts';
import { TrackFacts } from './recording-file.ts';

const goal = RecordingGoal.parse({
  recordingId: 'recording-1',
  lessonId: 'lesson-1',
  roomId: 'lesson-1',
  title: '光合作用',
  fence: 4,
  startedAtUnixUs: 1_790_000_000_000_000,
  sfuUrl: 'ws://127.0.0.1:4000',
  producers: [
    {
      producerId: 'producer-1',
      trackId: 'track-1',
      seatId: 'seat-1',
      seat: 'lecturer',
      displayName: '王老师',
      kind: 'audio',
      source: 'microphone',
    },
  ],
});
const [producer] = goal.producers;
const track = TrackFacts.parse(producer);

function epochOf(epoch: number): EpochFacts {
  const codec = { mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, channels: 2, parameters: {} };
  return { track, epoch, producerId: goal.producers[0]?.producerId ?? ('' as never), ssrc: 7, codec };
}

function chunkNote(epoch: number, n: number): ManifestNote {
  const chunk = { n, key: `${epoch}-${n}`, bytes: 1, records: 1, firstReceivedUnixUs: n, lastReceivedUnixUs: n };
  return { type: 'chunk', epoch: epochOf(epoch), chunk };
}

const gap = { trackId: track.trackId, fromUs: 1, toUs: 2, cause: 'captureDown' } as const;

describe('applyNotes', () => {
  it('makes a valid manifest from nothing, in order, whatever order the uploads ended in', () => {
    const notes = [chunkNote(2, 1), chunkNote(1, 0), chunkNote(2, 0)];
    const manifest = RecordingManifest.parse(applyNotes(undefined, goal, notes));
    expect(manifest).toMatchObject({ title: '光合作用', fence: 4, state: 'capturing', gaps: [] });
    const epochs = manifest.tracks[0]?.epochs ?? [];
    expect(epochs.map(({ epoch, chunks }) => [epoch, chunks.map(({ n }) => n)])).toEqual([
      [1, [0]],
      [2, [0, 1]],
    ]);
  });

  it('changes nothing when the same is said twice', () => {
    const notes: ManifestNote[] = [
      chunkNote(1, 0),
      { type: 'epochClosed', trackId: track.trackId, epoch: 1 },
      { type: 'gap', gap },
      { type: 'events', n: 0, key: 'events-0', lines: 3, crc32: 7 },
      { type: 'captured', endedAtUs: 9 },
    ];
    const once = applyNotes(undefined, goal, notes);
    expect(applyNotes(once, goal, notes)).toEqual(once);
    expect(once).toMatchObject({ state: 'captured', endedAtUs: 9, gaps: [gap] });
    expect(once.tracks[0]?.epochs[0]?.closed).toBe(true);
  });

  it('leaves what others own as it is, and its argument too', () => {
    const stored = applyNotes(undefined, goal, [chunkNote(1, 0)]);
    const clock = { anchorRtp: 1, anchorUs: 2, skewPpm: 3, basis: 'senderReports' as const };
    const epoch = stored.tracks[0]?.epochs[0];
    if (epoch !== undefined) epoch.clock = clock;
    stored.renditions.push({ kind: 'views', index: 'index.json', durationUs: 1, createdAtUnixMs: 2 });
    const before = structuredClone(stored);
    const after = applyNotes(stored, goal, [chunkNote(1, 1)]);
    expect(stored).toEqual(before);
    expect(after.renditions).toEqual(before.renditions);
    expect(after.tracks[0]?.epochs[0]).toMatchObject({ clock, chunks: [{ n: 0 }, { n: 1 }] });
  });

  it('takes of a capture that has lost the recording what it had captured, and nothing else', () => {
    const newer = { ...goal, fence: Fence.parse(5), title: '叶绿体' };
    const [startedUs, second] = [goal.startedAtUnixUs, 1_000_000];
    const timed = (epoch: number, fromS: number, toS: number): ManifestNote => {
      const times = { firstReceivedUnixUs: startedUs + fromS * second, lastReceivedUnixUs: startedUs + toS * second };
      return { type: 'chunk', epoch: epochOf(epoch), chunk: { n: 0, key: `${epoch}`, bytes: 1, records: 1, ...times } };
    };
    const missed = { ...gap, fromUs: 0, toUs: 12 * second };
    const stored = applyNotes(undefined, newer, [
      timed(101, 12, 20),
      { type: 'gap', gap: missed },
      { type: 'captured', endedAtUs: 20 * second },
    ]);
    const late = applyNotes(stored, goal, [timed(1, 2, 9), { type: 'captured', endedAtUs: 9 * second }]);
    expect(late).toMatchObject({ fence: 5, title: '叶绿体', state: 'captured', endedAtUs: 20 * second });
    expect(late.tracks[0]?.epochs.map(({ epoch }) => epoch)).toEqual([1, 101]);
    // What it holds is not missing, nor is what was before the track began.
    expect(late.gaps).toEqual([{ ...missed, fromUs: 9 * second }]);
  });
});
