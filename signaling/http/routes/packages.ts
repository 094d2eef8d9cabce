import { randomUUID } from 'node:crypto';
import { PACKAGE_KEPT_MS, type PackageJob } from '../../../recorder/jobs/derive-jobs.ts';
import type { Recording } from '../../../storage/ports.ts';
import { mediaBaseUrl } from '../../auth/media-signature.ts';
import { leavesSomethingOut } from '../../protocol/edition.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RecordingId } from '../../protocol/ids.ts';
import type { PackageView } from '../../protocol/rest/packages.ts';
import { personOf, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import type { RestHandlers } from '../serve-route.ts';
import { isCopy, manages } from '../recording-view.ts';
import { visibleRecording } from './recordings.ts';

type Names = 'getPackage' | 'orderPackage' | 'cancelPackage';

const DOWNLOAD_MS = 2 * 3_600_000;
const NOTHING: PackageView = { state: 'none', progress: null, url: null, bytes: null, keptUntilMs: null };

/** Of an edition that leaves something out, the views of that edition; null while they are not there: nothing else may leave the house. */
function indexKeyOf({ edition: { edition, sameFrom, views }, viewsIndexKey }: Recording): string | null {
  if (!leavesSomethingOut(edition)) return viewsIndexKey;
  return views !== null && views.version >= sameFrom ? views.indexKey : null;
}

/** @throws AppError `conflict` as long as there is nothing that may be exported. */
function jobOf(recording: Recording): Omit<PackageJob, 'captions'> {
  const { recordingId, film, edition, phase } = recording;
  const indexKey = indexKeyOf(recording);
  const isOver = phase !== 'recording' && phase !== 'finishing';
  if (indexKey === null || edition.isErasing || !isOver) throw new AppError('conflict');
  const isFilmOfToday = film !== null && film.editionVersion >= edition.sameFrom;
  const { title, lecturerName, schoolName, subject, startedAtMs } = recording;
  return {
    recordingId,
    packageId: randomUUID(),
    indexKey,
    chaptersKey: isFilmOfToday ? film.chaptersKey : null,
    facts: { title, lecturerName, schoolName, subject, startedAtMs },
  };
}

/** Export for other systems. The order goes to recorder-produce; how far it is stands in the queue, what became of it in the object store. */
export class PackageRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #packages: RestDependencies['packages'];

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#packages = dependencies.packages;
  }

  readonly getPackage: RestHandlers['getPackage'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const recording = await this.#managed(caller, params.recordingId);
    return this.#view(caller, recording);
  };

  readonly orderPackage: RestHandlers['orderPackage'] = async ({ params }, context) => {
    const caller = personOf(context.caller);
    const recording = await this.#managed(caller, params.recordingId);
    const job = jobOf(recording);
    await this.#packages.order({ ...job, captions: await this.#dependencies.captions.exported(recording) });
    const { recordingId, schoolId } = recording;
    const actor = { kind: 'person', personId: caller.personId } as const;
    const entry = { atMs: this.#dependencies.nowMs(), actor, action: 'recording.exported', schoolId };
    await this.#dependencies.stores.audit.append({
      ...{ ...entry, targetId: recordingId },
      address: context.address,
      details: {},
    });
    return this.#view(caller, recording);
  };

  readonly cancelPackage: RestHandlers['cancelPackage'] = async ({ params }, context) => {
    const recording = await this.#managed(personOf(context.caller), params.recordingId);
    await this.#packages.cancel(recording.recordingId);
    return {};
  };

  async #view({ personId }: PersonCaller, recording: Recording): Promise<PackageView> {
    const found = await this.#packages.state(recording.recordingId);
    if (found.state === 'making') return { ...NOTHING, state: 'making', progress: found.progress };
    if (found.state !== 'done') return { ...NOTHING, state: found.state };
    const { key, madeAtMs } = found.result;
    const facts = await this.#dependencies.objects.stat(key);
    if (facts === undefined) return NOTHING;
    const { recordingId, title } = recording;
    const { mediaSecret, nowMs } = this.#dependencies;
    const base = mediaBaseUrl(mediaSecret, {
      // Of an edition that counted then: for those who look after the recording alone.
      scope: 'manage',
      recording: recordingId,
      expiresAtMs: nowMs() + DOWNLOAD_MS,
      viewer: { kind: 'person', personId, recordingId },
    });
    const path = key.replace(`/${recordingId}/`, '/');
    return {
      state: 'ready',
      progress: null,
      url: `${base}/${path}?name=${encodeURIComponent(`${title}.zip`)}`,
      bytes: facts.bytes,
      keptUntilMs: madeAtMs + PACKAGE_KEPT_MS,
    };
  }

  async #managed(caller: PersonCaller, recordingId: RecordingId): Promise<Recording> {
    const recording = await visibleRecording(this.#dependencies, caller, recordingId);
    // What leaves the house of a copy is its origin's to say.
    if (!manages(caller, recording) || isCopy(recording)) throw new AppError('forbidden');
    return recording;
  }
}
