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

/**
 * - `ducked`: its own page turns its microphone down for as long as anything sounds there.
 * - `muted`: ducking did not help; shut for the class until it is called on, opens itself, or a teacher lets it go.
 * - `letGo`: a teacher wants it heard as it is; it is only named.
 */
export const EchoSource = z.object({
  seatId: SeatId,
  displayName: z.string(),
  schoolName: z.string().nullable(),
  state: z.enum(['ducked', 'muted', 'letGo']),
});
export type EchoSource = z.infer<typeof EchoSource>;

/** The lists are for teachers; empty to everybody else. */
export const RoomSound = z.object({
  checks: z.array(SiteSound),
  echoes: z.array(EchoSource),
  /** Whether the seat that is told turns its own microphone down while others are heard there. */
  isDucked: z.boolean(),
});
export type RoomSound = z.infer<typeof RoomSound>;

const nothing = z.object({});
const target = z.object({ seatId: SeatId });

export const soundRequests = {
  /** By a site. Errors: `forbidden` for everybody else. */
  reportSound: request({ needs: 'seated', params: MeasuredSound, result: nothing }),
  /** A teacher's page hears its own voice come back from this seat. Errors: `notFound`, `forbidden` for a teacher's seat. */
  reportEcho: request({ needs: 'muteOthers', params: target, result: nothing }),
  /** Heard as it is, and neither ducked nor muted by itself any more in this lesson. */
  letEchoGo: request({ needs: 'muteOthers', params: target, result: nothing }),
} as const;

export const soundNotices = {
  /** To teachers; to anybody else when its own microphone is ducked or is not any more. */
  soundChanged: notice(RoomSound),
} as const;
