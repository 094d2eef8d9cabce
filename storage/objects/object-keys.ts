import { CoursewareId, type RecordingId, type TrackId } from '../../signaling/protocol/ids.ts';
import { coursewarePageName } from '../../signaling/protocol/rest/courseware.ts';

/**
 * The only place that spells a key of the object store.
 *
 * - `raw/` is the truth: packet-log chunks and events, never rewritten.
 * - `play/` is what the muxer makes while the lesson runs (rolling, playable seconds after class).
 * - `produced/` is what ffmpeg makes after class, one prefix per attempt, so that two attempts never mix.
 *   `produced/{recording}/edition/` holds the views of editions that leave something out: what they share with `play/` they only name.
 * - `parts/` are the pieces that productions put films together from, named by their content; never served.
 * - `packages/` is what was exported for other systems, kept for some days.
 * - `courseware/` is what teachers show in lessons: the file as it came, and its pages as pictures.
 * - `captions/` is what speech recognition has made, until signaling has taken it into the database.
 * - `recordings/` holds the manifests.
 */
const padded = (value: number, width: number): string => String(value).padStart(width, '0');

export const VIEW_CHAPTERS_NAME = 'chapters.vtt';

export const objectKeys = {
  manifest: (recording: RecordingId) => `recordings/${recording}/manifest.json`,

  rawPrefix: (recording: RecordingId) => `raw/${recording}/`,
  rawTrackPrefix: (recording: RecordingId, track: TrackId) => `raw/${recording}/${track}/`,
  /** `epoch` from 1, `n` from 0, both increasing; padded so that a listing is in order. */
  rawChunk: (recording: RecordingId, track: TrackId, epoch: number, n: number) =>
    `raw/${recording}/${track}/${padded(epoch, 4)}-${padded(n, 6)}.rtpd`,
  rawEventsPrefix: (recording: RecordingId) => `raw/${recording}/events/`,
  rawEvents: (recording: RecordingId, n: number) => `raw/${recording}/events/${padded(n, 6)}.jsonl`,

  /** What somebody uploaded, as it came: parts that lie one behind the other, each named by where it begins. */
  rawUploadPrefix: (recording: RecordingId) => `raw/${recording}/upload/`,
  rawUploadPart: (recording: RecordingId, offset: number) => `raw/${recording}/upload/${padded(offset, 15)}.part`,

  playPrefix: (recording: RecordingId) => `play/${recording}/`,
  /** `name` is relative and made by the muxer, e.g. `lecturer/seg-000012.m4s`. */
  play: (recording: RecordingId, name: string) => `play/${recording}/${name}`,
  playIndex: (recording: RecordingId) => `play/${recording}/index.json`,
  editorFacts: (recording: RecordingId) => `play/${recording}/editor.json`,

  /** Stills of what is played (`SlideIndex`), beside the index of the views or the film as one file. */
  slidesBeside: (key: string) => `${key.slice(0, key.lastIndexOf('/') + 1)}slides/index.json`,
  /** Chapters (WebVTT) of what is played, beside the index of the views. */
  chaptersBeside: (indexKey: string) => `${indexKey.slice(0, indexKey.lastIndexOf('/') + 1)}${VIEW_CHAPTERS_NAME}`,

  allCoursewarePrefix: 'courseware/',
  coursewarePrefix: (courseware: CoursewareId) => `courseware/${courseware}/`,
  coursewareFile: (courseware: CoursewareId) => `courseware/${courseware}/file`,
  /** `page` from 1. */
  coursewarePage: (courseware: CoursewareId, page: number, size: 'page' | 'thumb') =>
    `courseware/${courseware}/${coursewarePageName(page, size)}`,

  packagesPrefix: (recording: RecordingId) => `packages/${recording}/`,
  package: (recording: RecordingId, name: string) => `packages/${recording}/${name}`,

  producedPrefix: (recording: RecordingId) => `produced/${recording}/`,
  captionsPrefix: (recording: RecordingId) => `captions/${recording}/`,
  /** One object per attempt at one language. */
  recognised: (recording: RecordingId, language: string, attempt: string) =>
    `captions/${recording}/${language}-${attempt}.json`,

  produced: (recording: RecordingId, attempt: string, name: string) => `produced/${recording}/${attempt}/${name}`,

  partsPrefix: (recording: RecordingId) => `parts/${recording}/`,
  partPrefix: (recording: RecordingId, part: string) => `parts/${recording}/${part}/`,
  /** `part` is the hash of what it is made of, `name` a file of it, e.g. `1080p.mp4`. */
  part: (recording: RecordingId, part: string, name: string) => `parts/${recording}/${part}/${name}`,
  editionsPrefix: (recording: RecordingId) => `produced/${recording}/edition/`,
  /** `name` is relative to the index of that edition's views. */
  edition: (recording: RecordingId, version: number, name: string) =>
    `produced/${recording}/edition/${version}/${name}`,
  editionIndex: (recording: RecordingId, version: number) => `produced/${recording}/edition/${version}/index.json`,
} as const;

/** The key of what an index names by a URI relative to itself, as a browser resolves it below the signed base of the recording. */
export function resolveKey(indexKey: string, uri: string): string {
  const [area = '', recording = '', ...rest] = indexKey.split('/');
  const path: string[] = [area, ...rest.slice(0, -1)];
  for (const part of uri.split('/')) {
    if (part === '..') path.pop();
    else path.push(part);
  }
  const [resolvedArea = '', ...below] = path;
  return [resolvedArea, recording, ...below].join('/');
}

/** Whose an object below `objectKeys.allCoursewarePrefix` is; undefined for anything else. */
export function coursewareOfKey(key: string): CoursewareId | undefined {
  const [area, coursewareId] = key.split('/');
  return area === 'courseware' ? CoursewareId.safeParse(coursewareId).data : undefined;
}

/** The inverse of `objectKeys.rawUploadPart` for the last part of a key: where it begins; undefined when it is none. */
export function parseRawUploadPart(key: string): number | undefined {
  const match = /\/upload\/(\d{15})\.part$/.exec(key);
  return match === null ? undefined : Number(match[1]);
}

export interface RawChunkName {
  readonly epoch: number;
  readonly n: number;
}

/** The inverse of `objectKeys.rawChunk` for the last part of a key; undefined when it is none. */
export function parseRawChunkName(key: string): RawChunkName | undefined {
  const match = /(?:^|\/)(\d{4,})-(\d{6,})\.rtpd$/.exec(key);
  if (match === null) return undefined;
  return { epoch: Number(match[1]), n: Number(match[2]) };
}
