import * as z from 'zod';
import { notice, request } from './define.ts';
import { RequestId, SeatId } from './ids.ts';

/** The screen of a listening classroom: what it is set up with, what it is told to do, and what the teacher beside the pupils does with a phone (SPEC F). */

/** Listening classrooms of one lesson. */
export const MOST_CLASSROOMS = 25;
export const MAX_CAMERAS = 8;
export const MAX_NAME = 20;
export const MAX_NOTE = 300;

/** What a camera of a classroom looks at. */
export const SiteCamera = z.enum(['pupils', 'teacher']);
export type SiteCamera = z.infer<typeof SiteCamera>;

/** What is large on the (first) screen: `auto` is the board while there is one. */
export const SiteLayout = z.enum(['auto', 'board', 'people']);
export type SiteLayout = z.infer<typeof SiteLayout>;

export const SiteVolume = z.int().min(0).max(100);

/** As the screen says it is now. */
export const SiteSetup = z.object({
  /** Those it has; the one that it sends. */
  cameras: z.array(SiteCamera).max(MAX_CAMERAS),
  camera: SiteCamera.nullable(),
  hasMicrophone: z.boolean(),
  /** Switched off at the screen: not even a teacher's call opens it. */
  isMicrophoneOff: z.boolean(),
  volume: SiteVolume,
  layout: SiteLayout,
  screens: z.int().min(1).max(4),
});
export type SiteSetup = z.infer<typeof SiteSetup>;

export const SiteOrder = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('camera'), camera: SiteCamera.nullable() }),
  z.object({ kind: z.literal('microphone'), isOff: z.boolean() }),
  z.object({ kind: z.literal('volume'), volume: SiteVolume }),
  z.object({ kind: z.literal('layout'), layout: SiteLayout }),
  z.object({ kind: z.literal('reload') }),
]);
export type SiteOrder = z.infer<typeof SiteOrder>;

/** A line between two teachers; in no recording. */
export const TeacherNote = z.object({
  noteId: z.string(),
  fromSeatId: SeatId,
  fromName: z.string(),
  toSeatId: SeatId,
  text: z.string(),
  sentAtMs: z.int(),
});
export type TeacherNote = z.infer<typeof TeacherNote>;

/** Part of the snapshot of whoever is inside. */
export const ClassSites = z.object({
  /** For teachers; empty for everybody else. */
  setups: z.array(z.object({ seatId: SeatId, setup: SiteSetup })),
  /** Who stands up in a listening classroom to speak. */
  speakers: z.array(z.object({ seatId: SeatId, name: z.string() })),
  /** Of whoever holds the phone of a classroom: its site's seat, while it is inside. */
  ownSite: SeatId.nullable(),
  /** To and from this seat, oldest first. */
  notes: z.array(TeacherNote),
});
export type ClassSites = z.infer<typeof ClassSites>;

const nothing = z.object({});

export const siteRequests = {
  /** The screen itself says how it is; everybody else is `forbidden`. */
  reportSite: request({ needs: 'seated', params: SiteSetup, result: nothing }),
  /** Errors: `notFound`; `conflict` while the screen is not connected; `forbidden` for a seat that is no site. */
  controlSite: request({
    needs: 'controlSites',
    params: z.object({ seatId: SeatId, order: SiteOrder }),
    result: nothing,
  }),
  /** By the phone of a classroom alone. Errors: `forbidden`, also once it is unpaired; `notFound` while the screen is away. */
  setClassHand: request({ needs: 'controlSites', params: z.object({ raised: z.boolean() }), result: nothing }),
  /** Who of the class speaks; null: nobody any more. As `setClassHand`. */
  setClassSpeaker: request({
    needs: 'controlSites',
    params: z.object({ name: z.string().trim().min(1).max(MAX_NAME).nullable() }),
    result: nothing,
  }),
  /** From one teacher to another; null: to the lecturer. Idempotent by `requestId`. Errors: `notFound`, `forbidden` (no teacher). */
  sendTeacherNote: request({
    needs: 'controlSites',
    params: z.object({
      requestId: RequestId,
      toSeatId: SeatId.nullable(),
      text: z.string().trim().min(1).max(MAX_NOTE),
    }),
    result: z.object({ note: TeacherNote }),
  }),
} as const;

export const siteNotices = {
  /** To a site alone. */
  siteOrder: notice(z.object({ order: SiteOrder })),
  /** To teachers alone. */
  siteSetupChanged: notice(z.object({ seatId: SeatId, setup: SiteSetup })),
  classSpeakerChanged: notice(z.object({ seatId: SeatId, name: z.string().nullable() })),
  /** To the two whom it is between. */
  teacherNote: notice(z.object({ note: TeacherNote })),
  /** To a phone: the seat of its classroom, or null while that is away. */
  ownSiteChanged: notice(z.object({ seatId: SeatId.nullable() })),
} as const;
