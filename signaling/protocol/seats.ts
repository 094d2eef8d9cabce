import * as z from 'zod';
import { FIRST_RULES, type ClassRules } from './class-order.ts';

/**
 * Seats and what they may do: the one table. Lesson permissions hang on the seat, never on the directory role.
 */
export const SeatKind = z.enum(['lecturer', 'coTeacher', 'pupil', 'site', 'guardian', 'guest', 'observer']);
export type SeatKind = z.infer<typeof SeatKind>;

export const LessonKind = z.enum(['live', 'sky', 'meeting']);
export type LessonKind = z.infer<typeof LessonKind>;

/**
 * - `class`: a lesson that people come to.
 * - `micro`: a micro-lesson 微课, recorded by its lecturer alone; nobody else enters its room.
 * - `upload`: a film that exists already; it never had a room.
 */
export const LessonOrigin = z.enum(['class', 'micro', 'upload']);
export type LessonOrigin = z.infer<typeof LessonOrigin>;

/**
 * - `always`: in every state of the lesson.
 * - `onStage`: only while on the stage.
 * - `unlocked`: unless safe mode has locked it.
 * - `never`.
 */
export type Grant = 'always' | 'onStage' | 'unlocked' | 'never';

export const PERMISSIONS = [
  'sendMicrophone',
  'sendCamera',
  'sendScreen',
  'sendVisualiser',
  'chat',
  'raiseHand',
  /** Invite on stage, take off, call on a site. */
  'manageStage',
  'muteOthers',
  'removeOthers',
  /** See the lobby, admit, deny, lock. */
  'manageLobby',
  'setLayout',
  'controlRecording',
  'seeRoll',
  /** Questions, random pick, countdown, answering race. */
  'runTools',
  /** Put pages on the board and turn them. */
  'showPages',
  /** The screens of listening classrooms: camera, microphone, volume, layout. */
  'controlSites',
  /** Answer a question, press in an answering race; see `answersQuestions`. */
  'answer',
  'endLesson',
  /** Set the rules of the class, open microphones, take over a lesson whose lecturer is gone. */
  'keepOrder',
  /** Make somebody else the lecturer, or a co-teacher. */
  'handOver',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const nothing: Record<Permission, Grant> = {
  sendMicrophone: 'never',
  sendCamera: 'never',
  sendScreen: 'never',
  sendVisualiser: 'never',
  chat: 'never',
  raiseHand: 'never',
  manageStage: 'never',
  muteOthers: 'never',
  removeOthers: 'never',
  manageLobby: 'never',
  setLayout: 'never',
  controlRecording: 'never',
  seeRoll: 'never',
  runTools: 'never',
  showPages: 'never',
  controlSites: 'never',
  answer: 'never',
  endLesson: 'never',
  keepOrder: 'never',
  handOver: 'never',
};

const everything: Record<Permission, Grant> = {
  sendMicrophone: 'always',
  sendCamera: 'always',
  sendScreen: 'always',
  sendVisualiser: 'always',
  chat: 'always',
  raiseHand: 'always',
  manageStage: 'always',
  muteOthers: 'always',
  removeOthers: 'always',
  manageLobby: 'always',
  setLayout: 'always',
  controlRecording: 'always',
  seeRoll: 'always',
  runTools: 'always',
  showPages: 'always',
  controlSites: 'always',
  /** Whoever asks does not answer. */
  answer: 'never',
  endLesson: 'always',
  keepOrder: 'always',
  handOver: 'always',
};

const participant: Record<Permission, Grant> = {
  ...nothing,
  sendMicrophone: 'onStage',
  sendCamera: 'onStage',
  /** While the rules of the class allow it. */
  sendScreen: 'onStage',
  chat: 'unlocked',
  raiseHand: 'unlocked',
  answer: 'unlocked',
};

export const SEAT_PERMISSIONS: Readonly<Record<SeatKind, Readonly<Record<Permission, Grant>>>> = {
  lecturer: everything,
  /** Also the far-end teacher beside the pupils of a listening classroom. */
  coTeacher: { ...everything, endLesson: 'never', handOver: 'never' },
  pupil: participant,
  /** Its camera shows the listening classroom to the lecturer; its microphone is half-duplex. */
  site: {
    ...nothing,
    sendMicrophone: 'onStage',
    sendCamera: 'always',
    raiseHand: 'unlocked',
    answer: 'unlocked',
  },
  guardian: participant,
  guest: { ...participant, answer: 'never' },
  observer: nothing,
};

/** Seats whose presence makes a room safe for minors (safe mode, DESIGN §5). */
export const isTeacherSeat = (seat: SeatKind): boolean => seat === 'lecturer' || seat === 'coTeacher';

/** Seats that wait in the lobby until a teacher admits them: strangers wait. */
export const waitsInLobby = (seat: SeatKind): boolean => seat === 'guardian' || seat === 'guest';

export interface GrantContext {
  readonly onStage: boolean;
  readonly safeMode: boolean;
  /** What a teacher has set for the class; as at the beginning of a lesson when left out. */
  readonly rules?: ClassRules;
}

/** Safe mode takes everything but listening from everybody who is not a teacher. */
export function isPermitted(seat: SeatKind, permission: Permission, context: GrantContext): boolean {
  const grant = SEAT_PERMISSIONS[seat][permission];
  if (grant === 'never') return false;
  if (context.safeMode && !isTeacherSeat(seat)) return false;
  if (isClosedByRules(seat, permission, context.rules ?? FIRST_RULES)) return false;
  return grant !== 'onStage' || context.onStage;
}

/** Granted by the seat, but not by what a teacher has set (SPEC O2, O3). */
function isClosedByRules(seat: SeatKind, permission: Permission, { chat, screens }: ClassRules): boolean {
  if (permission === 'chat') return chat === 'nobody' || (chat === 'teachers' && !isTeacherSeat(seat));
  return permission === 'sendScreen' && screens === 'teachers' && !isTeacherSeat(seat);
}

/** The most that any rules allow: what is refused beside it is refused by the rules. */
export const WIDEST_RULES: ClassRules = { chat: 'everybody', microphones: 'themselves', screens: 'stage' };

/** Whose microphones the rules are about: a listening classroom has its own (SPEC G5). */
export const isOfClass = (seat: SeatKind): boolean => seat === 'pupil' || seat === 'guardian' || seat === 'guest';

/** Whose answers count in a lesson of this kind: pupils and listening classrooms, in a meeting the guardians too. */
export const answersQuestions = (seat: SeatKind, lessonKind: LessonKind): boolean =>
  seat === 'pupil' || seat === 'site' || (seat === 'guardian' && lessonKind === 'meeting');

/** How many seats the stage holds (teachers do not count: they may always send). */
export const STAGE_SIZE = 8;
