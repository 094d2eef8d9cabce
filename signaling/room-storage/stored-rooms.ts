import type { Lesson, RosterEntry, SeatActivity, SeatHolder, Stores } from '../../storage/ports.ts';
import { AppError, isUnavailable } from '../protocol/errors.ts';
import type { EditionRange } from '../protocol/edition.ts';
import type {
  CoursewareId,
  LessonId,
  PersonId,
  PollId,
  RecordingId,
  RequestId,
  SeatId,
  SiteId,
} from '../protocol/ids.ts';
import type { PollQuestion } from '../protocol/polls.ts';
import type { ChatMessage } from '../protocol/room.ts';
import type { Identity, JoinClaims } from '../rooms/join-claims.ts';
import type { AnswerRecord, PollRecord } from '../rooms/poll-record.ts';
import type { BoardFile } from '../rooms/page-board.ts';
import type { ExpectedPerson, ReportFacts, RoomLesson, RoomStore, StoredPoll } from '../rooms/ports.ts';
import { wardKeyOf } from '../rooms/roll.ts';
import { lessonFacts } from '../directory/lesson-facts.ts';
import type { DurableWrites } from './durable-writes.ts';
import type { RoomWriters } from './room-writers.ts';

export interface StoredRoomsOptions {
  readonly stores: Stores;
  readonly writes: DurableWrites<RoomWriters>;
  readonly pagesUrl: (coursewareId: CoursewareId) => string;
}

/** What rooms keep, in the district's stores. */
export class StoredRooms implements RoomStore {
  readonly #stores: Stores;
  readonly #writes: DurableWrites<RoomWriters>;
  readonly pagesUrl: RoomStore['pagesUrl'];

  constructor(options: StoredRoomsOptions) {
    this.#stores = options.stores;
    this.#writes = options.writes;
    this.pagesUrl = options.pagesUrl;
  }

  async lesson(lessonId: LessonId): Promise<RoomLesson> {
    const lesson = await this.#stores.lessons.lesson(lessonId);
    if (lesson === undefined) throw new AppError('notFound', { message: 'no such lesson' });
    const [roster, school] = await Promise.all([
      this.#stores.lessons.roster(lessonId),
      this.#stores.directory.school(lesson.schoolId),
    ]);
    return {
      facts: lessonFacts(lesson),
      state: lesson.state,
      region: school?.region ?? null,
      allowsDownload: school?.settings.allowsDownload ?? false,
      recordsPupils: school?.settings.showsPupilsInRecordings ?? false,
      allowsWall: school?.settings.allowsClassWall ?? false,
      expected: roster.map((entry) => expectedOf(entry, lesson)),
    };
  }

  async claimSeat(
    claims: JoinClaims,
    atMs: number,
  ): Promise<{ readonly seatId: SeatId; readonly isAdmitted: boolean }> {
    const { lessonId, seat, displayName, schoolName, wardName } = claims;
    const holder = holderOf(claims.identity);
    const claimed = await this.#stores.seats.claim({
      lessonId,
      holder,
      seat,
      displayName,
      schoolName,
      wardName,
      nowMs: atMs,
    });
    return { seatId: claimed.seatId, isAdmitted: claimed.admittedAtMs !== null };
  }

  async isPhoneOf(siteId: SiteId, personId: PersonId): Promise<boolean> {
    return await this.#stores.sites.isPhone(siteId, personId, Date.now());
  }

  async enrolledSites(siteIds: readonly SiteId[]): Promise<ReadonlySet<SiteId>> {
    return new Set(await this.#stores.sites.enrolled(siteIds));
  }

  async markAdmitted(seatId: SeatId, atMs: number): Promise<void> {
    await this.#writes.write('markAdmitted', { seatId, atMs });
  }

  async keepOut(seatId: SeatId): Promise<void> {
    await this.#writes.write('keepOut', { seatId });
  }

  async markLessonLive(lessonId: LessonId, atMs: number): Promise<void> {
    await this.#writes.write('lessonLive', { lessonId, atMs });
  }

  async markLessonEnded(lessonId: LessonId, atMs: number): Promise<void> {
    await this.#writes.write('lessonEnded', { lessonId, atMs });
  }

  async appendChat(lessonId: LessonId, requestId: RequestId, message: ChatMessage): Promise<ChatMessage> {
    try {
      return await this.#stores.chat.append({ ...message, lessonId, requestId });
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
    await this.#writes.write('chat', { lessonId, requestId, message });
    return message;
  }

  async chatBefore(lessonId: LessonId, beforeMs: number | null, limit: number): Promise<readonly ChatMessage[]> {
    return (await this.#stores.chat.page(lessonId, { ...(beforeMs === null ? {} : { beforeMs }), limit })).messages;
  }

  async recordJoin(lessonId: LessonId, seatId: SeatId, atMs: number): Promise<void> {
    await this.#writes.write('joined', { lessonId, seatId, atMs });
  }

  async recordLeave(lessonId: LessonId, seatId: SeatId, atMs: number): Promise<void> {
    await this.#writes.write('left', { lessonId, seatId, atMs });
  }

  async saveRoll(lessonId: LessonId, marks: Parameters<RoomStore['saveRoll']>[1]): Promise<void> {
    if (marks.length > 0) await this.#writes.write('roll', { lessonId, marks: [...marks] });
  }

  async saveActivity(_lessonId: LessonId, seats: readonly SeatActivity[]): Promise<void> {
    await this.#stores.activity.save(seats);
  }

  async closeActivity(_lessonId: LessonId, seats: readonly SeatActivity[]): Promise<void> {
    if (seats.length > 0) await this.#writes.write('activity', { seats: [...seats] });
  }

  async activity(lessonId: LessonId): Promise<readonly SeatActivity[]> {
    return await this.#stores.activity.list(lessonId);
  }

  async savePoll(lessonId: LessonId, poll: PollRecord): Promise<void> {
    await this.#writes.write('poll', { lessonId, poll });
  }

  async removePoll(pollId: PollId): Promise<void> {
    await this.#writes.write('pollRemoved', { pollId });
  }

  async saveAnswer(answer: AnswerRecord): Promise<void> {
    await this.#writes.write('pollAnswer', answer);
  }

  async polls(lessonId: LessonId): Promise<readonly StoredPoll[]> {
    // Answers that were acknowledged while the database was away would be missing.
    if (this.#writes.isBehind) throw new AppError('unavailable', { message: 'kept writes come first' });
    const stored = await this.#stores.polls.list(lessonId);
    return stored.map(({ poll, answers }) => ({
      poll,
      answers: answers.map(({ voter, seatId, displayName, answer, answeredAtMs }) => {
        return { voter, seatId, displayName: displayName ?? '', answer, answeredAtMs };
      }),
    }));
  }

  async pastQuestions(seatId: SeatId, limit: number): Promise<PollQuestion[]> {
    return await this.#stores.polls.askedBySeat(seatId, limit);
  }

  async pagesOf(lessonId: LessonId, coursewareId: CoursewareId): Promise<BoardFile> {
    const file = await this.#stores.courseware.courseware(coursewareId);
    if (file?.lessonId !== lessonId || file.state !== 'ready' || file.isRemoved) throw new AppError('notFound');
    await this.#stores.courseware.markShown(coursewareId, Date.now());
    return { coursewareId, fileName: file.fileName, pages: [...file.pages] };
  }

  async saveReport(report: ReportFacts): Promise<void> {
    await this.#writes.write('report', report);
  }

  async refusedWords(lessonId: LessonId): Promise<readonly string[]> {
    return await this.#stores.words.wordsOfLesson(lessonId);
  }

  async openRecording(recording: Parameters<RoomStore['openRecording']>[0]): Promise<void> {
    await this.#writes.write('recordingOpened', recording);
  }

  async leaveOut(recordingId: RecordingId, ranges: readonly EditionRange[]): Promise<void> {
    // The recording itself may still be to be written.
    if (this.#writes.isBehind) throw new AppError('unavailable', { message: 'kept writes come first' });
    await this.#stores.editions.leaveOut(recordingId, ranges);
  }

  async endRecording(recordingId: RecordingId, endedAtMs: number): Promise<void> {
    await this.#writes.write('recordingEnded', { recordingId, endedAtMs });
  }
}

function holderOf(identity: Identity): SeatHolder {
  if (identity.kind !== 'guest') return identity;
  return { kind: 'guest', guestKeyHash: identity.guestId, invitationId: identity.invitationId };
}

/** In a meeting each child is called, whoever comes for it. */
function expectedOf(entry: RosterEntry, lesson: Lesson): ExpectedPerson {
  const { personId, displayName, schoolName } = entry;
  // Every school has a class 3.1; the own one need not be said.
  const classGroup = entry.schoolId === lesson.schoolId ? entry.classGroup : `${entry.schoolName} ${entry.classGroup}`;
  const rollKey = lesson.kind === 'meeting' ? wardKeyOf(displayName) : `person:${personId}`;
  return { personId, rollKey, displayName, classGroup, schoolName };
}
