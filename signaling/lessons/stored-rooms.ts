import type { SeatHolder, Stores } from '../../storage/ports.ts';
import { AppError } from '../protocol/errors.ts';
import { PersonId, type LessonId, type RecordingId, type RequestId, type SeatId } from '../protocol/ids.ts';
import type { ChatMessage } from '../protocol/room.ts';
import { lessonFacts } from '../http/lesson-view.ts';
import { identityKeyOf, type Identity, type JoinClaims } from '../rooms/join-claims.ts';
import type { RollMark, RoomLesson, RoomStore } from '../rooms/ports.ts';
import type { DeferredWrite, DeferredWrites } from './deferred-writes.ts';

function holderOf(identity: Identity): SeatHolder {
  if (identity.kind !== 'guest') return identity;
  return { kind: 'guest', guestKeyHash: identity.guestId, invitationId: identity.invitationId };
}

/** `person:…` back to the person; sites and guests are on no roll. */
function personIdOf(identityKey: string): PersonId | undefined {
  const [kind, id] = identityKey.split(':', 2);
  return kind === 'person' ? PersonId.parse(id) : undefined;
}

/** Makes one deferred write in the database. Every one may be made twice. */
export async function applyWrite(stores: Stores, write: DeferredWrite): Promise<void> {
  switch (write.kind) {
    case 'chat':
      await stores.chat.append({ ...write.message, lessonId: write.lessonId, requestId: write.requestId });
      return;
    case 'joined':
      return stores.attendance.joined(write);
    case 'left':
      return stores.attendance.left(write.seatId, write.atMs);
    case 'roll':
      return stores.attendance.saveRoll(write.lessonId, rollEntries(write.marks));
    case 'admitted':
      return stores.seats.markAdmitted(write.seatId, write.atMs);
    case 'keptOut':
      return stores.seats.setKeptOut(write.seatId, true);
    case 'lessonLive':
      await stores.lessons.start(write.lessonId, write.atMs);
      return;
    case 'lessonEnded':
      await stores.lessons.end(write.lessonId, write.atMs);
      await stores.attendance.allLeft(write.lessonId, write.atMs);
      return;
    case 'recordingOpened':
      return openRecording(stores, write);
    case 'recordingEnded':
      await stores.recordings.markFinishing(write.recordingId, write.atMs);
  }
}

function rollEntries(marks: readonly RollMark[]) {
  return marks.flatMap(({ identityKey, state }) => {
    const personId = personIdOf(identityKey);
    return personId === undefined ? [] : [{ personId, state }];
  });
}

async function openRecording(
  stores: Stores,
  write: Extract<DeferredWrite, { kind: 'recordingOpened' }>,
): Promise<void> {
  const lesson = await stores.lessons.lesson(write.lessonId);
  const school = lesson === undefined ? undefined : await stores.directory.school(lesson.schoolId);
  const { recordingId, lessonId, title, startedAtUnixUs } = write;
  const allowsDownload = school?.settings.allowsDownload ?? false;
  await stores.recordings.create({ recordingId, lessonId, title, startedAtUnixUs, allowsDownload });
}

/** What rooms keep, in the database, or deferred while that is away. */
export class StoredRooms implements RoomStore {
  readonly #stores: Stores;
  readonly #writes: DeferredWrites;

  constructor(stores: Stores, writes: DeferredWrites) {
    this.#stores = stores;
    this.#writes = writes;
  }

  async lesson(lessonId: LessonId): Promise<RoomLesson> {
    const lesson = await this.#stores.lessons.lesson(lessonId);
    if (lesson === undefined) throw new AppError('notFound');
    const school = await this.#stores.directory.school(lesson.schoolId);
    const roster = lesson.kind === 'meeting' ? [] : await this.#stores.lessons.roster(lessonId);
    return {
      facts: lessonFacts(lesson),
      state: lesson.state,
      region: school?.region ?? null,
      expected: roster.map(({ personId, displayName, classGroup }) => ({
        identityKey: identityKeyOf({ kind: 'person', personId }),
        displayName,
        classGroup,
      })),
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

  async markAdmitted(seatId: SeatId, atMs: number): Promise<void> {
    await this.#writes.write({ kind: 'admitted', seatId, atMs });
  }

  async keepOut(seatId: SeatId): Promise<void> {
    await this.#writes.write({ kind: 'keptOut', seatId });
  }

  async markLessonLive(lessonId: LessonId, atMs: number): Promise<void> {
    await this.#writes.write({ kind: 'lessonLive', lessonId, atMs });
  }

  async markLessonEnded(lessonId: LessonId, atMs: number): Promise<void> {
    await this.#writes.write({ kind: 'lessonEnded', lessonId, atMs });
  }

  async appendChat(lessonId: LessonId, requestId: RequestId, message: ChatMessage): Promise<ChatMessage> {
    let stored: ChatMessage | undefined;
    try {
      stored = await this.#stores.chat.append({ ...message, lessonId, requestId });
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'unavailable')) throw error;
      await this.#writes.write({ kind: 'chat', lessonId, requestId, message });
    }
    return stored ?? message;
  }

  async chatBefore(lessonId: LessonId, beforeMs: number, limit: number): Promise<readonly ChatMessage[]> {
    return (await this.#stores.chat.page(lessonId, { beforeMs, limit })).messages;
  }

  async recordJoin(lessonId: LessonId, seatId: SeatId, atMs: number): Promise<void> {
    await this.#writes.write({ kind: 'joined', lessonId, seatId, atMs });
  }

  async recordLeave(_lessonId: LessonId, seatId: SeatId, atMs: number): Promise<void> {
    await this.#writes.write({ kind: 'left', seatId, atMs });
  }

  async saveRoll(lessonId: LessonId, marks: readonly RollMark[]): Promise<void> {
    await this.#writes.write({ kind: 'roll', lessonId, marks: [...marks] });
  }

  async openRecording(recording: {
    readonly recordingId: RecordingId;
    readonly lessonId: LessonId;
    readonly title: string;
    readonly startedAtUnixUs: number;
  }): Promise<void> {
    await this.#writes.write({ kind: 'recordingOpened', ...recording });
  }

  async endRecording(recordingId: RecordingId, endedAtMs: number): Promise<void> {
    await this.#writes.write({ kind: 'recordingEnded', recordingId, atMs: endedAtMs });
  }
}
