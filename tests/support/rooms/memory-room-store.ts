import { randomUUID } from 'node:crypto';
import { mergeRanges, type EditionRange } from '../../../signaling/protocol/edition.ts';
import { AppError } from '../../../signaling/protocol/errors.ts';
import {
  SeatId,
  type CoursewareId,
  type LessonId,
  type PersonId,
  type PollId,
  type RecordingId,
  type RequestId,
  type SiteId,
} from '../../../signaling/protocol/ids.ts';
import type { PollQuestion } from '../../../signaling/protocol/polls.ts';
import type { ChatMessage } from '../../../signaling/protocol/room.ts';
import { identityKeyOf, type JoinClaims } from '../../../signaling/rooms/join-claims.ts';
import type { AnswerRecord, PollRecord } from '../../../signaling/rooms/poll-record.ts';
import type { BoardFile } from '../../../signaling/rooms/page-board.ts';
import type { ReportFacts, RoomLesson, RoomStore, SeatActivity, StoredPoll } from '../../../signaling/rooms/ports.ts';

interface StoredSeat {
  readonly seatId: SeatId;
  isAdmitted: boolean;
  isKeptOut: boolean;
  /** Of a guest, as it came last. */
  name: string;
}

interface StoredRecording {
  readonly lessonId: LessonId;
  endedAtMs: number | null;
  leftOut: EditionRange[];
}

export interface Stay {
  readonly seatId: SeatId;
  readonly joinedAtMs: number;
  leftAtMs: number | null;
}

/** `RoomStore` in memory; passes the port's contract suite (`tests/contract/room-store.test.ts`). */
export class MemoryRoomStore implements RoomStore {
  readonly lessons = new Map<LessonId, RoomLesson>();
  readonly chats: { readonly lessonId: LessonId; readonly key: string; readonly message: ChatMessage }[] = [];
  readonly stays: Stay[] = [];
  readonly recordings = new Map<RecordingId, StoredRecording>();
  readonly rolls = new Map<LessonId, Parameters<RoomStore['saveRoll']>[1]>();
  readonly activities = new Map<LessonId, Map<SeatId, SeatActivity>>();
  readonly pollRows = new Map<PollId, { readonly lessonId: LessonId; readonly poll: PollRecord }>();
  readonly answerRows = new Map<string, AnswerRecord>();
  readonly #seats = new Map<string, StoredSeat>();
  readonly boardFiles = new Map<CoursewareId, { readonly lessonId: LessonId; readonly file: BoardFile }>();
  isAway = false;

  readonly reports: ReportFacts[] = [];
  readonly words: string[] = [];

  async saveReport(report: ReportFacts): Promise<void> {
    this.#assertHere();
    if (!this.reports.some(({ reportId }) => reportId === report.reportId)) this.reports.push(report);
    return await Promise.resolve();
  }

  async refusedWords(): Promise<readonly string[]> {
    this.#assertHere();
    return await Promise.resolve(this.words);
  }

  async pagesOf(lessonId: LessonId, coursewareId: CoursewareId): Promise<BoardFile> {
    this.#assertHere();
    const known = this.boardFiles.get(coursewareId);
    if (known?.lessonId !== lessonId) throw new AppError('notFound');
    return await Promise.resolve(known.file);
  }

  readonly phones = new Set<string>();

  async isPhoneOf(siteId: SiteId, personId: PersonId): Promise<boolean> {
    this.#assertHere();
    return await Promise.resolve(this.phones.has(`${siteId}:${personId}`));
  }

  readonly unenrolled = new Set<SiteId>();

  async enrolledSites(siteIds: readonly SiteId[]): Promise<ReadonlySet<SiteId>> {
    this.#assertHere();
    return await Promise.resolve(new Set(siteIds.filter((siteId) => !this.unenrolled.has(siteId))));
  }

  readonly pagesUrl: RoomStore['pagesUrl'] = (coursewareId) => `/pages/${coursewareId}/`;

  async lesson(lessonId: LessonId): Promise<RoomLesson> {
    this.#assertHere();
    const lesson = this.lessons.get(lessonId);
    if (lesson === undefined) throw new AppError('notFound');
    return await Promise.resolve(lesson);
  }

  async claimSeat(claims: JoinClaims): Promise<{ readonly seatId: SeatId; readonly isAdmitted: boolean }> {
    this.#assertHere();
    if (!this.lessons.has(claims.lessonId)) throw new AppError('notFound');
    const key = `${claims.lessonId} ${identityKeyOf(claims.identity)}`;
    const seat = this.#seats.get(key) ?? {
      seatId: SeatId.parse(randomUUID()),
      isAdmitted: false,
      isKeptOut: false,
      name: '',
    };
    const name = JSON.stringify([claims.displayName, claims.wardName]);
    if (claims.identity.kind === 'guest' && seat.name !== name) seat.isAdmitted = false;
    seat.name = name;
    this.#seats.set(key, seat);
    if (seat.isKeptOut) throw new AppError('removedFromRoom');
    return await Promise.resolve({ seatId: seat.seatId, isAdmitted: seat.isAdmitted });
  }

  async markAdmitted(seatId: SeatId): Promise<void> {
    for (const seat of this.#seats.values()) if (seat.seatId === seatId) seat.isAdmitted = true;
    await Promise.resolve();
  }

  async keepOut(seatId: SeatId): Promise<void> {
    for (const seat of this.#seats.values()) if (seat.seatId === seatId) seat.isKeptOut = true;
    await Promise.resolve();
  }

  async markLessonLive(lessonId: LessonId): Promise<void> {
    this.#setState(lessonId, 'live');
    await Promise.resolve();
  }

  async markLessonEnded(lessonId: LessonId): Promise<void> {
    this.#setState(lessonId, 'ended');
    await Promise.resolve();
  }

  async appendChat(lessonId: LessonId, requestId: RequestId, message: ChatMessage): Promise<ChatMessage> {
    const key = `${message.seatId} ${requestId}`;
    const known = this.chats.find((stored) => stored.key === key);
    if (known !== undefined) return known.message;
    this.chats.push({ lessonId, key, message });
    return await Promise.resolve(message);
  }

  async chatBefore(lessonId: LessonId, beforeMs: number | null, limit: number): Promise<readonly ChatMessage[]> {
    this.#assertHere();
    const found = this.chats.filter(
      (chat) => chat.lessonId === lessonId && chat.message.sentAtMs < (beforeMs ?? Infinity),
    );
    return await Promise.resolve(found.slice(-limit).map((chat) => chat.message));
  }

  async recordJoin(_lessonId: LessonId, seatId: SeatId, atMs: number): Promise<void> {
    const isOpen = this.stays.some((stay) => stay.seatId === seatId && stay.leftAtMs === null);
    if (!isOpen) this.stays.push({ seatId, joinedAtMs: atMs, leftAtMs: null });
    await Promise.resolve();
  }

  async recordLeave(_lessonId: LessonId, seatId: SeatId, atMs: number): Promise<void> {
    for (const stay of this.stays) if (stay.seatId === seatId) stay.leftAtMs ??= atMs;
    await Promise.resolve();
  }

  async saveRoll(lessonId: LessonId, marks: Parameters<RoomStore['saveRoll']>[1]): Promise<void> {
    this.rolls.set(lessonId, marks);
    await Promise.resolve();
  }

  async saveActivity(lessonId: LessonId, seats: readonly SeatActivity[]): Promise<void> {
    this.#assertHere();
    await this.closeActivity(lessonId, seats);
  }

  async closeActivity(lessonId: LessonId, seats: readonly SeatActivity[]): Promise<void> {
    const known = this.activities.get(lessonId) ?? new Map<SeatId, SeatActivity>();
    this.activities.set(lessonId, known);
    for (const seat of seats) known.set(seat.seatId, greater(known.get(seat.seatId) ?? seat, seat));
    await Promise.resolve();
  }

  async activity(lessonId: LessonId): Promise<readonly SeatActivity[]> {
    this.#assertHere();
    return await Promise.resolve([...(this.activities.get(lessonId)?.values() ?? [])]);
  }

  async savePoll(lessonId: LessonId, poll: PollRecord): Promise<void> {
    const known = this.pollRows.get(poll.pollId);
    if (known === undefined || known.poll.changedAtMs < poll.changedAtMs)
      this.pollRows.set(poll.pollId, { lessonId, poll });
    await Promise.resolve();
  }

  async removePoll(pollId: PollId): Promise<void> {
    if (this.pollRows.get(pollId)?.poll.state === 'prepared') this.pollRows.delete(pollId);
    await Promise.resolve();
  }

  async saveAnswer(answer: AnswerRecord): Promise<void> {
    const key = `${answer.pollId} ${answer.voter}`;
    const known = this.answerRows.get(key);
    if (known === undefined || known.answeredAtMs < answer.answeredAtMs) this.answerRows.set(key, answer);
    await Promise.resolve();
  }

  async polls(lessonId: LessonId): Promise<readonly StoredPoll[]> {
    this.#assertHere();
    const ofLesson = [...this.pollRows.values()].filter((row) => row.lessonId === lessonId);
    const polls = ofLesson.map(({ poll }) => poll).sort((one, other) => one.createdAtMs - other.createdAtMs);
    return await Promise.resolve(polls.map((poll) => ({ poll, answers: this.#answersTo(poll.pollId) })));
  }

  async pastQuestions(seatId: SeatId, limit: number): Promise<PollQuestion[]> {
    this.#assertHere();
    const asked = [...this.pollRows.values()].map(({ poll }) => poll).filter(({ askedBy }) => askedBy === seatId);
    const newestFirst = asked.sort((a, b) => b.createdAtMs - a.createdAtMs).map(({ question }) => question);
    const once = new Map(newestFirst.map((question) => [JSON.stringify(question), question]));
    return await Promise.resolve([...once.values()].slice(0, limit));
  }

  async openRecording({ recordingId, lessonId }: Parameters<RoomStore['openRecording']>[0]): Promise<void> {
    if (!this.recordings.has(recordingId)) this.recordings.set(recordingId, { lessonId, endedAtMs: null, leftOut: [] });
    await Promise.resolve();
  }

  async leaveOut(recordingId: RecordingId, ranges: readonly EditionRange[]): Promise<void> {
    this.#assertHere();
    const recording = this.recordings.get(recordingId);
    if (recording === undefined) throw new AppError('notFound');
    if (recording.endedAtMs === null) recording.leftOut = mergeRanges([...recording.leftOut, ...ranges]);
    await Promise.resolve();
  }

  async endRecording(recordingId: RecordingId, endedAtMs: number): Promise<void> {
    const recording = this.recordings.get(recordingId);
    if (recording !== undefined) recording.endedAtMs = endedAtMs;
    await Promise.resolve();
  }

  #answersTo(pollId: PollId): StoredPoll['answers'] {
    return [...this.answerRows.values()]
      .filter((row) => row.pollId === pollId)
      .map(({ voter, seatId, answer, answeredAtMs }) => {
        const seat = [...this.#seats.values()].find((one) => one.seatId === seatId);
        const [displayName] = seat === undefined ? [''] : (JSON.parse(seat.name) as string[]);
        return { voter, seatId, displayName: displayName ?? '', answer, answeredAtMs };
      });
  }

  #setState(lessonId: LessonId, state: RoomLesson['state']): void {
    const lesson = this.lessons.get(lessonId);
    if (lesson !== undefined) this.lessons.set(lessonId, { ...lesson, state });
  }

  #assertHere(): void {
    if (this.isAway) throw new AppError('unavailable');
  }
}

const greater = (one: SeatActivity, other: SeatActivity): SeatActivity => ({
  seatId: one.seatId,
  talkedMs: Math.max(one.talkedMs, other.talkedMs),
  handsRaised: Math.max(one.handsRaised, other.handsRaised),
  lineMs: Math.max(one.lineMs, other.lineMs),
  poorLineMs: Math.max(one.poorLineMs, other.poorLineMs),
  lineScoreMs: Math.max(one.lineScoreMs, other.lineScoreMs),
});
