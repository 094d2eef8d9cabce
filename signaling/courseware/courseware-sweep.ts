import { coursewareOfKey, objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore, Stores } from '../../storage/ports.ts';
import type { CoursewareId } from '../protocol/ids.ts';
import type { Log } from '../runtime/log.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What nobody has sent by then will not come. */
export const SENT_WITHIN_MS = HOUR_MS;
/** A page that was taken out of the list may still be on the screens of a lesson, and a recording of it may be about to begin. */
const REMOVED_FOR_MS = DAY_MS;
/** What has just been stored may be the work of somebody who has not heard yet that its file is gone. */
const ORPHAN_FOR_MS = HOUR_MS;
/** Objects that one round looks at; the next goes on behind them. */
const OBJECTS_PER_ROUND = 5_000;

export interface CoursewareSweepOptions {
  readonly stores: Pick<Stores, 'courseware'>;
  readonly objects: Pick<ObjectStore, 'list' | 'deletePrefix'>;
  readonly log: Log;
  readonly nowMs: () => number;
}

/**
 * Lets files of pages go: what was announced and never came, what was taken out of its lesson when no recording shows it any more, and objects
 * whose row is gone, with its lesson or because a process ended in between. Rounds of several processes at once do no harm.
 */
export class CoursewareSweep {
  readonly #options: CoursewareSweepOptions;
  #behind = '';

  constructor(options: CoursewareSweepOptions) {
    this.#options = options;
  }

  async round(): Promise<void> {
    await this.letGo();
    await this.#deleteOrphans();
  }

  /** Rows first: whatever ends before the objects are gone leaves orphans, which a later round finds. */
  async letGo(): Promise<void> {
    const { stores, nowMs } = this.#options;
    const now = nowMs();
    await this.#delete(await stores.courseware.letGo(now - SENT_WITHIN_MS, now - REMOVED_FOR_MS), 'not needed');
  }

  async #deleteOrphans(): Promise<void> {
    const { stores, objects, nowMs } = this.#options;
    const newest = new Map<CoursewareId, number>();
    let seen = 0;
    for await (const { key, modifiedAtMs } of objects.list(objectKeys.allCoursewarePrefix, {
      ...{ after: this.#behind, limit: OBJECTS_PER_ROUND },
    })) {
      seen += 1;
      this.#behind = key;
      const coursewareId = coursewareOfKey(key);
      if (coursewareId === undefined) continue;
      newest.set(coursewareId, Math.max(newest.get(coursewareId) ?? 0, modifiedAtMs));
    }
    if (seen < OBJECTS_PER_ROUND) this.#behind = '';
    const old = [...newest].filter(([, atMs]) => atMs < nowMs() - ORPHAN_FOR_MS).map(([coursewareId]) => coursewareId);
    const known = new Set(await stores.courseware.known(old));
    await this.#delete(
      old.filter((coursewareId) => !known.has(coursewareId)),
      'orphans',
    );
  }

  async #delete(coursewareIds: readonly CoursewareId[], because: string): Promise<void> {
    const { objects, log } = this.#options;
    for (const coursewareId of coursewareIds) await objects.deletePrefix(objectKeys.coursewarePrefix(coursewareId));
    if (coursewareIds.length > 0) log.info({ files: coursewareIds.length, because }, 'files of pages are gone');
  }
}
