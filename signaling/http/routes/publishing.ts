import type { Recording, RecordingLink } from '../../../storage/ports.ts';
import { newSecretToken, tokenHash } from '../../auth/secret-token.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RecordingId, SchoolId } from '../../protocol/ids.ts';
import type { RouteReplyInput } from '../../protocol/rest.ts';
import type { RecordingLink as LinkView } from '../../protocol/rest/publishing.ts';
import { linkedRecording } from '../../recordings/linked-recording.ts';
import { asSeen } from '../../recordings/shown-edition.ts';
import { assertAdministers, personOf, type Caller, type PersonCaller } from '../caller.ts';
import type { RestDependencies } from '../dependencies.ts';
import { isCopy, manages, MediaUrls, playbackOf, summaryOf } from '../recording-view.ts';
import type { RestHandlers, RouteContext } from '../serve-route.ts';
import { recordingSummary, visibleRecording } from './recordings.ts';

type Names =
  | 'publishRecording'
  | 'unpublishRecording'
  | 'holdRecording'
  | 'releaseRecording'
  | 'createRecordingLink'
  | 'listRecordingLinks'
  | 'revokeRecordingLink'
  | 'openShared'
  | 'listRecordingCopies'
  | 'copyRecording';

const DAY_MS = 86_400_000;
const STRANGER = { isManager: false, mayHold: false, positionMs: null };

function viewOf(link: RecordingLink): LinkView {
  const { linkId, label, allowsDownload, createdByName, createdAtMs, expiresAtMs, openedCount, openedAtMs } = link;
  return { linkId, label, allowsDownload, createdByName, createdAtMs, expiresAtMs, openedCount, openedAtMs };
}

export class PublishingRoutes implements Pick<RestHandlers, Names> {
  readonly #dependencies: RestDependencies;
  readonly #stores: RestDependencies['stores'];
  readonly #nowMs: RestDependencies['nowMs'];

  constructor(dependencies: RestDependencies) {
    this.#dependencies = dependencies;
    this.#stores = dependencies.stores;
    this.#nowMs = dependencies.nowMs;
  }

  readonly publishRecording: RestHandlers['publishRecording'] = async ({ params }, context) => {
    const { caller, recording } = await this.#managed(context.caller, params.recordingId);
    const changed = await this.#stores.recordings.setPublished(recording.recordingId, this.#nowMs());
    if (recording.publishedAtMs === null) await this.#note(context, recording, 'recording.published');
    return this.#summary(caller, changed);
  };

  readonly unpublishRecording: RestHandlers['unpublishRecording'] = async ({ params }, context) => {
    const { caller, recording } = await this.#managed(context.caller, params.recordingId);
    const changed = await this.#stores.recordings.setPublished(recording.recordingId, null);
    if (recording.publishedAtMs !== null) await this.#note(context, recording, 'recording.unpublished');
    return this.#summary(caller, changed);
  };

  readonly holdRecording: RestHandlers['holdRecording'] = async ({ params, body }, context) => {
    const { caller, recording } = await this.#administered(context.caller, params.recordingId);
    const hold = { reason: body.reason, byPersonId: caller.personId, atMs: this.#nowMs() };
    const changed = await this.#stores.recordings.setHold(recording.recordingId, hold);
    await this.#note(context, recording, 'recording.held');
    return this.#summary(caller, changed);
  };

  readonly releaseRecording: RestHandlers['releaseRecording'] = async ({ params }, context) => {
    const { caller, recording } = await this.#administered(context.caller, params.recordingId);
    const changed = await this.#stores.recordings.setHold(recording.recordingId, null);
    if (recording.hold !== null) await this.#note(context, recording, 'recording.released');
    return this.#summary(caller, changed);
  };

  readonly createRecordingLink: RestHandlers['createRecordingLink'] = async ({ params, body }, context) => {
    const { caller, recording } = await this.#ownManaged(context.caller, params.recordingId);
    if (recording.publishedAtMs === null || !(await this.#allowsLinks(recording.schoolId))) {
      throw new AppError('conflict', {
        details: { field: recording.publishedAtMs === null ? 'draft' : 'allowsLinks' },
      });
    }
    const token = newSecretToken();
    const { label, days, allowsDownload } = body;
    const nowMs = this.#nowMs();
    const link = await this.#stores.recordingLinks.create({
      recordingId: recording.recordingId,
      tokenHash: tokenHash(token),
      label,
      allowsDownload,
      createdBy: caller.personId,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + days * DAY_MS,
    });
    await this.#note(context, recording, 'recording.linkCreated', { linkId: link.linkId, days, allowsDownload });
    return { ...viewOf(link), token, url: `${context.origin}/shared/${token}` };
  };

  readonly listRecordingLinks: RestHandlers['listRecordingLinks'] = async ({ params }, context) => {
    const { recording } = await this.#ownManaged(context.caller, params.recordingId);
    const links = await this.#stores.recordingLinks.list(recording.recordingId, this.#nowMs());
    return { areAllowed: await this.#allowsLinks(recording.schoolId), links: links.map(viewOf) };
  };

  readonly revokeRecordingLink: RestHandlers['revokeRecordingLink'] = async ({ params }, context) => {
    const { recording } = await this.#ownManaged(context.caller, params.recordingId);
    await this.#stores.recordingLinks.revoke(recording.recordingId, params.linkId, this.#nowMs());
    await this.#note(context, recording, 'recording.linkRevoked', { linkId: params.linkId });
    return {};
  };

  readonly openShared: RestHandlers['openShared'] = async ({ params }, context) => {
    await this.#dependencies.limits.consume('invitationAddress', context.address);
    const nowMs = this.#nowMs();
    const { link, recording } = await linkedRecording(this.#stores, tokenHash(params.token), nowMs);
    const { viewsIndexKey, film } = asSeen(recording, false);
    if (viewsIndexKey === null && film === null) throw new AppError('conflict');
    await this.#stores.recordingLinks.countOpening(link.linkId, nowMs);
    const urls = new MediaUrls(this.#dependencies.mediaSecret, nowMs, { linkId: link.linkId });
    // The link says whether strangers may take it away, whatever the managers allow people with an account.
    const shown = { ...recording, allowsDownload: link.allowsDownload };
    return playbackOf(shown, summaryOf(shown, { ...STRANGER, mayDownload: false }, urls), urls);
  };

  readonly listRecordingCopies: RestHandlers['listRecordingCopies'] = async ({ params }, context) => {
    const { recording } = await this.#ownManaged(context.caller, params.recordingId);
    const copies = await this.#stores.recordings.copies(recording.recordingId);
    const partners = await this.#partners(recording.schoolId);
    const copiedAt = new Map(copies.map((copy) => [copy.schoolId, copy.publishedAtMs ?? copy.startedAtMs]));
    // A school that is a partner no longer keeps what it was given.
    const former = copies.filter((copy) => !partners.some(({ schoolId }) => schoolId === copy.schoolId));
    return {
      schools: [...partners, ...former].map(({ schoolId, schoolName }) => ({
        schoolId,
        schoolName,
        copiedAtMs: copiedAt.get(schoolId) ?? null,
      })),
    };
  };

  readonly copyRecording: RestHandlers['copyRecording'] = async ({ params, body }, context) => {
    const { recording } = await this.#ownManaged(context.caller, params.recordingId);
    const { phase, recordingId } = recording;
    if (recording.publishedAtMs === null || phase === 'recording' || phase === 'finishing') {
      throw new AppError('conflict', { details: { field: recording.publishedAtMs === null ? 'draft' : 'phase' } });
    }
    const partner = (await this.#partners(recording.schoolId)).find(({ schoolId }) => schoolId === body.schoolId);
    if (partner === undefined) throw new AppError('forbidden');
    const copiedAtMs = this.#nowMs();
    const copy = await this.#stores.recordings.createCopy(recordingId, partner.schoolId, copiedAtMs);
    await this.#note(context, recording, 'recording.copied', {
      copyId: copy.recordingId,
      toSchoolId: partner.schoolId,
    });
    return { ...partner, copiedAtMs };
  };

  async #partners(
    ownSchoolId: SchoolId,
  ): Promise<readonly { readonly schoolId: SchoolId; readonly schoolName: string }[]> {
    const pairings = await this.#stores.classrooms.listPairings({ schoolId: ownSchoolId });
    const ids = new Set(pairings.flatMap((pairing) => [pairing.lecturingSchoolId, pairing.listeningSchoolId]));
    ids.delete(ownSchoolId);
    const schools = await this.#stores.directory.listSchools();
    return schools
      .filter(({ schoolId }) => ids.has(schoolId))
      .map(({ schoolId, name }) => ({ schoolId, schoolName: name }));
  }

  async #allowsLinks(schoolId: SchoolId): Promise<boolean> {
    return (await this.#stores.directory.school(schoolId))?.settings.allowsLinks ?? false;
  }

  async #managed(asking: Caller, recordingId: RecordingId): Promise<{ caller: PersonCaller; recording: Recording }> {
    const caller = personOf(asking);
    const recording = await visibleRecording(this.#dependencies, caller, recordingId);
    if (!manages(caller, recording)) throw new AppError('forbidden');
    return { caller, recording };
  }

  /** What leaves the school does so only where it was made: a copy is for the school that was given it. */
  async #ownManaged(asking: Caller, recordingId: RecordingId): Promise<{ caller: PersonCaller; recording: Recording }> {
    const managed = await this.#managed(asking, recordingId);
    if (isCopy(managed.recording)) throw new AppError('forbidden');
    return managed;
  }

  async #administered(
    asking: Caller,
    recordingId: RecordingId,
  ): Promise<{ caller: PersonCaller; recording: Recording }> {
    const managed = await this.#ownManaged(asking, recordingId);
    assertAdministers(managed.caller, managed.recording.schoolId);
    return managed;
  }

  #summary(caller: PersonCaller, recording: Recording): Promise<RouteReplyInput<'publishRecording'>> {
    return recordingSummary(this.#dependencies, caller, recording);
  }

  #note(
    { caller, address }: RouteContext,
    { recordingId, schoolId }: Recording,
    action: string,
    details: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const actor = { kind: 'person', personId: personOf(caller).personId } as const;
    return this.#stores.audit.append({
      ...{ atMs: this.#nowMs(), actor, action, targetId: recordingId, schoolId, address, details },
    });
  }
}
