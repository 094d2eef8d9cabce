import { PlayIndex } from '../../protocol/play-index.ts';
import { leavesSomethingOut, WHOLE_EDITION } from '../../protocol/edition.ts';
import { AppError, isUnavailable } from '../../protocol/errors.ts';
import type { RecordingId } from '../../protocol/ids.ts';
import type { RouteReplyInput } from '../../protocol/rest.ts';
import { ManifestStore } from '../../../storage/objects/manifest-store.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import type { RecordingManifest } from '../../../storage/objects/manifest.ts';
import type { Recording } from '../../../storage/ports.ts';
import { administers, personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import { isCopy, manages, MediaUrls } from '../recording-view.ts';
import type { RestHandlers } from '../serve-route.ts';
import { recordingSummary, visibleRecording } from './recordings.ts';

type Names = 'openEditor' | 'saveEdition' | 'listEditions' | 'eraseSeat';
type Thumbnails = RouteReplyInput<'openEditor'>['thumbnails'];

export class EditionRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #editions: RestDependencies['stores']['editions'];

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#editions = dependencies.stores.editions;
  }

  readonly openEditor: RestHandlers['openEditor'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const recording = await this.#editable(caller, params.recordingId);
    const { recordingId, viewsIndexKey, edition } = recording;
    const manifest = await this.#manifest(recordingId);
    if (viewsIndexKey === null || edition.isErasing) throw new AppError('conflict');
    const { mediaSecret, nowMs, objects } = this.#dependencies;
    const urls = new MediaUrls(mediaSecret, nowMs(), caller);
    const index = PlayIndex.parse(JSON.parse((await objects.getBuffer(viewsIndexKey)).body.toString('utf8')));
    if (!index.complete) throw new AppError('conflict');
    const url = (key: string): string => urls.of(recording, key, 'manage');
    return {
      recording: await recordingSummary(this.#dependencies, caller, recording),
      version: edition.version,
      edition: edition.edition,
      durationMs: Math.round(index.durationUs / 1_000),
      tracks: manifest.tracks.map(trackOf),
      viewsIndexUrl: url(viewsIndexKey),
      factsUrl: (await this.#hasFacts(recordingId)) ? url(objectKeys.editorFacts(recordingId)) : null,
      thumbnails: await this.#thumbnails(recording, url),
      expiresAtMs: urls.expiresAtMs,
      mayErase: administers(caller, recording.schoolId),
    };
  };

  readonly saveEdition: RestHandlers['saveEdition'] = async ({ params, body }, context) => {
    const caller = personOf(context.caller);
    const before = await this.#editable(caller, params.recordingId);
    const savedBy = caller.personId;
    const change = { ...body, savedBy, savedAtMs: this.#dependencies.nowMs() };
    const recording = await this.#editions.save(params.recordingId, change);
    await this.#note(context, recording, 'recording.edited', {
      version: recording.edition.version,
      leavesOut: leavesSomethingOut(recording.edition.edition),
      people: recording.edition.edition.people,
      wasPeople: before.edition.edition.people,
    });
    await this.#dependencies.captions.refreshLines(recording);
    await this.#orderedLater(() => this.#dependencies.editions.apply(recording));
    const now = await this.#editable(caller, params.recordingId);
    const { version, edition } = now.edition;
    return { version, edition, recording: await recordingSummary(this.#dependencies, caller, now) };
  };

  readonly listEditions: RestHandlers['listEditions'] = async ({ params }, context) => {
    await this.#editable(personOf(context.caller), params.recordingId);
    const editions = await this.#editions.history(params.recordingId);
    return {
      editions: editions.map(({ version, edition, savedByName, savedAtMs }) => ({
        ...{ version, edition, savedByName, savedAtMs },
      })),
    };
  };

  readonly eraseSeat: RestHandlers['eraseSeat'] = async ({ params, body }, context) => {
    const caller = personOf(context.caller);
    const { recordingId } = params;
    const before = await this.#editable(caller, recordingId);
    if (!administers(caller, before.schoolId)) throw new AppError('forbidden');
    if (before.hold !== null) throw new AppError('conflict', { details: { field: 'hold' } });
    if (before.phase === 'recording' || before.phase === 'finishing') throw new AppError('conflict');
    const { seatId } = body;
    const { tracks } = await this.#manifest(recordingId);
    if (!tracks.some((track) => track.seatId === seatId)) throw new AppError('notFound');
    const order = { seatId, orderedBy: caller.personId, orderedAtMs: this.#dependencies.nowMs() };
    const recording = await this.#editions.orderErasure(recordingId, order);
    await this.#dependencies.stores.chat.erase(recording.lessonId, seatId);
    await this.#dependencies.captions.eraseSeat(recording, seatId);
    await this.#note(context, recording, 'recording.seatErased', { seatId });
    await this.#orderedLater(() => this.#dependencies.editions.erase(recordingId, seatId));
    return recordingSummary(this.#dependencies, caller, recording);
  };

  /** A copy shows what its origin shows: it has no edition of its own. */
  async #editable(caller: PersonCaller, recordingId: RecordingId): Promise<Recording> {
    const recording = await visibleRecording(this.#dependencies, caller, recordingId);
    if (!manages(caller, recording) || isCopy(recording)) throw new AppError('forbidden');
    return recording;
  }

  async #manifest(recordingId: RecordingId): Promise<RecordingManifest> {
    const manifest = await new ManifestStore(this.#dependencies.objects).read(recordingId);
    if (manifest === undefined) throw new AppError('conflict');
    return manifest;
  }

  async #hasFacts(recordingId: RecordingId): Promise<boolean> {
    const { objects, editions } = this.#dependencies;
    if ((await objects.stat(objectKeys.editorFacts(recordingId))) !== undefined) return true;
    // Without them the editor works too: it draws less.
    await editions.orderFacts(recordingId).catch(() => undefined);
    return false;
  }

  async #thumbnails({ recordingId, film }: Recording, url: (key: string) => string): Promise<Thumbnails> {
    if (film === null) return null;
    const history = await this.#editions.history(recordingId);
    const made = history.find(({ version }) => version === film.editionVersion);
    return { url: url(film.thumbnailsKey), edition: made?.edition ?? WHOLE_EDITION };
  }

  /** What counts is written down; without the queue it is made as soon as that is back. */
  async #orderedLater(order: () => Promise<void>): Promise<void> {
    try {
      await order();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.#dependencies.log.warn({ err: error }, 'the queue is away, an edition is made later');
    }
  }

  async #note(
    { caller, address }: Parameters<RestHandlers['eraseSeat']>[1],
    { recordingId, schoolId }: Recording,
    action: string,
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const actor = { kind: 'person', personId: personOf(caller).personId } as const;
    const entry = { atMs: this.#dependencies.nowMs(), actor, action, targetId: recordingId, schoolId };
    await this.#dependencies.stores.audit.append({ ...entry, address, details });
  }
}

function trackOf(track: RecordingManifest['tracks'][number]): RouteReplyInput<'openEditor'>['tracks'][number] {
  const { trackId, seatId, seat, displayName, schoolName = null, kind, source, erasedAtUnixMs } = track;
  return { trackId, seatId, seat, displayName, schoolName, kind, source, isErased: erasedAtUnixMs !== undefined };
}
