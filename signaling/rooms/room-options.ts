import type { RtpCapabilities } from 'mediasoup/types';
import type { Fence, SeatId } from '../protocol/ids.ts';
import type { TransportPair } from '../protocol/media.ts';
import type { Log } from '../runtime/log.ts';
import type { Broadcast, Clock, OpenMedia, RecordingControl, RoomLesson, RoomStore } from './ports.ts';
import type { RoomState } from './room-state.ts';
import type { SeatTokenSigner } from './seat-token.ts';

export interface RoomOptions {
  readonly lesson: RoomLesson;
  readonly fence: Fence;
  /** What the process before had saved. */
  readonly saved: RoomState | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly openMedia: OpenMedia;
  readonly recordingControl: RecordingControl;
  readonly store: RoomStore;
  readonly tokens: SeatTokenSigner;
  readonly broadcast: Broadcast;
  /** `ROOM_WEBRTC_MAX`. */
  readonly maxInside: number;
  /** The state has changed; `atOnce` when losing it would undo somebody's word. */
  readonly onSaveNeeded: (atOnce: boolean) => void;
}

export interface Entered {
  readonly seatId: SeatId;
  readonly seatToken: string;
  readonly phase: 'waiting' | 'inside';
  readonly routerRtpCapabilities: RtpCapabilities | null;
  readonly transports: TransportPair | null;
}

export interface RoomSummary {
  readonly lessonId: RoomLesson['facts']['lessonId'];
  readonly startedAtMs: number | null;
  readonly insideCount: number;
  readonly waitingCount: number;
  readonly hasTeacher: boolean;
  readonly isRecording: boolean;
}
