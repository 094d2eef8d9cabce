import * as z from 'zod';
import { notice, request } from './define.ts';
import { MessageId, ReportId, SeatId } from './ids.ts';

/** Order in class: what the class may do by itself, who leads, and who helps (SPEC O). */

export const ClassRules = z.object({
  /** Who may write in the chat; everybody reads it. */
  chat: z.enum(['everybody', 'teachers', 'nobody']),
  /** Who opens the microphones of pupils, guardians and guests on stage. */
  microphones: z.enum(['themselves', 'teachers']),
  /** Who may share a screen: teachers, or whoever is on stage too. Never a listening classroom. */
  screens: z.enum(['teachers', 'stage']),
});
export type ClassRules = z.infer<typeof ClassRules>;

export const FIRST_RULES: ClassRules = { chat: 'everybody', microphones: 'themselves', screens: 'teachers' };

export const ClassOrder = z.object({
  rules: ClassRules,
  /** While teachers alone open microphones: whose they have opened. */
  openedSeatIds: z.array(SeatId),
  /** While no lecturer is connected: from then on a co-teacher may take the lesson over. */
  takeOverFromMs: z.int().nullable(),
});
export type ClassOrder = z.infer<typeof ClassOrder>;

/** A message of the chat, or somebody who is in the room. */
export const ReportTarget = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message'), messageId: MessageId, sentAtMs: z.int() }),
  z.object({ kind: z.literal('person'), seatId: SeatId }),
]);
export type ReportTarget = z.infer<typeof ReportTarget>;

/** As teachers are told of it. */
export const RoomReport = z.object({
  reportId: ReportId,
  byName: z.string(),
  aboutSeatId: SeatId,
  aboutName: z.string(),
  /** The beginning of the message; null when it is about the person. */
  text: z.string().nullable(),
  reason: z.string(),
  atMs: z.int(),
  isSeen: z.boolean(),
});
export type RoomReport = z.infer<typeof RoomReport>;

const nothing = z.object({});
const target = z.object({ seatId: SeatId });

export const classOrderRequests = {
  setRules: request({ needs: 'keepOrder', params: ClassRules, result: nothing }),
  /** Lifts a teacher's mute, and what the rules shut; not what its owner has shut. */
  openMicrophone: request({ needs: 'keepOrder', params: target, result: nothing }),
  /** The lecturer makes a co-teacher the lecturer and is one itself from then on. Errors: `notFound`, `forbidden` for whoever is no co-teacher. */
  handOver: request({ needs: 'handOver', params: target, result: nothing }),
  /** Makes an observer who teaches a co-teacher. Errors: `notFound`, `forbidden` for everybody else. */
  appointCoTeacher: request({ needs: 'handOver', params: target, result: nothing }),
  /** Errors: `conflict` while the lecturer is there, or has not been away for long enough. */
  takeOver: request({ needs: 'keepOrder', params: nothing, result: nothing }),
  /** Told to the teachers of the room and kept for the school's administrators. The same twice is one. Errors: `notFound`, `forbidden` about oneself, `tooManyRequests`. */
  report: request({
    needs: 'seated',
    params: z.object({ target: ReportTarget, reason: z.string().trim().max(200).default('') }),
    result: nothing,
  }),
  /** A teacher has seen to it; the school's administrators still have it. Errors: `notFound`. */
  seeReport: request({ needs: 'keepOrder', params: z.object({ reportId: ReportId }), result: nothing }),
} as const;

export const classOrderNotices = {
  /** To teachers alone, but to nobody whom it is about. Again when it is seen to. */
  reported: notice(z.object({ report: RoomReport })),
  orderChanged: notice(z.object({ order: ClassOrder })),
} as const;
