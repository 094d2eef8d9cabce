import type { Upload } from '../../../storage/ports.ts';
import { assertReachable } from '../../directory/reachability.ts';
import { AppError } from '../../protocol/errors.ts';
import type { SchoolId } from '../../protocol/ids.ts';
import { API_PREFIX } from '../../protocol/rest.ts';
import { UPLOAD_DATA_PATH, type UploadSummary } from '../../protocol/rest/uploads.ts';
import { personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import { lessonSummary } from '../lesson-view.ts';
import type { RestHandlers } from '../serve-route.ts';

type Names = 'createUpload' | 'listUploads' | 'cancelUpload' | 'createMicroLesson';

const HOUR_MS = 3_600_000;
/** After that a room that has been left ends by itself (SPEC E4), and what is recorded is in the library; nobody who is inside is sent away. */
const MICRO_ROOM_MS = HOUR_MS;

/** The school that a film belongs to: where its teacher works, or the one that is administered. @throws AppError `forbidden` */
function schoolOf(caller: PersonCaller): SchoolId {
  const administered = caller.roles.find(({ role, schoolId }) => role === 'schoolAdmin' && schoolId !== null);
  const schoolId = caller.schoolId ?? administered?.schoolId ?? null;
  if (schoolId === null) throw new AppError('forbidden');
  return schoolId;
}

export class UploadRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
  }

  readonly createUpload: RestHandlers['createUpload'] = async ({ body }, context) => {
    const { stores, limits, uploads } = this.#dependencies;
    const caller = personOf(context.caller);
    const schoolId = schoolOf(caller);
    await limits.consume('uploadPerson', caller.personId);
    await assertReachable(stores, schoolId, { classGroupIds: body.classGroupIds, classroomIds: [] });
    const upload = await uploads.announce({ ownerId: caller.personId, schoolId }, body);
    return this.#summary(upload, 0);
  };

  readonly listUploads: RestHandlers['listUploads'] = async (_input, context) => {
    const { uploads } = this.#dependencies;
    const open = await uploads.listOpen(personOf(context.caller).personId);
    return {
      uploads: open.map((upload) => this.#summary(upload, upload.receivedBytes)),
      maxBytes: uploads.limits.maxBytes,
    };
  };

  readonly cancelUpload: RestHandlers['cancelUpload'] = async ({ params }, context) => {
    await this.#dependencies.uploads.cancel(personOf(context.caller).personId, params.uploadId);
    return {};
  };

  readonly createMicroLesson: RestHandlers['createMicroLesson'] = async ({ body }, context) => {
    const { stores, limits, nowMs } = this.#dependencies;
    const caller = personOf(context.caller);
    const schoolId = schoolOf(caller);
    await limits.consume('microLessonPerson', caller.personId);
    await assertReachable(stores, schoolId, { classGroupIds: body.classGroupIds, classroomIds: [] });
    const startsAtMs = nowMs();
    const lesson = await stores.lessons.create({
      ...body,
      kind: 'live',
      origin: 'micro',
      schoolId,
      lecturerId: caller.personId,
      classroomIds: [],
      startsAtMs,
      endsAtMs: startsAtMs + MICRO_ROOM_MS,
      isRecorded: true,
    });
    return lessonSummary(lesson, 'lecturer', null);
  };

  #summary(upload: Upload, receivedBytes: number): UploadSummary {
    const { uploadId, title, subject, fileName, bytes, touchedAtMs } = upload;
    return {
      ...{ uploadId, title, subject, fileName, bytes, receivedBytes },
      expiresAtMs: touchedAtMs + this.#dependencies.uploads.limits.expiresMs,
      dataPath: `${API_PREFIX}${UPLOAD_DATA_PATH}/${uploadId}`,
    };
  }
}
