import { randomUUID } from 'node:crypto';
import { LessonId, PersonId, RoomId, SiteId, InvitationId } from '../../../signaling/protocol/ids.ts';
import type { LessonKind, SeatKind } from '../../../signaling/protocol/seats.ts';
import type { JoinClaims } from '../../../signaling/rooms/join-claims.ts';
import type { RoomLesson } from '../../../signaling/rooms/ports.ts';

const LESSON_MS = 45 * 60_000;

export function newLesson(kind: LessonKind, change: Partial<RoomLesson['facts']> = {}): RoomLesson {
  const id = randomUUID();
  const startsAtMs = change.startsAtMs ?? Date.now();
  return {
    facts: {
      lessonId: LessonId.parse(id),
      roomId: RoomId.parse(id),
      kind,
      origin: 'class',
      title: '面积的认识',
      subject: '数学',
      lecturerName: '王老师',
      schoolName: '实验小学',
      startsAtMs,
      endsAtMs: startsAtMs + LESSON_MS,
      isRecorded: false,
      ...change,
    },
    state: 'scheduled',
    region: null,
    allowsDownload: false,
    recordsPupils: true,
    allowsWall: true,
    expected: [],
  };
}

/** Somebody's claims; the same name is the same person. */
export function claimsOf(lesson: RoomLesson, seat: SeatKind, name: string): JoinClaims {
  return {
    jti: randomUUID(),
    lessonId: lesson.facts.lessonId,
    seat,
    identity: identityOf(seat, name),
    displayName: name,
    schoolName: '实验小学',
    region: null,
    phoneOf: null,
    mayTeach: seat === 'observer',
    allowsWall: true,
    wardName: null,
    isWardClaimed: false,
    classGroup: seat === 'pupil' ? '三年级一班' : null,
  };
}

function identityOf(seat: SeatKind, name: string): JoinClaims['identity'] {
  if (seat === 'site') return { kind: 'site', siteId: SiteId.parse(`site-${idOf(name)}`) };
  if (seat === 'guest') {
    return { kind: 'guest', guestId: `key-${idOf(name)}`, invitationId: InvitationId.parse('invitation') };
  }
  return { kind: 'person', personId: PersonId.parse(`person-${idOf(name)}`) };
}

/** Ids are ASCII. */
const idOf = (name: string): string => Buffer.from(name).toString('hex');
