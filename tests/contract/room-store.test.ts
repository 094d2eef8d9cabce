import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  CoursewareId,
  MessageId,
  RecordingId,
  RequestId,
  type LessonId,
  type SeatId,
  PollId,
} from '../../signaling/protocol/ids.ts';
import type { ChatMessage } from '../../signaling/protocol/room.ts';
import type { AnswerRecord, PollRecord } from '../../signaling/rooms/poll-record.ts';
import { DurableWrites } from '../../signaling/room-storage/durable-writes.ts';
import { createRoomWriters } from '../../signaling/room-storage/room-writers.ts';
import { StoredRooms } from '../../signaling/room-storage/stored-rooms.ts';
import type { JoinClaims } from '../../signaling/rooms/join-claims.ts';
import type { RoomStore } from '../../signaling/rooms/ports.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { createRedis } from '../../signaling/runtime/redis.ts';
import { openDatabase } from '../../storage/db/open.ts';
import { createStores } from '../../storage/db/stores.ts';
import { newId } from '../../storage/new-id.ts';
import type { Stores } from '../../storage/ports.ts';
import { claimsOf, newLesson } from '../support/rooms/lessons.ts';
import { MemoryRoomStore } from '../support/rooms/memory-room-store.ts';
import { startPostgres, startRedis, type Service } from '../support/stands/services.ts';
import { makeDistrict, makeLesson } from './district-fixture.ts';

const log = createLog('room-store', 'silent');
const pagesUrl: RoomStore['pagesUrl'] = (coursewareId) => `/pages/${coursewareId}/`;
const PAGES = [{ width: 1_920, height: 1_080 }];

interface Subject {
  readonly store: RoomStore;
  /** A new lesson and somebody's claims for it. */
  lesson(): Promise<{ readonly lessonId: LessonId; readonly claims: JoinClaims }>;
  /** Claims of somebody with an invitation to a new meeting. */
  guest(): Promise<JoinClaims>;
  /** A file of a lesson whose pages are there. */
  boardFile(lessonId: LessonId): Promise<CoursewareId>;
  readonly removeBoardFile: (coursewareId: CoursewareId) => Promise<void>;
  close(): Promise<void>;
}

interface StoredSubject extends Subject {
  readonly stores: Stores;
  readonly postgres: Service;
  /** What comes after this one was killed. */
  nextProcess(): { readonly store: RoomStore; close(): void };
}

async function memory(): Promise<Subject> {
  const store = new MemoryRoomStore();
  return await Promise.resolve({
    store,
    lesson: async () => {
      const lesson = newLesson('live');
      store.lessons.set(lesson.facts.lessonId, lesson);
      return await Promise.resolve({ lessonId: lesson.facts.lessonId, claims: claimsOf(lesson, 'pupil', '小明') });
    },
    guest: async () => {
      const lesson = newLesson('meeting');
      store.lessons.set(lesson.facts.lessonId, lesson);
      return await Promise.resolve(claimsOf(lesson, 'guest', '爷爷'));
    },
    boardFile: async (lessonId) => {
      const coursewareId = newId(CoursewareId);
      store.boardFiles.set(coursewareId, { lessonId, file: { coursewareId, fileName: '课件.pdf', pages: PAGES } });
      return await Promise.resolve(coursewareId);
    },
    removeBoardFile: async (coursewareId) => {
      store.boardFiles.delete(coursewareId);
      await Promise.resolve();
    },
    close: async () => await Promise.resolve(),
  });
}

async function stored(): Promise<StoredSubject> {
  const [postgres, redisService] = await Promise.all([startPostgres(), startRedis()]);
  const database = await openDatabase({ DATA_DIR: tmpdir(), DATABASE_URL: await postgres.createDatabase() });
  const stores = createStores(database.db);
  const redis = createRedis({ url: redisService.url, name: 'test', log, whenAway: 'fail' });
  const writes = new DurableWrites({ redis, log, writers: createRoomWriters(stores) });
  const district = await makeDistrict(stores);
  return {
    stores,
    postgres,
    store: new StoredRooms({ stores, writes, pagesUrl }),
    nextProcess: () => {
      writes.close();
      const own = new DurableWrites({ redis, log, writers: createRoomWriters(stores) });
      return { store: new StoredRooms({ stores, writes: own, pagesUrl }), close: () => own.close() };
    },
    lesson: async () => {
      const { lessonId } = await makeLesson(stores, district);
      const { personId, displayName } = district.pupil;
      const named = claimsOf(newLesson('sky'), 'pupil', displayName);
      return { lessonId, claims: { ...named, lessonId, identity: { kind: 'person', personId } } };
    },
    guest: async () => {
      const { lessonId } = await makeLesson(stores, district);
      const { invitationId } = await stores.invitations.create({
        lessonId,
        tokenHash: randomUUID(),
        label: '',
        seat: 'guest',
        createdBy: district.teacher.personId,
        createdAtMs: Date.now(),
        expiresAtMs: Date.now() + 3_600_000,
      });
      const identity = { kind: 'guest', guestId: randomUUID(), invitationId } as const;
      return { ...claimsOf(newLesson('meeting'), 'guest', '爷爷'), lessonId, identity };
    },
    boardFile: async (lessonId) => {
      const coursewareId = newId(CoursewareId);
      const ownerId = district.teacher.personId;
      const fileName = '课件.pdf';
      const file = { coursewareId, lessonId, ownerId, fileName, bytes: 9, createdAtMs: Date.now() };
      await stores.courseware.create(file, { files: 9, bytes: undefined });
      await stores.courseware.markReceived(coursewareId, 'pdf');
      await stores.courseware.markReady(coursewareId, PAGES);
      return coursewareId;
    },
    removeBoardFile: async (coursewareId) => {
      expect(await stores.courseware.remove(coursewareId, Date.now())).toBe(false);
    },
    close: async () => {
      writes.close();
      redis.disconnect();
      await database.close();
      await Promise.all([postgres.stop(), redisService.stop()]);
    },
  };
}

function messageOf(seatId: SeatId, text: string, sentAtMs: number): ChatMessage {
  return { messageId: MessageId.parse(randomUUID()), seatId, displayName: '小明', seat: 'pupil', text, sentAtMs };
}

const newRequestId = (): RequestId => RequestId.parse(randomUUID());

describe.each<[string, () => Promise<Subject>]>([
  ['in memory', memory],
  ['on PostgreSQL and Redis', stored],
])('RoomStore %s', (_name, open) => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await open();
  });
  afterAll(async () => await subject.close());

  it('knows a lesson, and says notFound of another', async () => {
    const { lessonId } = await subject.lesson();
    expect(await subject.store.lesson(lessonId)).toMatchObject({
      state: 'scheduled',
      facts: { lessonId, roomId: lessonId },
    });
    await expect(subject.store.lesson(randomUUID() as string as LessonId)).rejects.toMatchObject({ code: 'notFound' });
  });

  it('knows the pages of a lesson’s own files, and says notFound of all others (B1)', async () => {
    const [{ lessonId }, other] = [await subject.lesson(), await subject.lesson()];
    const coursewareId = await subject.boardFile(lessonId);
    const file = { coursewareId, fileName: '课件.pdf', pages: PAGES };
    expect(await subject.store.pagesOf(lessonId, coursewareId)).toEqual(file);
    await expect(subject.store.pagesOf(other.lessonId, coursewareId)).rejects.toMatchObject({ code: 'notFound' });
    const unknown = newId(CoursewareId);
    await expect(subject.store.pagesOf(lessonId, unknown)).rejects.toMatchObject({ code: 'notFound' });
    await subject.removeBoardFile(coursewareId);
    await expect(subject.store.pagesOf(lessonId, coursewareId)).rejects.toMatchObject({ code: 'notFound' });
  });

  it('gives the same seat each time, remembers admission, and refuses the kept out (J2, J5, L3)', async () => {
    const { claims } = await subject.lesson();
    const first = await subject.store.claimSeat(claims, Date.now());
    expect(first.isAdmitted).toBe(false);
    await subject.store.markAdmitted(first.seatId, Date.now());
    expect(await subject.store.claimSeat(claims, Date.now())).toEqual({ seatId: first.seatId, isAdmitted: true });
    await subject.store.keepOut(first.seatId);
    await expect(subject.store.claimSeat(claims, Date.now())).rejects.toMatchObject({ code: 'removedFromRoom' });
  });

  it('does not take a guest who comes under another name for the one who was admitted (L3)', async () => {
    const claims = await subject.guest();
    const first = await subject.store.claimSeat(claims, Date.now());
    await subject.store.markAdmitted(first.seatId, Date.now());
    expect((await subject.store.claimSeat(claims, Date.now())).isAdmitted).toBe(true);
    const renamed = { ...claims, displayName: '另一个人' };
    expect(await subject.store.claimSeat(renamed, Date.now())).toEqual({ seatId: first.seatId, isAdmitted: false });
    expect((await subject.store.claimSeat(claims, Date.now())).isAdmitted).toBe(false);
  });

  it('goes from scheduled to live to ended', async () => {
    const { lessonId } = await subject.lesson();
    await subject.store.markLessonLive(lessonId, Date.now());
    expect((await subject.store.lesson(lessonId)).state).toBe('live');
    await subject.store.markLessonEnded(lessonId, Date.now());
    expect((await subject.store.lesson(lessonId)).state).toBe('ended');
  });

  it('keeps each message once and pages backwards (C3, C4)', async () => {
    const { lessonId, claims } = await subject.lesson();
    const { seatId } = await subject.store.claimSeat(claims, Date.now());
    const requestId = newRequestId();
    const at = Date.now();
    const first = await subject.store.appendChat(lessonId, requestId, messageOf(seatId, '一', at));
    const repeated = await subject.store.appendChat(lessonId, requestId, messageOf(seatId, '一', at + 1));
    expect(repeated).toEqual(first);
    await subject.store.appendChat(lessonId, newRequestId(), messageOf(seatId, '二', at + 2));
    await subject.store.appendChat(lessonId, newRequestId(), messageOf(seatId, '三', at + 3));
    const all = await subject.store.chatBefore(lessonId, null, 10);
    expect(all.map((message) => message.text)).toEqual(['一', '二', '三']);
    expect((await subject.store.chatBefore(lessonId, at + 3, 1)).map((message) => message.text)).toEqual(['二']);
  });

  it('keeps one answer per question and voter, the latest, also when told twice or late (Q4)', async () => {
    const { lessonId, claims } = await subject.lesson();
    const { seatId } = await subject.store.claimSeat(claims, Date.now());
    const poll = pollOf(seatId);
    const prepared = pollOf(seatId, { state: 'prepared', openedAtMs: null, createdAtMs: poll.createdAtMs + 1 });
    const closed = { ...poll, state: 'closed' as const, closedAtMs: Date.now(), changedAtMs: poll.changedAtMs + 1 };
    for (let time = 0; time < 2; time += 1) {
      await subject.store.savePoll(lessonId, time === 0 ? prepared : closed);
      await subject.store.savePoll(lessonId, poll);
      await subject.store.saveAnswer(answerOf(poll, seatId, 1, 2_000));
      await subject.store.saveAnswer(answerOf(poll, seatId, 0, 1_000));
    }
    await subject.store.removePoll(poll.pollId);
    expect(await subject.store.polls(lessonId)).toMatchObject([
      { poll: closed, answers: [{ seatId, displayName: claims.displayName, answer: { choices: [1], text: null } }] },
      { poll: prepared, answers: [] },
    ]);
    await subject.store.removePoll(prepared.pollId);
    expect(await subject.store.polls(lessonId)).toHaveLength(1);
    expect(await subject.store.pastQuestions(seatId, 5)).toEqual([poll.question]);
  });

  it('takes attendance and recordings, also when told twice', async () => {
    const { lessonId, claims } = await subject.lesson();
    const { seatId } = await subject.store.claimSeat(claims, Date.now());
    const recordingId = RecordingId.parse(randomUUID());
    const recording = {
      recordingId,
      lessonId,
      title: '古诗二首',
      startedAtUnixUs: Date.now() * 1_000,
      allowsDownload: false,
    };
    for (let time = 0; time < 2; time += 1) {
      await subject.store.recordJoin(lessonId, seatId, Date.now());
      await subject.store.recordLeave(lessonId, seatId, Date.now());
      await subject.store.openRecording(recording);
      await subject.store.leaveOut(recordingId, [{ fromUs: 0, toUs: 1 }]);
      await subject.store.endRecording(recordingId, Date.now());
    }
    await subject.store.saveRoll(lessonId, []);
    const unlisted = RecordingId.parse(randomUUID());
    await expect(subject.store.leaveOut(unlisted, [])).rejects.toMatchObject({ code: 'notFound' });
  });
});

const pollOf = (askedBy: SeatId, change: Partial<PollRecord> = {}): PollRecord => ({
  pollId: PollId.parse(randomUUID()),
  askedBy,
  question: {
    ...{ kind: 'single', text: '1 + 1 = ？', options: ['1', '2'] },
    ...{ correctChoices: [1], correctText: null, isAnonymous: false },
  },
  state: 'open',
  ballotKey: null,
  createdAtMs: Date.now(),
  openedAtMs: Date.now(),
  closedAtMs: null,
  changedAtMs: Date.now(),
  ...change,
});
const answerOf = ({ pollId }: PollRecord, seatId: SeatId, choice: number, answeredAtMs: number): AnswerRecord => ({
  ...{ pollId, voter: seatId, seatId, answeredAtMs },
  answer: { choices: [choice], text: null },
});

describe('StoredRooms', () => {
  let subject: StoredSubject;
  beforeAll(async () => {
    subject = await stored();
  });
  afterAll(async () => await subject.close());

  it('keeps chat and attendance while the database is away and writes them when it is back (C2)', async () => {
    const { lessonId, claims } = await subject.lesson();
    const { seatId } = await subject.store.claimSeat(claims, Date.now());
    await subject.postgres.kill();
    await subject.store.appendChat(lessonId, newRequestId(), messageOf(seatId, '还在上课', Date.now()));
    await subject.store.recordJoin(lessonId, seatId, Date.now());
    await expect(subject.store.chatBefore(lessonId, Date.now(), 1)).rejects.toMatchObject({ code: 'unavailable' });
    await subject.postgres.up();
    await vi.waitFor(
      async () => {
        const { messages } = await subject.stores.chat.page(lessonId, { limit: 10 });
        expect(messages).toMatchObject([{ text: '还在上课' }]);
        expect(await subject.stores.attendance.stays(lessonId)).toMatchObject([{ seatId, leftAtMs: null }]);
      },
      { timeout: 20_000, interval: 200 },
    );
  });

  it('has every answer once that was acknowledged while the database was away, also for the next process (Q5, Q8)', async () => {
    const { lessonId, claims } = await subject.lesson();
    const { seatId } = await subject.store.claimSeat(claims, Date.now());
    const poll = pollOf(seatId);
    await subject.postgres.kill();
    await subject.store.savePoll(lessonId, poll);
    await subject.store.saveAnswer(answerOf(poll, seatId, 0, 1_000));
    await subject.store.saveAnswer(answerOf(poll, seatId, 1, 2_000));
    await expect(subject.store.polls(lessonId)).rejects.toMatchObject({ code: 'unavailable' });
    const next = subject.nextProcess();
    await expect(next.store.polls(lessonId)).rejects.toMatchObject({ code: 'unavailable' });
    await subject.postgres.up();
    const stored = await vi.waitFor(async () => await next.store.polls(lessonId), { timeout: 20_000, interval: 200 });
    expect(stored).toMatchObject([{ poll: { pollId: poll.pollId }, answers: [{ answer: { choices: [1] } }] }]);
    next.close();
  });

  it('has the class group on the roll of a lesson (S7)', async () => {
    const { lessonId, claims } = await subject.lesson();
    const { expected } = await subject.store.lesson(lessonId);
    expect(expected).toMatchObject([{ displayName: claims.displayName, classGroup: '三年级一班' }]);
  });
});
