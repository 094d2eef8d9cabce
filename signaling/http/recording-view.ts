import type * as z from 'zod';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { Recording } from '../../storage/ports.ts';
import { mediaBaseUrl, type MediaScope, type MediaViewer } from '../auth/media-signature.ts';
import type { PersonId, RecordingLinkId } from '../protocol/ids.ts';
import type { RouteReplyInput } from '../protocol/rest.ts';
import type { RecordingSummary } from '../protocol/rest/recordings.ts';
import { asSeen, timelinesOf } from '../recordings/shown-edition.ts';
import { administers, type PersonCaller } from './caller.ts';

type Summary = z.input<typeof RecordingSummary>;

const HOUR_MS = 3_600_000;
const PLAYBACK_MS = 2 * HOUR_MS;

/** `produced/{recording}/{attempt}/x` as a path below the signed base of its recording. */
function relativePath(key: string): string {
  const [area, _recording, ...rest] = key.split('/');
  return [area, ...rest].join('/');
}

/** Who manages it, and the administrators of the school that answers for it. */
export const manages = (
  caller: Pick<PersonCaller, 'personId' | 'roles'>,
  recording: Pick<Recording, 'managerId' | 'schoolId'>,
): boolean => recording.managerId === caller.personId || administers(caller, recording.schoolId);

/** A copy's managers change what is written about it, never what is in it. */
export const isCopy = ({ recordingId, mediaId }: Pick<Recording, 'recordingId' | 'mediaId'>): boolean =>
  recordingId !== mediaId;

type UrlViewer = { readonly personId: PersonId } | { readonly linkId: RecordingLinkId };

/** Signs URLs of one recording; pictures of a list share an expiry that moves once an hour, so that browsers can cache them. */
export class MediaUrls {
  readonly #secret: string;
  readonly #viewer: UrlViewer;
  readonly expiresAtMs: number;

  /** What somebody is given is good only while they, or the link by which they came, may watch. */
  constructor(secret: string, nowMs: number, viewer: UrlViewer) {
    this.#secret = secret;
    this.#viewer = viewer;
    this.expiresAtMs = (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS + PLAYBACK_MS;
  }

  of(
    { recordingId, mediaId }: Pick<Recording, 'recordingId' | 'mediaId'>,
    key: string,
    scope: MediaScope = 'watch',
  ): string {
    const viewer: MediaViewer =
      'linkId' in this.#viewer
        ? { kind: 'link', linkId: this.#viewer.linkId }
        : { kind: 'person', personId: this.#viewer.personId, recordingId };
    const grant = { scope, recording: mediaId, expiresAtMs: this.expiresAtMs, viewer };
    return `${mediaBaseUrl(this.#secret, grant)}/${relativePath(key)}`;
  }
}

/** Who looks at a recording, and what that person may do with it. */
export interface RecordingViewer {
  readonly isManager: boolean;
  readonly mayHold: boolean;
  /** Beside what the managers allow everybody. */
  readonly mayDownload: boolean;
  readonly positionMs: number | null;
}

export function viewerOf(caller: PersonCaller, recording: Recording, positionMs: number | null): RecordingViewer {
  const isManager = manages(caller, recording);
  const mayHold = administers(caller, recording.schoolId) && !isCopy(recording);
  return { isManager, mayHold, mayDownload: isManager && !isCopy(recording), positionMs };
}

/** A manager's address opens also what the edition leaves out; of a copy nobody has such. */
const scopeOf = (recording: Recording, isManager: boolean): MediaScope =>
  isManager && !isCopy(recording) ? 'manage' : 'watch';

export function summaryOf(whole: Recording, viewer: RecordingViewer, urls: MediaUrls): Summary {
  const { isManager, mayHold, positionMs } = viewer;
  const recording = asSeen(whole, isManager);
  const { film } = recording;
  const hold = isManager ? recording.hold : null;
  return {
    recordingId: recording.recordingId,
    lessonId: recording.lessonId,
    kind: recording.kind,
    lessonOrigin: recording.lessonOrigin,
    title: recording.title,
    description: recording.description,
    subject: recording.subject,
    grade: recording.grade,
    series: recording.series,
    schoolId: recording.schoolId,
    schoolName: recording.schoolName,
    originSchoolName: recording.originSchoolName,
    lecturerId: recording.lecturerId,
    lecturerName: recording.lecturerName,
    phase: recording.phase,
    hasViews: recording.viewsIndexKey !== null,
    isPreparing: recording.isPreparing,
    isComposed: film !== null,
    startedAtMs: recording.startedAtMs,
    durationMs: recording.durationMs,
    progress: recording.progress?.fraction ?? null,
    secondsLeft: recording.progress?.secondsLeft ?? null,
    failure: recording.failure,
    posterUrl: film === null ? null : urls.of(recording, film.posterKey, scopeOf(whole, isManager)),
    positionMs,
    visibility: recording.visibility,
    isPublished: recording.publishedAtMs !== null,
    expiresAtMs: recording.expiresAtMs,
    isHeld: hold !== null,
    holdReason: hold?.reason ?? null,
    mayManage: isManager,
    mayProduce: isManager && !isCopy(recording),
    mayHold,
    mayDownload: film !== null && (recording.allowsDownload || viewer.mayDownload),
    allowsDownload: recording.allowsDownload,
  };
}

export function playbackOf(whole: Recording, summary: Summary, urls: MediaUrls): RouteReplyInput<'openPlayback'> {
  const recording = asSeen(whole, summary.mayManage);
  const { film, viewsIndexKey } = recording;
  const scope = scopeOf(whole, summary.mayManage);
  const url = (key: string): string => urls.of(recording, key, scope);
  const fileName = encodeURIComponent(`${recording.title}.mp4`);
  return {
    recording: summary,
    expiresAtMs: urls.expiresAtMs,
    viewsIndexUrl: viewsIndexKey === null ? null : url(viewsIndexKey),
    viewsSlidesUrl: viewsIndexKey === null ? null : url(objectKeys.slidesBeside(viewsIndexKey)),
    viewsChaptersUrl: viewsIndexKey === null ? null : url(objectKeys.chaptersBeside(viewsIndexKey)),
    composed:
      film === null
        ? null
        : {
            masterUrl: url(film.masterKey),
            thumbnailsUrl: url(film.thumbnailsKey),
            posterUrl: url(film.posterKey),
            chaptersUrl: film.chaptersKey === null ? null : url(film.chaptersKey),
            waveformUrl: film.waveformKey === undefined ? null : url(film.waveformKey),
            slidesUrl: url(objectKeys.slidesBeside(film.mp4Key)),
          },
    downloadUrl:
      film === null || !summary.mayDownload
        ? null
        : `${urls.of(recording, film.mp4Key, scope === 'manage' ? scope : 'download')}?name=${fileName}`,
    timelines: timelinesOf(recording),
    watermark: null,
  };
}
