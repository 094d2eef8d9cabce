import * as z from 'zod';
import { notice, request } from './define.ts';
import { SeatId } from './ids.ts';

/** The sound of classrooms: what their check before class has found, and whose microphone gives back what a teacher says (SPEC Z). */

/**
 * - `noMicrophone`: none, or it delivers nothing at all.
 * - `notHeard`: the microphone works, but what the loudspeakers play does not reach it: they are off.
 * - `tooLoud`: so loud that the microphone is overdriven.
 * - `echo`: what is played still reaches the others after echo cancellation.
 * - `noisy`: the room drowns a voice.
 */
export const SoundVerdict = z.enum(['ok', 'noMicrophone', 'notHeard', 'tooLoud', 'echo', 'noisy']);
export type SoundVerdict = z.infer<typeof SoundVerdict>;

const decibels = z.number().min(-140).max(20).nullable();

/** Levels in dB of full scale; null where nothing could be measured. */
export const MeasuredSound = z.object({
  verdict: SoundVerdict,
  /** What of the test sound reaches the microphone. */
  reachedDb: decibels,
  /** The room while nothing is played. */
  noiseDb: decibels,
  /** What is left of it after echo cancellation. */
  echoDb: decibels,
});
export type MeasuredSound = z.infer<typeof MeasuredSound>;

export const SiteSound = MeasuredSound.extend({ seatId: SeatId, checkedAtMs: z.int() });
export type SiteSound = z.infer<typeof SiteSound>;

/** Muted for the class until a teacher lets it be heard again; let go, it is only named. */
export const EchoSource = z.object({
  seatId: SeatId,
  displayName: z.string(),
  schoolName: z.string().nullable(),
  state: z.enum(['muted', 'letGo']),
});
export type EchoSource = z.infer<typeof EchoSource>;

/** For teachers; empty to everybody else. */
export const RoomSound = z.object({ checks: z.array(SiteSound), echoes: z.array(EchoSource) });
export type RoomSound = z.infer<typeof RoomSound>;

const nothing = z.object({});
const target = z.object({ seatId: SeatId });

export const soundRequests = {
  /** By a site. Errors: `forbidden` for everybody else. */
  reportSound: request({ needs: 'seated', params: MeasuredSound, result: nothing }),
  /** A teacher's page hears its own voice come back from this seat. Errors: `notFound`, `forbidden` for a teacher's seat. */
  muteEcho: request({ needs: 'muteOthers', params: target, result: nothing }),
  /** Heard again, and not muted by itself any more in this lesson. */
  letEchoGo: request({ needs: 'muteOthers', params: target, result: nothing }),
} as const;

export const soundNotices = {
  /** To teachers. */
  soundChanged: notice(RoomSound),
} as const;
