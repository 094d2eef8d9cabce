import { randomUUID } from 'node:crypto';
import { AppError, isUnavailable } from '../../protocol/errors.ts';
import type { LessonId, SchoolId, SiteId } from '../../protocol/ids.ts';
import type { RouteReplyInput } from '../../protocol/rest.ts';
import { API_PREFIX } from '../../protocol/rest.ts';
import type { SeatKind } from '../../protocol/seats.ts';
import { isTeacherSeat } from '../../protocol/seats.ts';
import type { JoinClaims } from '../../rooms/join-claims.ts';
import type { Lesson } from '../../../storage/ports.ts';
import { turnServers } from '../../auth/turn-credentials.ts';
import type { PersonCaller, SiteCaller } from '../caller.ts';
import { lessonFacts } from '../../directory/lesson-facts.ts';
import type { RestDependencies } from '../dependencies.ts';
import { isOver, opensAtMs, seatOf } from '../lesson-view.ts';
import type { RestHandlers } from '../serve-route.ts';
import { visibleLesson } from './lessons.ts';

type Names = 'joinLesson' | 'enterRoom';

const JOIN_TOKEN_MS = 300_000;
const USED_TOKEN_SECONDS = 600;

/** @throws AppError `lessonEnded` or `lessonNotOpen` (with the time from which it is). */
export function assertOpen(lesson: Lesson, seat: SeatKind, nowMs: number): void {
  if (isOver(lesson, nowMs)) throw new AppError('lessonEnded');
  const opens = opensAtMs(lesson, seat);
  if (lesson.state !== 'live' && nowMs < opens) throw new AppError('lessonNotOpen', { details: { opensAtMs: opens } });
}

export function joinGrant(
  dependencies: RestDependencies,
  lesson: Lesson,
  who: Omit<JoinClaims, 'jti' | 'lessonId' | 'phoneOf'> & Partial<Pick<JoinClaims, 'phoneOf'>>,
): RouteReplyInput<'joinLesson'> {
  const facts = lessonFacts(lesson);
  const claims = { ...who, jti: randomUUID(), lessonId: lesson.lessonId };
  return {
    joinToken: dependencies.joinTokens.sign(claims, dependencies.nowMs() + JOIN_TOKEN_MS),
    home: `${API_PREFIX}/rooms/${facts.roomId}`,
    roomId: facts.roomId,
    seat: who.seat,
    displayName: who.displayName,
    lesson: facts,
  };
}

export class JoiningRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #stores: RestDependencies['stores'];
  readonly #rooms: RestDependencies['rooms'];
  readonly #redis: RestDependencies['redis'];
  readonly #nowMs: RestDependencies['nowMs'];

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#stores = dependencies.stores;
    this.#rooms = dependencies.rooms;
    this.#redis = dependencies.redis;
    this.#nowMs = dependencies.nowMs;
  }

  readonly joinLesson: RestHandlers['joinLesson'] = async ({ params }, { caller }) => {
    if (caller.kind === 'person') return this.#forPerson(caller, params.lessonId);
    if (caller.kind === 'site') return this.#forSite(caller, params.lessonId);
    throw new AppError('signedOut');
  };

  readonly enterRoom: RestHandlers['enterRoom'] = async ({ params, body }) => {
    const claims = this.#dependencies.joinTokens.verify(body.joinToken, this.#nowMs());
    if ((claims.lessonId as string) !== params.roomId) throw new AppError('seatTokenInvalid');
    await this.#useUp(claims.jti);
    await this.#assertStillPaired(claims);
    const seat = await this.#rooms.enter(claims);
    return {
      ...seat,
      iceServers: turnServers(this.#dependencies.turn, seat.seatId, this.#nowMs()),
    };
  };

  /** A token from before a phone was unpaired, or a screen unenrolled, opens nothing after it. @throws AppError `forbidden` */
  async #assertStillPaired({ phoneOf, identity }: JoinClaims): Promise<void> {
    if (identity.kind === 'site' && !(await this.#isEnrolled(identity.siteId))) throw new AppError('forbidden');
    if (phoneOf === null || identity.kind !== 'person') return;
    const isPhone = await this.#stores.sites.isPhone(phoneOf, identity.personId, this.#nowMs());
    if (!isPhone) throw new AppError('forbidden');
  }

  /** While the database is away a screen that is known to the room comes back all the same: nobody can have unenrolled it. */
  async #isEnrolled(siteId: SiteId): Promise<boolean> {
    try {
      return (await this.#stores.sites.enrolled([siteId])).length > 0;
    } catch (error) {
      if (isUnavailable(error)) return true;
      throw error;
    }
  }

  /** Tokens used while Redis was away, so that single use holds within this process at least. */
  readonly #usedHere = new Set<string>();

  /** @throws AppError `seatTokenInvalid` for a token that was used before. */
  async #useUp(jti: string): Promise<void> {
    if (this.#usedHere.has(jti)) throw new AppError('seatTokenInvalid');
    this.#usedHere.add(jti);
    setTimeout(() => this.#usedHere.delete(jti), JOIN_TOKEN_MS).unref();
    const isFirst = await this.#redis
      .set(`tongke:join-token:${jti}`, '1', 'EX', USED_TOKEN_SECONDS, 'NX')
      .catch(() => 'OK');
    if (isFirst !== 'OK') throw new AppError('seatTokenInvalid');
  }

  async #forPerson(caller: PersonCaller, lessonId: LessonId) {
    const { lesson, involvement } = await visibleLesson(this.#dependencies, caller, lessonId);
    const seat = seatOf(caller, lesson, involvement);
    if (seat === null) throw new AppError('forbidden');
    assertOpen(lesson, seat, this.#nowMs());
    const [me, schoolFacts] = await Promise.all([
      this.#stores.directory.me(caller.personId),
      this.#schoolFacts(caller.schoolId),
    ]);
    const wards = involvement?.as === 'guardian' ? involvement.wards.map((ward) => ward.displayName).join('、') : null;
    return joinGrant(this.#dependencies, lesson, {
      seat,
      identity: { kind: 'person', personId: caller.personId },
      displayName: caller.displayName,
      schoolName: me?.schoolName ?? null,
      ...schoolFacts,
      mayTeach: caller.roles.some(({ role }) => role !== 'student' && role !== 'guardian'),
      wardName: wards,
      isWardClaimed: false,
      classGroup: isTeacherSeat(seat) ? null : (me?.classGroup ?? null),
    });
  }

  async #forSite(caller: SiteCaller, lessonId: LessonId) {
    const lesson = await this.#stores.lessons.lesson(lessonId);
    const classroom = lesson?.classrooms.find((candidate) => candidate.classroomId === caller.classroomId);
    if (lesson?.origin !== 'class' || classroom === undefined) throw new AppError('notFound');
    assertOpen(lesson, 'site', this.#nowMs());
    return joinGrant(this.#dependencies, lesson, {
      seat: 'site',
      identity: { kind: 'site', siteId: caller.siteId },
      displayName: caller.classroomName,
      schoolName: classroom.schoolName,
      ...(await this.#schoolFacts(classroom.schoolId)),
      mayTeach: false,
      wardName: null,
      isWardClaimed: false,
      classGroup: null,
    });
  }

  /** Where its media goes to, null when nobody has said; and what it allows. */
  async #schoolFacts(schoolId: SchoolId | null): Promise<Pick<JoinClaims, 'region' | 'allowsWall'>> {
    const school = schoolId === null ? undefined : await this.#stores.directory.school(schoolId);
    return { region: school?.region || null, allowsWall: school?.settings.allowsClassWall ?? false };
  }
}
