import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordingEvent } from '../../../recorder/contract.ts';
import { CoursewareId, SeatId, StrokeId } from '../../../signaling/protocol/ids.ts';
import { WHITEBOARD } from '../../../signaling/protocol/ink.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../../storage/ports.ts';
import { loadMediaClip, type MediaClip } from '../rtp/media-clip.ts';
import { rtpTimeline } from '../rtp/rtp-timeline.ts';
import { PAYLOAD_TYPES, type LoggedRecording } from './logged-recording.ts';
import { ffmpegRun } from './uploaded-film.ts';

export const PAGED_US = 30_000_000;
export const PUPIL = SeatId.parse('seat-pupil');
const FILE = CoursewareId.parse('a-teachers-file');
const GONE = CoursewareId.parse('a-file-that-is-gone');

/** Session seconds. */
const EVENTS: readonly (readonly [at: number, Pick<RecordingEvent, 'type' | 'data'>])[] = [
  [4, { type: 'slide', data: { page: 2, coursewareId: FILE } }],
  [6, { type: 'ink', data: { page: 2, coursewareId: FILE, ...stroke('pupil', PUPIL) } }],
  [20, { type: 'slide', data: { page: 1, coursewareId: WHITEBOARD.coursewareId } }],
  [21, { type: 'ink', data: { page: 1, coursewareId: WHITEBOARD.coursewareId, ...stroke('own', 'seat-lecturer') } }],
  [25, { type: 'slideHidden', data: {} }],
  [26, { type: 'slide', data: { page: 1, coursewareId: GONE } }],
  [28, { type: 'slideHidden', data: {} }],
];

/** A green line across the page, at a quarter of its height. */
function stroke(strokeId: string, seatId: string) {
  const who = { strokeId: StrokeId.parse(strokeId), seatId: SeatId.parse(seatId) };
  return { ...who, colour: 'green' as const, shape: 'pen' as const, points: [0, 2_500, 10_000, 2_500] };
}

/**
 * Logs a lesson of half a minute that is taught from pages, and puts their pictures: a lecturer's camera and voice throughout; from 4 s a page (magenta, 4:3) on which a pupil writes at 6 s; from
 * 12 to 18 s a screen in front of it; from 20 to 25 s the whiteboard, on which the lecturer writes; at the end a page whose file is gone.
 */
export async function logPagedLesson(store: ObjectStore, recording: LoggedRecording): Promise<void> {
  const size = { width: 160, height: 96, fps: 15, kilobitsPerSecond: 100 } as const;
  const add = (
    track: string,
    source: 'camera' | 'screen' | 'microphone',
    clip: MediaClip,
    from: number,
    to: number,
  ) => {
    const ssrc = [...track].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
    const packets = rtpTimeline({
      ...{ clip, ssrc, cname: 'test', payloadType: PAYLOAD_TYPES[clip.codec] },
      ...{ startUnixUs: recording.startedAtUnixUs + from * 1e6, durationUs: (to - from) * 1e6 },
    });
    recording.add({ track, seat: 'lecturer', source, codec: clip.codec, ssrc, packets });
  };
  add('cam', 'camera', await loadMediaClip({ codec: 'H264', ...size }), 0, 30);
  add('scr', 'screen', await loadMediaClip({ codec: 'VP8', ...size }), 12, 18);
  add('mic', 'microphone', await loadMediaClip({ codec: 'opus' }), 0, 30);
  await recording.addEvents(EVENTS.map(([at, event], n) => ({ n, atUs: at * 1e6, ...event }) as RecordingEvent));
  await recording.storeUntil(undefined, { endedAtUs: PAGED_US });
  const folder = await mkdtemp(join(tmpdir(), 'tongke-page-'));
  try {
    const page = join(folder, 'page.webp');
    await ffmpegRun('-f', 'lavfi', '-i', 'color=c=magenta:s=640x480', '-frames:v', '1', '-c:v', 'libwebp', page);
    await store.put(objectKeys.coursewarePage(FILE, 2, 'page'), await readFile(page));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
