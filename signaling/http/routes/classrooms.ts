import { enrolmentCode, normalCode } from '../../auth/password.ts';
import { tokenHash } from '../../auth/secret-token.ts';
import { SITE_COOKIE, SITE_SESSION_MS } from '../../auth/sessions.ts';
import { AppError, fieldProblem } from '../../protocol/errors.ts';
import type { ClassroomId } from '../../protocol/ids.ts';
import type { Classroom } from '../../protocol/rest/classrooms.ts';
import type { Site } from '../../../storage/ports.ts';
import { assertAdministers, belongsTo, isDistrictAdmin, personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';
import { reachableSchoolIds } from './schools.ts';

type Names =
  | 'listClassrooms'
  | 'createClassroom'
  | 'changeClassroom'
  | 'deleteClassroom'
  | 'issueEnrolmentCode'
  | 'listPairings'
  | 'createPairing'
  | 'deletePairing'
  | 'enrolSite'
  | 'resumeSite';

const HOUR_MS = 3_600_000;
const ENROLMENT_CODE_MS = 24 * HOUR_MS;

function identityOf(site: Site) {
  const { siteId, classroomName, schoolName, timeZone } = site;
  return { siteId, classroomName, schoolName, timeZone };
}

export class ClassroomRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #sessions: RestDependencies['sessions'];
  readonly #limits: RestDependencies['limits'];
  readonly #nowMs: RestDependencies['nowMs'];
  readonly #classrooms: RestDependencies['stores']['classrooms'];

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#sessions = dependencies.sessions;
    this.#limits = dependencies.limits;
    this.#nowMs = dependencies.nowMs;
    this.#classrooms = dependencies.stores.classrooms;
  }

  readonly listClassrooms: RestHandlers['listClassrooms'] = async ({ query }, context) => {
    const caller = personOf(context.caller);
    if (isDistrictAdmin(caller)) {
      return {
        classrooms: await this.#classrooms.listClassrooms(
          query.schoolId === undefined ? {} : { schoolIds: [query.schoolId] },
        ),
      };
    }
    const reachable = await reachableSchoolIds(this.#dependencies, caller);
    const schoolIds =
      query.schoolId === undefined ? reachable : reachable.filter((schoolId) => schoolId === query.schoolId);
    return { classrooms: await this.#classrooms.listClassrooms({ schoolIds }) };
  };

  readonly createClassroom: RestHandlers['createClassroom'] = async ({ body }, context) => {
    assertAdministers(personOf(context.caller), body.schoolId);
    return this.#classrooms.createClassroom(body);
  };

  readonly changeClassroom: RestHandlers['changeClassroom'] = async ({ params, body }, context) => {
    await this.#managed(personOf(context.caller), params.classroomId);
    return this.#classrooms.renameClassroom(params.classroomId, body.name);
  };

  readonly deleteClassroom: RestHandlers['deleteClassroom'] = async ({ params }, context) => {
    await this.#managed(personOf(context.caller), params.classroomId);
    await this.#classrooms.deleteClassroom(params.classroomId);
    return {};
  };

  readonly issueEnrolmentCode: RestHandlers['issueEnrolmentCode'] = async ({ params }, context) => {
    await this.#managed(personOf(context.caller), params.classroomId);
    const code = enrolmentCode();
    const expiresAtMs = this.#nowMs() + ENROLMENT_CODE_MS;
    await this.#classrooms.setEnrolmentCode(params.classroomId, { codeHash: tokenHash(normalCode(code)), expiresAtMs });
    return { code, expiresAtMs };
  };

  readonly listPairings: RestHandlers['listPairings'] = async (_input, context) => {
    const caller = personOf(context.caller);
    const pairings = await this.#classrooms.listPairings({});
    if (isDistrictAdmin(caller)) return { pairings };
    return {
      pairings: pairings.filter(
        (pairing) => belongsTo(caller, pairing.lecturingSchoolId) || belongsTo(caller, pairing.listeningSchoolId),
      ),
    };
  };

  readonly createPairing: RestHandlers['createPairing'] = async ({ body }) => {
    if (body.lecturingSchoolId === body.listeningSchoolId) {
      throw fieldProblem('listeningSchoolId', 'pairedWithItself');
    }
    return this.#classrooms.createPairing(body);
  };

  readonly deletePairing: RestHandlers['deletePairing'] = async ({ params }) => {
    await this.#classrooms.deletePairing(params.pairingId);
    return {};
  };

  readonly enrolSite: RestHandlers['enrolSite'] = async ({ body }, context) => {
    const { address } = context;
    await this.#limits.consume('enrolmentAddress', address);
    const site = await this.#enrol(normalCode(body.code));
    if (site === undefined) throw new AppError('enrolmentCodeInvalid');
    // The code is used up: from here on nothing may keep the screen from its session.
    const token = await this.#sessions.openForSite(site.siteId);
    context.setCookie(SITE_COOKIE, token, SITE_SESSION_MS);
    // A good code is no guess, and all the classrooms of a lesson may be set up behind one address.
    await this.#limits.giveBack('enrolmentAddress', address).catch(() => undefined);
    return { ...identityOf(site), resumeToken: token };
  };

  readonly resumeSite: RestHandlers['resumeSite'] = async ({ body: { resumeToken } }, context) => {
    const { address } = context;
    await this.#limits.consume('enrolmentAddress', address);
    const holder = await this.#sessions.siteOf(resumeToken);
    const site = holder === undefined ? undefined : await this.#classrooms.site(holder.siteId);
    if (site === undefined) throw new AppError('signedOut');
    context.setCookie(SITE_COOKIE, resumeToken, SITE_SESSION_MS);
    await this.#limits.giveBack('enrolmentAddress', address).catch(() => undefined);
    return identityOf(site);
  };

  #enrol(code: string): Promise<Site | undefined> {
    const { demo, stores } = this.#dependencies;
    const codeHash = tokenHash(code);
    const nowMs = this.#nowMs();
    const shown = demo.sites.find((one) => normalCode(one.code) === code);
    return stores.atomically(async ({ classrooms }) => {
      // Everybody who looks at a demo is shown the same code: it must do for the second one as well.
      if (shown !== undefined && (await classrooms.classroom(shown.classroomId)) !== undefined) {
        await classrooms.setEnrolmentCode(shown.classroomId, { codeHash, expiresAtMs: nowMs + ENROLMENT_CODE_MS });
      }
      return classrooms.enrolSite(codeHash, nowMs);
    });
  }

  async #managed(caller: PersonCaller, classroomId: ClassroomId): Promise<Classroom> {
    const classroom = await this.#classrooms.classroom(classroomId);
    if (classroom === undefined) throw new AppError('notFound');
    assertAdministers(caller, classroom.schoolId);
    return classroom;
  }
}
