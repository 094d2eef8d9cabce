import type { Recording } from '../../../storage/ports.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { mediaBaseUrl, type MediaScope } from '../../auth/media-signature.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RecordingId } from '../../protocol/ids.ts';
import type { RouteReplyInput } from '../../protocol/rest.ts';
import { produceOrder } from '../../recordings/produce-order.ts';
import { administers, personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';
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

const HOUR_MS = 3_600_000;
const PLAYBACK_MS = 2 * HOUR_MS;

/** `produced/{recording}/{attempt}/x` as a path below the signed base of its recording. */
function relativePath(key: string): string {
  const [area, _recording, ...rest] = key.split('/');
  return [area, ...rest].join('/');
}

export const manages = (caller: PersonCaller, recording: Recording): boolean =>
  recording.lecturerId === caller.personId || administers(caller, recording.schoolId);

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

/** Signs URLs of one recording; pictures of a list share an expiry that moves once an hour, so that browsers can cache them. */
class MediaUrls {
  readonly #secret: string;
  readonly expiresAtMs: number;

  constructor(secret: string, nowMs: number) {
    this.#secret = secret;
    this.expiresAtMs = (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS + PLAYBACK_MS;
  }

  of(recordingId: RecordingId, key: string, scope: MediaScope = 'watch'): string {
    return `${mediaBaseUrl(this.#secret, scope, recordingId, this.expiresAtMs)}/${relativePath(key)}`;
  }
}

function summaryOf(recording: Recording, caller: PersonCaller, urls: MediaUrls, positionMs: number | null): Summary {
  const { recordingId, film } = recording;
  return {
    recordingId,
    lessonId: recording.lessonId,
    kind: recording.kind,
    title: recording.title,
    subject: recording.subject,
    schoolId: recording.schoolId,
    schoolName: recording.schoolName,
    lecturerId: recording.lecturerId,
    lecturerName: recording.lecturerName,
    phase: recording.phase,
    hasViews: recording.viewsIndexKey !== null,
    isComposed: film !== null,
    startedAtMs: recording.startedAtMs,
    durationMs: recording.durationMs,
    progress: recording.progress?.fraction ?? null,
    secondsLeft: recording.progress?.secondsLeft ?? null,
    failure: recording.failure,
    posterUrl: film === null ? null : urls.of(recordingId, film.posterKey),
    positionMs,
    mayManage: manages(caller, recording),
    mayDownload: film !== null && (recording.allowsDownload || manages(caller, recording)),
    allowsDownload: recording.allowsDownload,
  };
}

function playbackOf(recording: Recording, summary: Summary, urls: MediaUrls): RouteReplyInput<'openPlayback'> {
  const { recordingId, film, viewsIndexKey } = recording;
  const url = (key: string): string => urls.of(recordingId, key);
  const fileName = encodeURIComponent(`${recording.title}.mp4`);
  return {
    recording: summary,
    expiresAtMs: urls.expiresAtMs,
    viewsIndexUrl: viewsIndexKey === null ? null : url(viewsIndexKey),
    viewsSlidesUrl: viewsIndexKey === null ? null : url(objectKeys.slidesBeside(viewsIndexKey)),
    composed:
      film === null
        ? null
        : {
            masterUrl: url(film.masterKey),
            thumbnailsUrl: url(film.thumbnailsKey),
            posterUrl: url(film.posterKey),
            chaptersUrl: film.chaptersKey === null ? null : url(film.chaptersKey),
            slidesUrl: url(objectKeys.slidesBeside(film.mp4Key)),
          },
    downloadUrl:
      film === null || !summary.mayDownload
        ? null
        : `${urls.of(recordingId, film.mp4Key, 'download')}?name=${fileName}`,
  };
}

export class RecordingRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #stores: RestDependencies['stores'];
  readonly #objects: RestDependencies['objects'];
  readonly #queue: RestDependencies['queue'];
  readonly #nowMs: RestDependencies['nowMs'];
  readonly #recordings: RestDependencies['stores']['recordings'];

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#stores = dependencies.stores;
    this.#objects = dependencies.objects;
    this.#queue = dependencies.queue;
    this.#nowMs = dependencies.nowMs;
    this.#recordings = dependencies.stores.recordings;
  }

  readonly listRecordings: RestHandlers['listRecordings'] = async ({ query }, context) => {
    const caller = personOf(context.caller);
    const { offset, limit, begun, ...filter } = query;
    const audience = audienceOf(caller);
    const page = await this.#recordings.list({
      ...{ audience, includeRunning: true, offset, limit },
      ...given(filter),
      ...(begun === undefined ? {} : { begunBy: caller.personId }),
    });
    const ids = page.items.map((recording) => recording.recordingId);
    const positions = await this.#recordings.positions(caller.personId, ids);
    const signed = this.#urls();
    return {
      items: page.items.map(({ hit, ...item }) => ({
        ...summaryOf(item, caller, signed, positions.get(item.recordingId) ?? null),
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
    if (recording.viewsIndexKey === null && recording.film === null) throw new AppError('conflict');
    await this.#stores.watching.open(caller.personId, recording.recordingId, this.#nowMs());
    return playbackOf(recording, await this.#summary(caller, recording), this.#urls());
  };

  readonly savePosition: RestHandlers['savePosition'] = async ({ params, body }, context) => {
    const caller = personOf(context.caller);
    await this.#visible(caller, params.recordingId);
    await this.#recordings.savePosition(caller.personId, params.recordingId, body.positionMs, this.#nowMs());
    return {};
  };

  readonly changeRecording: RestHandlers['changeRecording'] = async ({ params, body }, context) => {
    const caller = personOf(context.caller);
    await this.#managed(caller, params.recordingId);
    return this.#summary(caller, await this.#recordings.change(params.recordingId, given(body)));
  };

  readonly retryProduction: RestHandlers['retryProduction'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const recording = await this.#managed(caller, params.recordingId);
    const changed = await this.#recordings.markProducing(recording.recordingId);
    await this.#queue.addProduce(produceOrder(changed));
    return this.#summary(caller, changed);
  };

  readonly cancelProduction: RestHandlers['cancelProduction'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const recording = await this.#managed(caller, params.recordingId);
    const changed = await this.#recordings.markProductionCancelled(recording.recordingId);
    await this.#queue.cancelProduce(recording.recordingId);
    return this.#summary(caller, changed);
  };

  readonly deleteRecording: RestHandlers['deleteRecording'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const { recordingId, phase, schoolId } = await this.#managed(caller, params.recordingId);
    if (phase === 'recording' || phase === 'finishing') throw new AppError('conflict');
    await this.#queue.cancelProduce(recordingId);
    await this.#objects.deletePrefix(objectKeys.producedPrefix(recordingId));
    await this.#objects.deletePrefix(objectKeys.partsPrefix(recordingId));
    await this.#objects.deletePrefix(objectKeys.playPrefix(recordingId));
    await this.#objects.deletePrefix(objectKeys.rawPrefix(recordingId));
    await this.#objects.delete(objectKeys.manifest(recordingId));
    await this.#recordings.delete(recordingId);
    const actor = { kind: 'person', personId: caller.personId } as const;
    const entry = { atMs: this.#nowMs(), actor, action: 'recording.deleted', targetId: recordingId, schoolId };
    await this.#stores.audit.append({ ...entry, address: context.address, details: {} });
    return {};
  };

  readonly #urls = (): MediaUrls => new MediaUrls(this.#dependencies.mediaSecret, this.#nowMs());

  #visible(caller: PersonCaller, recordingId: RecordingId): Promise<Recording> {
    return visibleRecording(this.#dependencies, caller, recordingId);
  }

  async #managed(caller: PersonCaller, recordingId: RecordingId): Promise<Recording> {
    const recording = await this.#visible(caller, recordingId);
    if (!manages(caller, recording)) throw new AppError('forbidden');
    return recording;
  }

  async #summary(caller: PersonCaller, recording: Recording): Promise<Summary> {
    const positions = await this.#recordings.positions(caller.personId, [recording.recordingId]);
    return summaryOf(recording, caller, this.#urls(), positions.get(recording.recordingId) ?? null);
  }
}
