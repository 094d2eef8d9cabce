import { PairingCodes } from '../../auth/pairing-codes.ts';
import { SITE_COOKIE, SITE_SESSION_MS } from '../../auth/sessions.ts';
import { AppError } from '../../protocol/errors.ts';
import type { ClassroomId, SiteId } from '../../protocol/ids.ts';
import type { KeptSite, PairedSite, SiteWanted } from '../../protocol/rest/sites.ts';
import type { SiteOrder } from '../../protocol/sites.ts';
import type { Lesson, SiteRecord } from '../../../storage/ports.ts';
import {
  administers,
  assertAdministers,
  hasRole,
  isDistrictAdmin,
  personOf,
  siteOf,
  type PersonCaller,
} from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import { lessonSummary } from '../lesson-view.ts';
import type { RestHandlers } from '../serve-route.ts';
import { assertOpen, joinGrant } from './joining.ts';

type Names =
  | 'siteAgenda'
  | 'reportSiteHealth'
  | 'listSites'
  | 'orderSite'
  | 'unenrolSite'
  | 'pairPhone'
  | 'listPairedSites'
  | 'unpairPhone'
  | 'joinAsPhone';

const HOUR_MS = 3_600_000;
/** A site is in the room before the lecturer looks. */
const SITE_EARLY_MS = 300_000;
const AGENDA_AHEAD_MS = 18 * HOUR_MS;
/** A day at school: tomorrow somebody else may stand in this classroom. */
const PAIRED_MS = 12 * HOUR_MS;

/** The lesson to be in now: a live one first, else one that is about to begin or should have begun. */
export function currentLesson(lessons: readonly Lesson[], nowMs: number): Lesson | undefined {
  const live = lessons.find((lesson) => lesson.state === 'live');
  if (live !== undefined) return live;
  return lessons.find(
    (lesson) => lesson.state === 'scheduled' && lesson.startsAtMs - SITE_EARLY_MS <= nowMs && nowMs < lesson.endsAtMs,
  );
}

/** Teaches at the school where the screen stands. */
function assertTeachesAt(caller: PersonCaller, { schoolId }: Pick<SiteRecord, 'schoolId'>): void {
  if (!hasRole(caller, 'teacher', schoolId))
    throw new AppError('forbidden', { message: 'not a teacher of this school' });
}

export class SiteRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #stores: RestDependencies['stores'];
  readonly #rooms: RestDependencies['rooms'];
  readonly #nowMs: RestDependencies['nowMs'];
  readonly #codes: PairingCodes;

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#stores = dependencies.stores;
    this.#rooms = dependencies.rooms;
    this.#nowMs = dependencies.nowMs;
    this.#codes = new PairingCodes(dependencies.redis, dependencies.nowMs);
  }

  readonly siteAgenda: RestHandlers['siteAgenda'] = async (_input, context) => {
    const { siteId } = siteOf(context.caller);
    const now = this.#nowMs();
    await this.#stores.classrooms.siteSeen(siteId, now);
    const site = await this.#stores.sites.site(siteId, now);
    if (site === undefined) throw new AppError('signedOut');
    // The session goes on with each request; a browser would forget its half of it 400 days after the enrolment.
    context.renewCookie(SITE_COOKIE, SITE_SESSION_MS);
    const { current, upcoming } = await this.#lessonsOf(site.classroomId);
    const view = (lesson: Lesson) => lessonSummary(lesson, 'site', this.#rooms.presentCount(lesson.lessonId));
    const { classroomName, schoolName, timeZone, phones, wanted } = site;
    return {
      site: { siteId, classroomName, schoolName, timeZone },
      current: current === undefined ? null : view(current),
      upcoming: upcoming.map(view),
      pairingCode: await this.#codes.codeFor(siteId),
      phones: phones.map(({ displayName }) => displayName),
      wanted,
      serverNowMs: now,
    };
  };

  readonly reportSiteHealth: RestHandlers['reportSiteHealth'] = async ({ body }, context) => {
    const { siteId } = siteOf(context.caller);
    await this.#dependencies.limits.consume('siteHealth', siteId);
    await this.#stores.sites.reported(siteId, this.#nowMs(), body);
    return {};
  };

  readonly listSites: RestHandlers['listSites'] = async ({ query }, context) => {
    const caller = personOf(context.caller);
    const nowMs = this.#nowMs();
    if (query.schoolId !== undefined) assertAdministers(caller, query.schoolId);
    const own = caller.roles.flatMap(({ role, schoolId }) =>
      role === 'schoolAdmin' && schoolId !== null ? [schoolId] : [],
    );
    const all = isDistrictAdmin(caller) ? {} : { schoolIds: own };
    const filter = query.schoolId === undefined ? all : { schoolIds: [query.schoolId] };
    const sites = await this.#stores.sites.list({ ...filter, nowMs });
    return { sites: sites.map(keptSite) };
  };

  readonly orderSite: RestHandlers['orderSite'] = async ({ params, body }, context) => {
    await this.#managed(personOf(context.caller), params.siteId);
    await this.#stores.sites.want(params.siteId, wishOf(body, this.#nowMs()));
    return {};
  };

  readonly unenrolSite: RestHandlers['unenrolSite'] = async ({ params }, context) => {
    await this.#managed(personOf(context.caller), params.siteId);
    await this.#stores.sites.unenrol(params.siteId);
    await this.#rooms.dropStraySeats();
    return {};
  };

  readonly pairPhone: RestHandlers['pairPhone'] = async ({ body }, context) => {
    const caller = personOf(context.caller);
    await this.#dependencies.limits.consume('pairingPerson', caller.personId);
    const site = await this.#site(await this.#codes.siteOf(body.code));
    assertTeachesAt(caller, site);
    const atMs = this.#nowMs();
    const { siteId, classroomName, schoolName } = site;
    await this.#stores.sites.pair({ siteId, personId: caller.personId, atMs, expiresAtMs: atMs + PAIRED_MS });
    return { siteId, classroomName, schoolName };
  };

  readonly listPairedSites: RestHandlers['listPairedSites'] = async (_input, context) => {
    const caller = personOf(context.caller);
    const nowMs = this.#nowMs();
    const pairings = await this.#stores.sites.pairingsOf(caller.personId, nowMs);
    const sites = await Promise.all(
      pairings.map(async ({ siteId, expiresAtMs }) => {
        const site = await this.#stores.sites.site(siteId, nowMs);
        const isGood = site !== undefined && hasRole(caller, 'teacher', site.schoolId);
        return isGood ? [await this.#paired(site, expiresAtMs)] : [];
      }),
    );
    return { sites: sites.flat(), serverNowMs: nowMs };
  };

  readonly unpairPhone: RestHandlers['unpairPhone'] = async ({ params: { siteId, personId } }, context) => {
    const caller = personOf(context.caller);
    const site = await this.#stores.sites.site(siteId, this.#nowMs());
    const administersIt = site !== undefined && administers(caller, site.schoolId);
    // Whose phones a screen has is nobody else's business.
    if (personId !== caller.personId && !administersIt) throw new AppError('notFound');
    await this.#stores.sites.unpair(siteId, personId);
    await this.#rooms.dropStraySeats();
    return {};
  };

  readonly joinAsPhone: RestHandlers['joinAsPhone'] = async ({ params: { siteId }, body }, context) => {
    const caller = personOf(context.caller);
    const site = await this.#assertPhone(caller, siteId);
    const lesson = await this.#stores.lessons.lesson(body.lessonId);
    const isIts = lesson?.classrooms.some(({ classroomId }) => classroomId === site.classroomId) === true;
    if (lesson?.origin !== 'class' || !isIts) throw new AppError('notFound');
    // Whoever lectures has a seat already, which the phone would take.
    if (lesson.lecturerId === caller.personId) throw new AppError('conflict', { details: { field: 'lecturer' } });
    assertOpen(lesson, 'coTeacher', this.#nowMs());
    // A phone in a classroom far away opens no lesson whose lecturer is not there yet.
    if (lesson.state !== 'live') throw new AppError('waitingForTeacher');
    const school = await this.#stores.directory.school(site.schoolId);
    return joinGrant(this.#dependencies, lesson, {
      seat: 'coTeacher',
      identity: { kind: 'person', personId: caller.personId },
      displayName: caller.displayName,
      schoolName: site.schoolName,
      region: school?.region || null,
      allowsWall: false,
      phoneOf: siteId,
      mayTeach: true,
      wardName: null,
      isWardClaimed: false,
      classGroup: null,
    });
  };

  async #assertPhone(caller: PersonCaller, siteId: SiteId): Promise<SiteRecord> {
    const nowMs = this.#nowMs();
    if (!(await this.#stores.sites.isPhone(siteId, caller.personId, nowMs))) throw new AppError('forbidden');
    const site = await this.#site(siteId);
    assertTeachesAt(caller, site);
    return site;
  }

  async #site(siteId: SiteId): Promise<SiteRecord> {
    const site = await this.#stores.sites.site(siteId, this.#nowMs());
    if (site === undefined) throw new AppError('notFound');
    return site;
  }

  async #managed(caller: PersonCaller, siteId: SiteId): Promise<void> {
    assertAdministers(caller, (await this.#site(siteId)).schoolId);
  }

  async #paired(site: SiteRecord, pairedUntilMs: number): Promise<PairedSite> {
    const { current, upcoming } = await this.#lessonsOf(site.classroomId);
    const view = async (lesson: Lesson) => ({
      ...lessonSummary(lesson, 'coTeacher', this.#rooms.presentCount(lesson.lessonId)),
      courseware: await this.#dependencies.courseware.list(lesson.lessonId),
    });
    return {
      siteId: site.siteId,
      classroomName: site.classroomName,
      schoolName: site.schoolName,
      timeZone: site.timeZone,
      pairedUntilMs,
      current: current === undefined ? null : await view(current),
      upcoming: await Promise.all(upcoming.map(view)),
    };
  }

  async #lessonsOf(classroomId: ClassroomId): Promise<{ current: Lesson | undefined; upcoming: Lesson[] }> {
    const now = this.#nowMs();
    const lessons = await this.#stores.lessons.list({
      fromMs: now - 2 * HOUR_MS,
      toMs: now + AGENDA_AHEAD_MS,
      audience: { classroomId },
    });
    const current = currentLesson(lessons, now);
    const upcoming = lessons.filter(
      (lesson) => lesson.state === 'scheduled' && lesson.startsAtMs > now && lesson.lessonId !== current?.lessonId,
    );
    return { current, upcoming };
  }
}

function wishOf(order: SiteOrder, atMs: number): Partial<SiteWanted> {
  switch (order.kind) {
    case 'camera':
      return { camera: order.camera, cameraAtMs: atMs };
    case 'microphone':
      return { isMicrophoneOff: order.isOff, microphoneAtMs: atMs };
    case 'volume':
      return { volume: order.volume, volumeAtMs: atMs };
    case 'layout':
      return { layout: order.layout, layoutAtMs: atMs };
    case 'reload':
      return { reloadAtMs: atMs };
  }
}

const keptSite = ({ timeZone: _zone, ...site }: SiteRecord): KeptSite => ({ ...site, phones: [...site.phones] });
