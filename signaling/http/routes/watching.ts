import { completionOf, countReport, heatCurve, HEAT_BUCKET_MS } from '../../directory/watch-time.ts';
import { AppError } from '../../protocol/errors.ts';
import type { Recording } from '../../../storage/ports.ts';
import type { EditionTimes } from '../../recordings/edition-times.ts';
import { shownToViewers, timelinesOf } from '../../recordings/shown-edition.ts';
import { personOf } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import { isCopy } from '../recording-view.ts';
import type { RestHandlers } from '../serve-route.ts';
import { timesFor, visibleRecording } from './recordings.ts';
import { standingOf } from './remarks.ts';

type Names = 'reportWatching' | 'watchStatistics';

export class WatchingRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #stores: RestDependencies['stores'];

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#stores = dependencies.stores;
  }

  readonly reportWatching: RestHandlers['reportWatching'] = async ({ params, body }, context) => {
    const caller = personOf(context.caller);
    const recording = await visibleRecording(this.#dependencies, caller, params.recordingId);
    const nowMs = this.#dependencies.nowMs();
    const times = await timesFor(this.#dependencies, caller, recording, body.timeline);
    // Of a lesson that is still running only what is there by now can have been seen.
    const wholeMs = Math.max(recording.durationMs ?? 0, (recording.endedAtMs ?? nowMs) - recording.startedAtMs);
    const durationMs = times.toShownMs(wholeMs);
    await this.#stores.watching.count(caller.personId, recording.recordingId, (before) =>
      countReport(before, body.spans, { nowMs, durationMs, times }),
    );
    return {};
  };

  readonly watchStatistics: RestHandlers['watchStatistics'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const recording = await visibleRecording(this.#dependencies, caller, params.recordingId);
    const { lessonId, lecturerId, title } = recording;
    const involvement = (await this.#stores.lessons.involvements(caller.personId, [lessonId])).get(lessonId);
    if (standingOf(caller, recording, involvement?.as) !== 'leads') throw new AppError('forbidden');
    const all = await this.#stores.watching.list(recording.recordingId);
    const watchers = all.filter(({ personId }) => personId !== lecturerId);
    const { times, durationMs } = await this.#shownOf(recording);
    const opened = new Set(watchers.map(({ personId }) => personId));
    const roster = await this.#stores.lessons.roster(lessonId);
    return {
      title,
      durationMs,
      bucketMs: HEAT_BUCKET_MS,
      curve: heatCurve(watchers, durationMs, times),
      viewers: watchers.map((watcher) => ({
        personId: watcher.personId,
        displayName: watcher.displayName,
        classGroup: watcher.classGroup,
        schoolName: watcher.schoolName,
        views: watcher.views,
        playedMs: watcher.playedMs,
        completion: completionOf(watcher, durationMs, times),
        lastMs: times.toShownMs(watcher.lastMs),
        firstAtMs: watcher.firstAtMs,
        lastAtMs: watcher.countedAtMs,
      })),
      missing: roster
        .filter(({ personId }) => !opened.has(personId))
        // Who ought to have watched in another school is no business of the one that has a copy.
        .filter(({ schoolId }) => !isCopy(recording) || schoolId === recording.schoolId)
        .map(({ personId, displayName, classGroup }) => ({ personId, displayName, classGroup })),
    };
  };

  /** What viewers are shown of it, or as long as that is nothing, will be. */
  async #shownOf(recording: Recording): Promise<{ readonly times: EditionTimes; readonly durationMs: number }> {
    const shown = shownToViewers(recording);
    const times = await this.#dependencies.times.of(recording, timelinesOf(shown).film);
    if (shown.durationMs !== null && !shown.isPreparing) return { times, durationMs: shown.durationMs };
    const endMs = recording.endedAtMs ?? this.#dependencies.nowMs();
    const wholeMs = recording.film === null ? recording.durationMs : null;
    return { times, durationMs: times.toShownMs(wholeMs ?? Math.max(0, endMs - recording.startedAtMs)) };
  }
}
