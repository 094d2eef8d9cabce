import type { Recording } from '../../../storage/ports.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RecordingId } from '../../protocol/ids.ts';
import type { RouteReplyInput } from '../../protocol/rest.ts';
import { isBeingImported } from '../../recordings/import-follower.ts';
import { produceOrder } from '../../recordings/produce-order.ts';
import type { EditionTimes } from '../../recordings/edition-times.ts';
import { asSeen, timelinesOf } from '../../recordings/shown-edition.ts';
import { personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import { isCopy, manages, MediaUrls, playbackOf, summaryOf, viewerOf } from '../recording-view.ts';
import type { RestHandlers, RouteContext } from '../serve-route.ts';
import { audienceOf } from './lessons.ts';
import { given } from './schools.ts';

type Names =
  | 'listRecordings'
  | 'libraryFilters'
  | 'getRecording'
  | 'openPlayback'
  | 'savePosition'
  | 'changeRecording'
  | 'retryProduction'
  | 'cancelProduction'
  | 'deleteRecording';
type Summary = RouteReplyInput<'getRecording'>;

/** @throws AppError `notFound` also for what the person may not watch. */
export async function visibleRecording(
  { stores }: Pick<RestDependencies, 'stores'>,
  caller: PersonCaller,
  recordingId: RecordingId,
): Promise<Recording> {
  const recording = await stores.recordings.recording(recordingId);
  if (recording === undefined || !(await stores.recordings.isVisible(recordingId, audienceOf(caller)))) {
    throw new AppError('notFound');
  }
  return recording;
}

/** What the audit log says of a change: which fields, and of what is no text from what to what. */
function changesOf(before: Recording, after: Recording): Readonly<Record<string, unknown>> {
  const texts = ['title', 'description', 'subject', 'grade', 'series'] as const;
  return {
    fields: texts.filter((field) => before[field] !== after[field]),
    ...(before.visibility === after.visibility ? {} : { visibility: [before.visibility, after.visibility] }),
    ...(before.allowsDownload === after.allowsDownload ? {} : { allowsDownload: after.allowsDownload }),
  };
}

/** Between the stored times of a recording and the time line of what somebody plays; not said which, of what they are shown. */
export function timesFor(
  { times }: Pick<RestDependencies, 'times'>,
  caller: PersonCaller,
  recording: Recording,
  timeline = timelinesOf(asSeen(recording, manages(caller, recording))).film,
): Promise<EditionTimes> {
  return times.of(recording, timeline);
}

/** Where the person stopped, in the time of what they are shown. */
async function shownPositions(
  dependencies: Pick<RestDependencies, 'stores' | 'times'>,
  caller: PersonCaller,
  recordings: readonly Recording[],
): Promise<ReadonlyMap<RecordingId, number>> {
  const ids = recordings.map(({ recordingId }) => recordingId);
  const positions = await dependencies.stores.recordings.positions(caller.personId, ids);
  const shown = recordings.map(async (recording): Promise<readonly [RecordingId, number][]> => {
    const wholeMs = positions.get(recording.recordingId);
    if (wholeMs === undefined) return [];
    return [[recording.recordingId, (await timesFor(dependencies, caller, recording)).toShownMs(wholeMs)]];
  });
  return new Map((await Promise.all(shown)).flat());
}

export async function recordingSummary(
  dependencies: Pick<RestDependencies, 'stores' | 'times' | 'mediaSecret' | 'nowMs'>,
  caller: PersonCaller,
  recording: Recording,
): Promise<Summary> {
  const { mediaSecret, nowMs } = dependencies;
  const positions = await shownPositions(dependencies, caller, [recording]);
  const viewer = viewerOf(caller, recording, positions.get(recording.recordingId) ?? null);
  return summaryOf(recording, viewer, new MediaUrls(mediaSecret, nowMs(), caller));
}

export class RecordingRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #stores: RestDependencies['stores'];
  readonly #queue: RestDependencies['queue'];
  readonly #nowMs: RestDependencies['nowMs'];
  readonly #recordings: RestDependencies['stores']['recordings'];

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#stores = dependencies.stores;
    this.#queue = dependencies.queue;
    this.#nowMs = dependencies.nowMs;
    this.#recordings = dependencies.stores.recordings;
  }

  readonly listRecordings: RestHandlers['listRecordings'] = async ({ query }, context) => {
    const caller = personOf(context.caller);
    const { offset, limit, begun, state, ...filter } = query;
    const audience = audienceOf(caller);
    const page = await this.#recordings.list({
      ...{ audience, includeRunning: true, offset, limit },
      ...given(filter),
      ...(begun === undefined ? {} : { begunBy: caller.personId }),
      ...(state === undefined ? {} : { isDraft: state === 'draft' }),
    });
    const positions = await shownPositions(this.#dependencies, caller, page.items);
    const signed = this.#urls(caller);
    return {
      items: page.items.map(({ hit, ...item }) => ({
        ...summaryOf(item, viewerOf(caller, item, positions.get(item.recordingId) ?? null), signed),
        hit: hit === null ? null : { kind: hit.kind, atMs: hit.atMs, text: hit.text },
      })),
      total: page.total,
    };
  };

  readonly libraryFilters: RestHandlers['libraryFilters'] = async (_input, context) => {
    const { schools, subjects, grades, series } = await this.#recordings.facets(audienceOf(personOf(context.caller)));
    return { schools: [...schools], subjects: [...subjects], grades: [...grades], series: [...series] };
  };

  readonly getRecording: RestHandlers['getRecording'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    return this.#summary(caller, await this.#visible(caller, params.recordingId));
  };

  readonly openPlayback: RestHandlers['openPlayback'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const recording = await this.#visible(caller, params.recordingId);
    const { viewsIndexKey, film } = asSeen(recording, manages(caller, recording));
    if (viewsIndexKey === null && film === null) throw new AppError('conflict');
    await this.#stores.watching.open(caller.personId, recording.recordingId, this.#nowMs());
    const school = await this.#stores.directory.school(recording.schoolId);
    const watermark = school?.settings.watermarksPlayback === true ? caller.displayName : null;
    return { ...playbackOf(recording, await this.#summary(caller, recording), this.#urls(caller)), watermark };
  };

  readonly savePosition: RestHandlers['savePosition'] = async ({ params, body }, context) => {
    const caller = personOf(context.caller);
    const recording = await this.#visible(caller, params.recordingId);
    const times = await timesFor(this.#dependencies, caller, recording, body.timeline);
    const wholeMs = times.toWholeMs(body.positionMs);
    await this.#recordings.savePosition(caller.personId, params.recordingId, wholeMs, this.#nowMs());
    return {};
  };

  readonly changeRecording: RestHandlers['changeRecording'] = async ({ params, body }, context) => {
    const caller = personOf(context.caller);
    const recording = await this.#managed(caller, params.recordingId);
    const change = given(body);
    // Consent was given to the school that recorded: what it has passed on stays in the school that was given it.
    if (isCopy(recording) && (change.visibility === 'partners' || change.visibility === 'district')) {
      throw new AppError('conflict', { details: { field: 'visibility' } });
    }
    const changed = await this.#recordings.change(params.recordingId, change);
    await this.#stores.audit.append(
      this.#entry(context, recording, 'recording.changed', { ...changesOf(recording, changed) }),
    );
    return this.#summary(caller, changed);
  };

  readonly retryProduction: RestHandlers['retryProduction'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const recording = await this.#produced(caller, params.recordingId);
    const changed = await this.#recordings.markProducing(recording.recordingId);
    // Of a film that was never opened there is nothing to compose yet.
    if (recording.lessonOrigin === 'upload' && recording.viewsIndexKey === null) {
      this.#dependencies.imports.order(recording.recordingId);
      return this.#summary(caller, changed);
    }
    await this.#queue.addProduce(produceOrder(changed));
    return this.#summary(caller, changed);
  };

  readonly cancelProduction: RestHandlers['cancelProduction'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const recording = await this.#produced(caller, params.recordingId);
    if (isBeingImported(recording)) throw new AppError('conflict');
    const changed = await this.#recordings.markProductionCancelled(recording.recordingId);
    await this.#queue.cancelProduce(recording.recordingId);
    return this.#summary(caller, changed);
  };

  readonly deleteRecording: RestHandlers['deleteRecording'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const recording = await this.#managed(caller, params.recordingId);
    const { recordingId, phase } = recording;
    const isUpload = recording.lessonOrigin === 'upload';
    if (!isCopy(recording) && (phase === 'recording' || (phase === 'finishing' && !isUpload))) {
      throw new AppError('conflict');
    }
    if (isUpload && !isCopy(recording)) await this.#dependencies.imports.cancel(recordingId);
    await this.#stores.atomically(async ({ recordings, audit }) => {
      const removed = await recordings.remove(recordingId, 'deleted', this.#nowMs());
      if (removed.length > 0) await audit.append(this.#entry(context, recording, 'recording.deleted', {}));
    });
    await this.#dependencies.keeper.clearNow(recordingId);
    return {};
  };

  readonly #urls = (caller: PersonCaller): MediaUrls =>
    new MediaUrls(this.#dependencies.mediaSecret, this.#nowMs(), caller);

  #visible(caller: PersonCaller, recordingId: RecordingId): Promise<Recording> {
    return visibleRecording(this.#dependencies, caller, recordingId);
  }

  async #managed(caller: PersonCaller, recordingId: RecordingId): Promise<Recording> {
    const recording = await this.#visible(caller, recordingId);
    if (!manages(caller, recording)) throw new AppError('forbidden');
    return recording;
  }

  /** What is made of a copy's media is its origin's to say. */
  async #produced(caller: PersonCaller, recordingId: RecordingId): Promise<Recording> {
    const recording = await this.#managed(caller, recordingId);
    if (isCopy(recording)) throw new AppError('forbidden');
    return recording;
  }

  #summary(caller: PersonCaller, recording: Recording): Promise<Summary> {
    return recordingSummary(this.#dependencies, caller, recording);
  }

  #entry(context: RouteContext, recording: Recording, action: string, details: Readonly<Record<string, unknown>>) {
    const { recordingId: targetId, schoolId } = recording;
    const actor = { kind: 'person', personId: personOf(context.caller).personId } as const;
    return { atMs: this.#nowMs(), actor, action, targetId, schoolId, address: context.address, details };
  }
}
