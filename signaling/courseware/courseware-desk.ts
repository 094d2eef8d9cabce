import type { CoursewareJob, CoursewareProgress } from '../../recorder/jobs/courseware-jobs.ts';
import { newId } from '../../storage/new-id.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { Courseware, ObjectStore, Stores } from '../../storage/ports.ts';
import { mediaBaseUrl } from '../auth/media-signature.ts';
import { COURSEWARE_SNIFF_BYTES, sniffCourseware } from '../protocol/courseware-file.ts';
import { AppError } from '../protocol/errors.ts';
import { CoursewareId, type LessonId, type PersonId } from '../protocol/ids.ts';
import { COURSEWARE_MAX_FILES, type CoursewareItem } from '../protocol/rest/courseware.ts';
import type { Log } from '../runtime/log.ts';
import { SENT_WITHIN_MS } from './courseware-sweep.ts';
import { openStream } from './first-bytes.ts';

const HOUR_MS = 3_600_000;
/** An address is good for 12 to 18 hours, and the same for everybody in between, so that browsers keep what they have. */
const URL_STEP_MS = 6 * HOUR_MS;
const URL_GOOD_MS = 12 * HOUR_MS;

/** The recorder's making of pages. */
export interface PageMaking {
  order(job: CoursewareJob): Promise<void>;
  cancel(coursewareId: CoursewareId): Promise<boolean>;
  progress(coursewareId: CoursewareId): Promise<CoursewareProgress>;
}

export interface CoursewareDeskOptions {
  readonly stores: Pick<Stores, 'courseware'>;
  readonly objects: ObjectStore;
  readonly making: PageMaking;
  /** Room that uploads leave to everything else of the disk. */
  readonly reserveBytes: number;
  readonly mediaSecret: string;
  readonly log: Log;
  readonly nowMs: () => number;
}

/** Files of pages for lessons: taken in, made into pictures by the recorder, handed out. Who may do it has been checked. */
export class CoursewareDesk {
  readonly #options: CoursewareDeskOptions;

  /** Files whose bytes come in at this moment. */
  readonly #receiving = new Set<CoursewareId>();

  constructor(options: CoursewareDeskOptions) {
    this.#options = options;
  }

  /** @throws AppError `conflict` when the lesson has enough, `storageFull` */
  async announce(
    lessonId: LessonId,
    ownerId: PersonId,
    file: { readonly fileName: string; readonly bytes: number },
  ): Promise<CoursewareId> {
    const { stores, objects, reserveBytes, nowMs } = this.#options;
    const known = await stores.courseware.list(lessonId);
    const stale = known.filter((one) => one.state === 'receiving' && nowMs() - one.createdAtMs > SENT_WITHIN_MS);
    for (const { coursewareId } of stale) await this.#throwAway(coursewareId);
    const freeBytes = await objects.freeBytes();
    const coursewareId = newId(CoursewareId);
    await stores.courseware.create(
      { coursewareId, lessonId, ownerId, ...file, createdAtMs: nowMs() },
      { files: COURSEWARE_MAX_FILES, bytes: freeBytes === undefined ? undefined : freeBytes - reserveBytes },
    );
    return coursewareId;
  }

  /**
   * Takes the bytes of a file that was announced, and has its pages made.
   *
   * @throws AppError `notFound`, `conflict` when it was sent already, `invalidInput` for another length, `unsupportedMedia`, `storageFull`
   */
  async receive(
    ownerId: PersonId,
    coursewareId: CoursewareId,
    body: AsyncIterable<Buffer>,
    bytes: number | undefined,
  ): Promise<void> {
    const { stores } = this.#options;
    const file = await stores.courseware.courseware(coursewareId);
    if (file?.ownerId !== ownerId) throw new AppError('notFound');
    if (file.state !== 'receiving') throw new AppError('conflict');
    if (bytes !== file.bytes) throw new AppError('invalidInput', { message: 'not as long as announced' });
    // Of two at once the bytes of one would be taken for the kind of the other.
    if (this.#receiving.has(coursewareId)) throw new AppError('conflict', { message: 'being sent already' });
    this.#receiving.add(coursewareId);
    try {
      await this.#take(file, body);
    } finally {
      this.#receiving.delete(coursewareId);
    }
  }

  async #take(file: Courseware, body: AsyncIterable<Buffer>): Promise<void> {
    const { stores, objects } = this.#options;
    const { coursewareId } = file;
    const { first, whole } = await openStream(body, COURSEWARE_SNIFF_BYTES);
    const kind = sniffCourseware(first);
    if (kind === undefined) {
      await this.#throwAway(coursewareId);
      throw new AppError('unsupportedMedia');
    }
    await objects.put(objectKeys.coursewareFile(coursewareId), whole, { bytes: file.bytes });
    if (!(await stores.courseware.markReceived(coursewareId, kind))) {
      // Removed while its bytes came: what was just stored is nobody's. Unless it is there and was sent twice at once.
      if ((await stores.courseware.courseware(coursewareId)) !== undefined) throw new AppError('conflict');
      await objects.deletePrefix(objectKeys.coursewarePrefix(coursewareId));
      throw new AppError('notFound');
    }
    await this.#order({ ...file, kind });
  }

  /** First uploaded first, as far as they are now. */
  async list(lessonId: LessonId): Promise<CoursewareItem[]> {
    const files = await this.#options.stores.courseware.list(lessonId);
    return Promise.all(files.map((file) => this.#look(file)));
  }

  /** @throws AppError `notFound` */
  async find(coursewareId: CoursewareId): Promise<Courseware> {
    const file = await this.#options.stores.courseware.courseware(coursewareId);
    if (file === undefined) throw new AppError('notFound');
    return file;
  }

  /** @throws AppError `conflict` while its pages are being made */
  async remove({ coursewareId, state }: Courseware): Promise<void> {
    const { making } = this.#options;
    if (state === 'preparing' && !(await making.cancel(coursewareId))) throw new AppError('conflict');
    await this.#throwAway(coursewareId);
  }

  /** Below which the pictures of its pages lie. */
  pagesUrl(coursewareId: CoursewareId): string {
    const { mediaSecret, nowMs } = this.#options;
    const expiresAtMs = Math.ceil(nowMs() / URL_STEP_MS) * URL_STEP_MS + URL_GOOD_MS;
    return `${mediaBaseUrl(mediaSecret, { scope: 'watch', recording: coursewareId, expiresAtMs })}/courseware/`;
  }

  async #look(file: Courseware): Promise<CoursewareItem> {
    const { stores, making } = this.#options;
    const { coursewareId } = file;
    if (file.state !== 'preparing') return this.#item(file);
    // Redis may be away for a moment: then it is not ready yet.
    const progress = await making.progress(coursewareId).catch(() => null);
    if (progress === null) return this.#item(file);
    switch (progress.state) {
      case 'done': {
        const { pages } = progress.result;
        await stores.courseware.markReady(coursewareId, pages);
        return this.#item({ ...file, state: 'ready', pages });
      }
      case 'failed':
        await stores.courseware.markFailed(coursewareId, progress.failure);
        return this.#item({ ...file, state: 'failed', failure: progress.failure });
      case 'none':
        await this.#order(file);
        return this.#item(file);
      case 'preparing':
        return { ...this.#item(file), pagesDone: progress.pagesDone };
    }
  }

  #item({ coursewareId, fileName, bytes, state, failure, pages }: Courseware): CoursewareItem {
    const pagesUrl = state === 'ready' ? this.pagesUrl(coursewareId) : null;
    return { coursewareId, fileName, bytes, state, failure, pages: [...pages], pagesDone: pages.length, pagesUrl };
  }

  /** What can't be ordered now is ordered when somebody looks for it. */
  async #order({ coursewareId, kind }: Courseware): Promise<void> {
    const { making, log } = this.#options;
    if (kind === null) return;
    await making.order({ coursewareId, kind }).catch((error: unknown) => {
      log.warn({ err: error, coursewareId }, 'pages are ordered later');
    });
  }

  async #throwAway(coursewareId: CoursewareId): Promise<void> {
    const { stores, objects, nowMs } = this.#options;
    const isGone = await stores.courseware.remove(coursewareId, nowMs());
    if (isGone) await objects.deletePrefix(objectKeys.coursewarePrefix(coursewareId));
  }
}
