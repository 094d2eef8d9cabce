import * as z from 'zod';
import { ClassOrder, classOrderNotices, classOrderRequests, RoomReport } from './class-order.ts';
import { notice, request } from './define.ts';
import { RaceId, RequestId, SeatId } from './ids.ts';
import { inkNotices, inkRequests, PageInk } from './ink.ts';
import { pageNotices, pageRequests, ShownPage } from './pages.ts';
import { ClassSites, siteNotices, siteRequests } from './sites.ts';
import { RoomSound, soundNotices, soundRequests } from './room-sound.ts';
import { PollAnswer, pollNotices, pollRequests, ShownPoll, TeacherPoll } from './polls.ts';

/** What a teacher runs with the class: questions, random pick, countdown, answering race, pages on the board and what is written on them, and the sound of classrooms (SPEC Q, P, K, A, B, I, Z). */

const somebody = { seatId: SeatId, displayName: z.string(), schoolName: z.string().nullable() };

export const Pick = z.object({ ...somebody, pickedAtMs: z.int() });
export type Pick = z.infer<typeof Pick>;

export const PickAmong = z.enum(['everybody', 'pupils', 'sites']);
export type PickAmong = z.infer<typeof PickAmong>;

/** By the server's clock. `endsAtMs` is null while it is paused. */
export const Countdown = z.object({
  durationMs: z.int(),
  endsAtMs: z.int().nullable(),
  /** At the moment of the pause. */
  leftMs: z.int(),
  /** A sound at the end, on every page. */
  sounds: z.boolean(),
});
export type Countdown = z.infer<typeof Countdown>;

/** Pupils' cameras, which teachers alone see (SPEC V). */
export const WallState = z.object({
  /** To a teacher: whether the school has it at all; to a pupil: whether its own school has it too. */
  isAllowed: z.boolean(),
  isOn: z.boolean(),
});
export type WallState = z.infer<typeof WallState>;

export const Race = z.object({
  raceId: RaceId,
  state: z.enum(['ready', 'open', 'won']),
  /** Presses before it do not count. */
  opensAtMs: z.int(),
  winner: z.object({ ...somebody, afterMs: z.int() }).nullable(),
});
export type Race = z.infer<typeof Race>;

/** Part of the snapshot of whoever is inside. */
export const ClassTools = z.object({
  poll: ShownPoll.nullable(),
  /** To the question that is shown. */
  myAnswer: PollAnswer.nullable(),
  pick: Pick.nullable(),
  countdown: Countdown.nullable(),
  race: Race.nullable(),
  /** On the board, from a teacher's file. */
  page: ShownPage.nullable(),
  ink: PageInk,
  wall: WallState,
  order: ClassOrder,
  /** For teachers; empty for everybody else. */
  reports: z.array(RoomReport),
  /** For teachers. */
  sound: RoomSound,
  /** Of this lesson, for teachers; empty for everybody else. */
  polls: z.array(TeacherPoll),
  sites: ClassSites,
});
export type ClassTools = z.infer<typeof ClassTools>;

const SECOND_MS = 1_000;
const LONGEST_COUNTDOWN_MS = 3_600_000;
const nothing = z.object({});

export const classToolRequests = {
  ...pollRequests,
  ...pageRequests,
  ...inkRequests,
  ...siteRequests,
  ...classOrderRequests,
  ...soundRequests,
  /** Nobody twice until all who are there had their turn. Idempotent by `requestId`. Errors: `notFound` when nobody is there. */
  pickSomebody: request({
    needs: 'runTools',
    params: z.object({ requestId: RequestId, among: PickAmong.default('everybody') }),
    result: z.object({ pick: Pick }),
  }),
  clearPick: request({ needs: 'runTools', params: nothing, result: nothing }),

  startCountdown: request({
    needs: 'runTools',
    params: z.object({
      durationMs: z.int().min(SECOND_MS).max(LONGEST_COUNTDOWN_MS),
      sounds: z.boolean().default(false),
    }),
    result: nothing,
  }),
  /** Errors: `conflict` when none is running. */
  setCountdownPaused: request({ needs: 'runTools', params: z.object({ paused: z.boolean() }), result: nothing }),
  stopCountdown: request({ needs: 'runTools', params: nothing, result: nothing }),

  /** Idempotent by `requestId`. */
  startRace: request({
    needs: 'runTools',
    params: z.object({
      requestId: RequestId,
      leadMs: z
        .int()
        .min(SECOND_MS)
        .max(10 * SECOND_MS)
        .default(3 * SECOND_MS),
    }),
    result: z.object({ raceId: RaceId }),
  }),
  /** Errors: `forbidden` where the school does not have it. */
  setWall: request({ needs: 'runTools', params: z.object({ isOn: z.boolean() }), result: nothing }),

  endRace: request({ needs: 'runTools', params: nothing, result: nothing }),
  /** `early`: before it was open, which does not count; `late`: somebody was faster. Errors: `notFound` when this race is over. */
  pressRace: request({
    needs: 'answer',
    params: z.object({ raceId: RaceId }),
    result: z.object({ outcome: z.enum(['won', 'early', 'late']) }),
  }),
} as const;

export const classToolNotices = {
  ...pollNotices,
  ...pageNotices,
  ...inkNotices,
  ...siteNotices,
  ...classOrderNotices,
  ...soundNotices,
  pickChanged: notice(z.object({ pick: Pick.nullable() })),
  countdownChanged: notice(z.object({ countdown: Countdown.nullable() })),
  wallChanged: notice(z.object({ isOn: z.boolean() })),
  raceChanged: notice(z.object({ race: Race.nullable() })),
} as const;
