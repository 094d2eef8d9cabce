import { randomInt } from 'node:crypto';
import type { ClassOrder } from '../protocol/class-order.ts';
import type { ClassTools, PickAmong } from '../protocol/class-tools.ts';
import type { SeatId } from '../protocol/ids.ts';
import type { RoomNotice } from '../protocol/room.ts';
import { answersQuestions, isTeacherSeat } from '../protocol/seats.ts';
import type { Log } from '../runtime/log.ts';
import { Activity } from './activity.ts';
import { ClassSites } from './class-sites.ts';
import type { ChatLog } from './chat-log.ts';
import { AnsweringRace } from './answering-race.ts';
import { ClassWall } from './class-wall.ts';
import { LessonLead } from './lesson-lead.ts';
import { LessonCountdown } from './lesson-countdown.ts';
import { PageBoard } from './page-board.ts';
import { PageInk } from './page-ink.ts';
import { Polls } from './polls.ts';
import type { Broadcast, Clock, RoomLesson, RoomStore } from './ports.ts';
import type { Presence } from './presence.ts';
import { RandomPick } from './random-pick.ts';
import type { RoomRecording } from './recording-control.ts';
import { RefusedWords } from './refused-words.ts';
import { RoomReports } from './room-reports.ts';
import { RoomRules } from './room-rules.ts';
import { notePage } from './recording-notes.ts';
import type { SavedTools } from './saved-tools.ts';
import { RoomSound } from './room-sound.ts';
import { connectionOf, hasJoined, type Seat } from './seat.ts';
import { TeacherNotes } from './teacher-notes.ts';

/** What a teacher runs with the class. */
export interface RoomTools {
  readonly polls: Polls;
  readonly pick: RandomPick;
  readonly countdown: LessonCountdown;
  readonly race: AnsweringRace;
  readonly pages: PageBoard;
  readonly ink: PageInk;
  readonly activity: Activity;
  readonly sites: ClassSites;
  readonly notes: TeacherNotes;
  readonly wall: ClassWall;
  readonly rules: RoomRules;
  readonly lead: LessonLead;
  readonly reports: RoomReports;
  readonly words: RefusedWords;
  readonly sound: RoomSound;
}

export interface RoomToolsOptions {
  readonly lesson: RoomLesson;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: RoomStore;
  readonly broadcast: Broadcast;
  readonly presence: Presence;
  readonly recording: RoomRecording;
  readonly openMicrophones: () => readonly SeatId[];
  readonly message: ChatLog['find'];
  /** Shuts a seat's microphone because of its echo, or takes that back. */
  readonly setEchoHeld: (seat: Seat, held: boolean) => void;
  /** Own answers are known that a page may not have. */
  readonly onAnswersKnown: () => void;
  readonly onWallChanged: (isOn: boolean) => void;
  /** Of everybody, or of one seat's microphone alone. */
  readonly onRulesChanged: (seatId: SeatId | null) => void;
  /** These seats are of another kind now. */
  readonly onKindsChanged: (seats: readonly Seat[]) => void;
  readonly onSaveNeeded: () => void;
  /** What may be lost with this process. */
  readonly onSaveSoon: () => void;
}

export function createRoomTools(options: RoomToolsOptions): RoomTools {
  const { clock, broadcast, recording, onSaveNeeded } = options;
  const lessonKind = () => options.lesson.facts.kind;
  const { lessonId } = options.lesson.facts;
  const polls = createPolls(options);
  return {
    ...createOrder(options),
    polls,
    activity: new Activity({
      ...{ lessonId, schoolName: options.lesson.facts.schoolName },
      ...{ clock, log: options.log, store: options.store, answersOf: polls.answersBy },
      isHere: (seatId) => isHere(options.presence.find(seatId)),
    }),
    reports: new RoomReports({ ...options, lessonId }),
    words: new RefusedWords({ clock, log: options.log, read: () => options.store.refusedWords(lessonId) }),
    pick: new RandomPick({
      clock,
      present: (among) => answerersOf(options).filter((seat) => isAmong(seat, among)),
      random: (count) => (count === 0 ? 0 : randomInt(count)),
      onChanged: (pick) => {
        broadcast.toInside('pickChanged', { pick });
        if (pick !== null) recording.note('picked', { seatId: pick.seatId, displayName: pick.displayName });
        onSaveNeeded();
      },
    }),
    countdown: new LessonCountdown({
      clock,
      onChanged: (countdown) => {
        broadcast.toInside('countdownChanged', { countdown });
        recording.note('countdown', { leftMs: countdown?.leftMs ?? null, isPaused: countdown?.endsAtMs === null });
        onSaveNeeded();
      },
    }),
    race: new AnsweringRace({
      clock,
      lessonKind,
      onChanged: (race) => {
        broadcast.toInside('raceChanged', { race });
        const { seatId, displayName } = race?.winner ?? { seatId: null, displayName: null };
        recording.note('race', { state: race?.state ?? 'ended', seatId, displayName });
        onSaveNeeded();
      },
    }),
    wall: new ClassWall({
      isAllowed: options.lesson.allowsWall,
      askSchool: async () => (await options.store.lesson(options.lesson.facts.lessonId)).allowsWall,
      log: options.log,
      onChanged: (isOn) => options.onWallChanged(isOn),
    }),
    ...createBoard(options),
    ...createSites(options),
    sound: createSound(options),
  };
}

function createOrder(options: RoomToolsOptions): { readonly rules: RoomRules; readonly lead: LessonLead } {
  const { lesson, clock, broadcast, presence, recording, onSaveNeeded } = options;
  const changed = (): void => {
    broadcast.toInside('orderChanged', { order: orderOf({ rules, lead }) });
    onSaveNeeded();
  };
  const rules: RoomRules = new RoomRules({
    openMicrophones: options.openMicrophones,
    onChanged: (seatId) => {
      if (seatId === null) recording.note('rules', { ...rules.rules });
      changed();
      options.onRulesChanged(seatId);
    },
  });
  const lead: LessonLead = new LessonLead({
    ...{ clock, presence },
    startsAtMs: () => lesson.facts.startsAtMs,
    onLed: (seat, before, cause) => {
      recording.note('lecturer', { seatId: seat.seatId, displayName: seat.displayName, cause });
      options.onKindsChanged([seat, ...before]);
      changed();
    },
    onAppointed: (seat) => {
      recording.note('coTeacher', { seatId: seat.seatId, displayName: seat.displayName });
      options.onKindsChanged([seat]);
      onSaveNeeded();
    },
    onChanged: changed,
  });
  return { rules, lead };
}

const orderOf = ({ rules, lead }: Pick<RoomTools, 'rules' | 'lead'>): ClassOrder => ({
  rules: rules.rules,
  openedSeatIds: rules.opened,
  takeOverFromMs: lead.takeOverFromMs,
});

function createBoard({ lesson, clock, store, broadcast, recording, onSaveNeeded, onSaveSoon }: RoomToolsOptions) {
  const pages: PageBoard = new PageBoard({
    fileOf: (coursewareId) => store.pagesOf(lesson.facts.lessonId, coursewareId),
    pagesUrl: (coursewareId) => store.pagesUrl(coursewareId),
    onChanged: (page) => {
      broadcast.toInside('pageShown', { page, strokes: page === null ? [] : ink.of(page) });
      ink.writeDown();
      notePage(recording, page);
      onSaveNeeded();
    },
  });
  const ink: PageInk = new PageInk({
    clock,
    shown: () => pages.place,
    onDrawn: ({ coursewareId, page }, parts) =>
      broadcast.toInside('inkDrawn', { coursewareId, page, parts: [...parts] }),
    onRemoved: ({ coursewareId, page }, strokeId) => broadcast.toInside('inkRemoved', { coursewareId, page, strokeId }),
    mayWriteDown: () => !recording.isBehind,
    onWrittenDown: ({ coursewareId, page }, stroke) => recording.note('ink', { coursewareId, page, ...stroke }),
    onRemovedOnceWrittenDown: ({ coursewareId, page }, strokeId) =>
      recording.note('inkRemoved', { coursewareId, page, strokeId }),
    onSaveNeeded: onSaveSoon,
    onOpened: (isOpen) => {
      broadcast.toInside('inkOpened', { isOpen });
      onSaveNeeded();
    },
  });
  return { pages, ink };
}

function createSites({ lesson, clock, store, broadcast, presence, recording, onSaveNeeded }: RoomToolsOptions) {
  return {
    sites: new ClassSites({
      ...{ presence, broadcast, onSaveNeeded },
      isPhoneOf: (siteId, personId) => store.isPhoneOf(siteId, personId),
      enrolledSites: (siteIds) => store.enrolledSites(siteIds),
      onSpeaker: (seatId, displayName) => {
        // Without the guardians' consent a pupil is in no recording, not even as a name.
        if (lesson.recordsPupils) recording.note('classSpeaker', { seatId, displayName });
      },
    }),
    notes: new TeacherNotes({ clock, presence, onSaveNeeded }),
  };
}

function createSound({ clock, presence, broadcast, setEchoHeld, onSaveNeeded }: RoomToolsOptions): RoomSound {
  const sound: RoomSound = new RoomSound({
    clock,
    find: (seatId) => presence.find(seatId),
    setHeld: setEchoHeld,
    onChanged: () => {
      broadcast.toTeachers('soundChanged', sound.shown);
      onSaveNeeded();
    },
    onDucked: (seat) => connectionOf(seat)?.tell('soundChanged', sound.shownTo(seat)),
  });
  return sound;
}

function createPolls(options: RoomToolsOptions): Polls {
  const { lesson, clock, log, store, broadcast, recording, onAnswersKnown, onSaveNeeded } = options;
  const tellTeachers = <N extends 'pollChanged' | 'pollRemoved' | 'pollTally'>(name: N, data: RoomNotice<N>): void =>
    broadcast.toTeachers(name, data);
  return new Polls({
    lessonId: lesson.facts.lessonId,
    lessonKind: () => lesson.facts.kind,
    ...{ clock, log, store, onAnswersKnown, onSaveNeeded },
    answerers: () => answerersOf(options),
    onShown: (poll) => broadcast.toInside('pollShown', { poll }),
    onChanged: (poll) => tellTeachers('pollChanged', { poll }),
    onRemoved: (pollId) => tellTeachers('pollRemoved', { pollId }),
    onTally: (pollId, tally) => tellTeachers('pollTally', { pollId, tally }),
    onState: ({ pollId, question }, state) => recording.note('poll', { pollId, question: question.text, state }),
  });
}

const isHere = (seat: Seat | null): boolean => seat !== null && hasJoined(seat) && connectionOf(seat) !== null;

/** Inside, connected, and one whose answers count. */
function answerersOf({ presence, lesson }: Pick<RoomToolsOptions, 'presence' | 'lesson'>): Seat[] {
  return presence.inside().filter((seat) => isHere(seat) && answersQuestions(seat.kind, lesson.facts.kind));
}

const isAmong = ({ kind }: Seat, among: PickAmong): boolean =>
  among === 'everybody' || (among === 'sites') === (kind === 'site');

/** As this seat may know it. */
export function toolsFor(seat: Seat, tools: RoomTools): ClassTools {
  const { polls, pick, countdown, race, pages, ink, wall, sound, sites, notes } = tools;
  return {
    poll: polls.shown,
    myAnswer: polls.answerOf(seat.seatId),
    pick: pick.shown,
    countdown: countdown.shown,
    race: race.shown,
    page: pages.shown,
    ink: ink.shown,
    wall: { isAllowed: wall.isFor(seat), isOn: wall.isOn },
    order: orderOf(tools),
    reports: isTeacherSeat(seat.kind) ? tools.reports.forTeacher(seat.seatId) : [],
    sound: sound.shownTo(seat),
    polls: isTeacherSeat(seat.kind) ? polls.forTeachers() : [],
    sites: { ...sites.shownTo(seat), notes: notes.of(seat.seatId) },
  };
}

export const saveTools = ({
  polls,
  pick,
  countdown,
  race,
  pages,
  ink,
  wall,
  sites,
  notes,
  rules,
  lead,
  reports,
  words,
  sound,
}: RoomTools): SavedTools => ({
  ...polls.save(),
  ...pick.save(),
  countdown: countdown.shown,
  race: race.shown,
  page: pages.save(),
  ink: ink.save(),
  sites: sites.save(),
  notes: notes.save(),
  wall: wall.save(),
  reports: reports.save(),
  words: words.save(),
  order: { rules: rules.rules, openedSeatIds: rules.opened, lead: lead.save() },
  sound: sound.save(),
});

export function restoreTools(tools: RoomTools, saved: SavedTools): void {
  tools.polls.restore(saved);
  tools.pick.restore(saved);
  tools.countdown.restore(saved.countdown);
  tools.race.restore(saved.race);
  tools.pages.restore(saved.page);
  tools.ink.restore(saved.ink);
  tools.sites.restore(saved.sites);
  tools.notes.restore(saved.notes);
  tools.wall.restore(saved.wall);
  tools.sound.restore(saved.sound);
  tools.reports.restore(saved.reports);
  tools.words.restore(saved.words);
  if (saved.order === null) return;
  tools.rules.restore(saved.order.rules, saved.order.openedSeatIds);
  tools.lead.restore(saved.order.lead);
}

/** Somebody has come, gone, or lost the line. */
export function toolsPresenceChanged({ polls, lead }: RoomTools): void {
  polls.presenceChanged();
  lead.presenceChanged();
}

/** The lesson has ended; its recording has not yet. */
export function finishTools({ polls, ink, activity }: RoomTools): void {
  polls.finish();
  activity.finish();
  ink.finish();
}

export function closeTools({ polls, race, ink, activity }: RoomTools): void {
  polls.stop();
  activity.close();
  race.close();
  ink.close();
}
