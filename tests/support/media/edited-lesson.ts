import { LoggedRecording, PAYLOAD_TYPES, type LoggedStream } from './logged-recording.ts';
import { loadMediaClip, type MediaClip } from '../rtp/media-clip.ts';
import { rtpTimeline } from '../rtp/rtp-timeline.ts';
import type { ObjectStore } from '../../../storage/ports.ts';

const STARTED_UNIX_US = 1_790_000_000_000_000;
export const LESSON_US = 44_000_000;
/** Everything but the pupil begins so late. */
export const LEAD_US = 500_000;
export const FPS = 15;
export const LECTURER_HZ = 440;
export const PUPIL_HZ = 700;
/** When the pupil is on stage, session seconds. */
export const PUPIL_FROM = 24;
export const PUPIL_TO = 32;
const SIZE = { width: 160, height: 96, fps: FPS, kilobitsPerSecond: 100 } as const;

type Stream = Pick<LoggedStream, 'track' | 'seat' | 'source' | 'codec'> & { readonly clip: MediaClip };

/**
 * A lecturer with camera, board and a tone for the whole lesson, and a pupil with camera and another tone for a part of it: packet logs as capture leaves them, with all that was told of
 * the pupil on the way.
 */
export async function logEditedLesson(store: ObjectStore, lengthUs: number = LESSON_US): Promise<LoggedRecording> {
  const [h264, vp8, low, high] = await Promise.all([
    loadMediaClip({ codec: 'H264', ...SIZE }),
    loadMediaClip({ codec: 'VP8', ...SIZE }),
    loadMediaClip({ codec: 'opus', toneHz: LECTURER_HZ }),
    loadMediaClip({ codec: 'opus', toneHz: PUPIL_HZ }),
  ]);
  const recording = new LoggedRecording(store, STARTED_UNIX_US);
  const lecturer = { startUs: LEAD_US, durationUs: lengthUs - LEAD_US };
  const pupil = { startUs: PUPIL_FROM * 1e6, durationUs: (PUPIL_TO - PUPIL_FROM) * 1e6 };
  const streams: readonly (Stream & { readonly startUs: number; readonly durationUs: number })[] = [
    { track: 'cam', seat: 'lecturer', source: 'camera', codec: 'H264', clip: h264, ...lecturer },
    { track: 'board', seat: 'lecturer', source: 'screen', codec: 'VP8', clip: vp8, ...lecturer },
    { track: 'mic', seat: 'lecturer', source: 'microphone', codec: 'opus', clip: low, ...lecturer },
    { track: 'pupil-cam', seat: 'pupil', source: 'camera', codec: 'H264', clip: h264, ...pupil },
    { track: 'pupil-mic', seat: 'pupil', source: 'microphone', codec: 'opus', clip: high, ...pupil },
  ];
  for (const [index, { clip, startUs, durationUs, ...stream }] of streams.entries()) {
    const ssrc = index + 1;
    const startUnixUs = STARTED_UNIX_US + startUs;
    const payloadType = PAYLOAD_TYPES[stream.codec];
    const packets = rtpTimeline({ clip, startUnixUs, durationUs, ssrc, payloadType, cname: 'test' });
    recording.add({ ...stream, ssrc, packets });
  }
  return recording;
}
