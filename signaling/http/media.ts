import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { checkMediaGrant, MEDIA_PREFIX, type MediaCheck, type MediaViewer } from '../auth/media-signature.ts';
import { AppError } from '../protocol/errors.ts';
import { RecordingId } from '../protocol/ids.ts';
import type { WatchGate } from '../recordings/watch-gate.ts';
import type { Log } from '../runtime/log.ts';
import type { ByteRange, ObjectStore } from '../../storage/ports.ts';
import { contentTypeOf } from '../../storage/objects/content-type.ts';
import { HotObjects, type HotObject } from './hot-objects.ts';
import { respondProblem } from './problem.ts';

export interface MediaRouteOptions {
  readonly store: ObjectStore;
  readonly secret: string;
  readonly nowMs: () => number;
  /** What of a recording viewers may fetch now, whatever was signed before. */
  readonly gate?: Pick<WatchGate, 'permits'>;
  /** Whether whom an address was signed for may still watch, or look after the recording; without it nobody may who is named. */
  readonly mayOpen?: (viewer: MediaViewer, isManaged: boolean) => boolean | Promise<boolean>;
  /** Set where a proxy sends the bytes: then only whether they may be seen is decided here. */
  readonly accelPrefix?: string | undefined;
}

/** Of the process's memory, for what a class watches together. */
const HOT_BYTES = 96 * 1_048_576;
/** Small, and dropped with what they hold. */
const MAX_READY = 256;
const MAX_KNOWN_URLS = 20_000;
const MAX_KNOWN_GRANTS = 5_000;
/** Whoever may watch can hang a query of any length behind a URL: it must not lie in memory. */
const MAX_KNOWN_CHARS = 1_024;
const MAX_NAME_SIGNS = 120;
/** Node writes head and body of a string in one go. */
const STRING_BYTES = 32_768;
/** Playlists and indexes grow while a lesson runs; everything else never changes under its name. */
const GROWING = /\.(m3u8|json|vtt)$/;
/** A film or a package as one file: only with the download scope. */
const WHOLE_FILE = /^(?:produced\/[^/]+\/[^/]+\.mp4|packages\/.*)$/;
const AREAS: ReadonlySet<string> = new Set(['play', 'produced', 'packages', 'courseware']);
/** Of a file of pages only their pictures; who got the address is, or was, in its lesson. */
const PAGE_PICTURE = /^courseware\/(?:page|thumb)-\d{3}\.webp$/;
const CLEAN_PART = /^[\w=+-][\w.=+-]*$/;

/** What every answer says: this is media, to be looked at by our own pages and by nothing else. */
const FIXED_HEADERS = {
  'accept-ranges': 'bytes',
  'content-security-policy': "default-src 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const;

interface MediaPath {
  readonly grant: string;
  readonly recordingId: string;
  /** Below the recording: `play/…`, `produced/{attempt}/…`, `packages/…`. */
  readonly relative: string;
  readonly name: string | null;
}

/** What is known of an object before its bytes. */
interface Described {
  readonly etag: string;
  readonly contentType: string;
}

/** A URL that was found to be good: what it opens, and until when. */
interface OpenedUrl {
  readonly recordingId: RecordingId;
  readonly relative: string;
  readonly key: string;
  /** A manager's address opens also what viewers may not see, and pages are of no recording. */
  readonly isGated: boolean;
  readonly isManaged: boolean;
  readonly expiresAtMs: number;
  readonly disposition: string | null;
  /** Asked each time. */
  readonly viewer: MediaViewer | undefined;
}

/** Answered again and again: everything about it is made once. */
interface ReadyAnswer {
  readonly of: HotObject;
  readonly head: string[];
  readonly body: string;
}

/** @throws AppError `notFound`, `invalidInput` for a path that is not well-formed. */
function pathOf(url: string): MediaPath {
  const [path = '', query] = url.split('?', 2);
  const [grant = '', recordingId = '', ...rest] = path.slice(MEDIA_PREFIX.length + 1).split('/');
  const name = query === undefined ? null : new URLSearchParams(query).get('name');
  if (!path.includes('%')) return { grant, recordingId, relative: rest.join('/'), name };
  try {
    return { grant, recordingId: decodeURIComponent(recordingId), relative: decodeURIComponent(rest.join('/')), name };
  } catch (cause) {
    throw new AppError('invalidInput', { cause });
  }
}

/** The raw truth is never served. */
function keyOf(recordingId: RecordingId, relative: string): string {
  const [area = '', ...rest] = relative.split('/');
  const isClean = rest.length > 0 && rest.every((part) => CLEAN_PART.test(part));
  if (!isClean || !AREAS.has(area)) throw new AppError('notFound');
  if (area === 'courseware' && !PAGE_PICTURE.test(relative)) throw new AppError('notFound');
  return `${area}/${recordingId}/${rest.join('/')}`;
}

/** One byte range as in RFC 9110 §14; a header that we do not understand is ignored, as it says. */
function rangeOf(header: string | undefined, totalBytes: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  if (match[1] === '') return { start: Math.max(0, totalBytes - Number(match[2])) };
  const start = Number(match[1]);
  if (match[2] === '') return { start };
  const end = Number(match[2]);
  return end < start ? undefined : { start, end };
}

function dispositionOf(name: string): string {
  const extension = /\.(\w{1,5})$/.exec(name)?.[1] ?? 'mp4';
  // By signs: half of one cannot be encoded.
  const shown = Array.from(name).slice(0, MAX_NAME_SIGNS).join('');
  return `attachment; filename="recording.${extension}"; filename*=UTF-8''${encodeURIComponent(shown)}`;
}

function cacheControlOf(key: string): string {
  return GROWING.test(key) ? 'private, no-cache' : 'private, max-age=7200, immutable';
}

function isFresh(request: IncomingMessage, etag: string): boolean {
  const wanted = request.headers['if-none-match'];
  if (wanted === undefined) return false;
  return wanted === '*' || wanted.split(',').some((each) => each.trim().replace(/^W\//, '') === etag);
}

/**
 * `/media/{expiry}.{signature}.{viewer}/{recording}/{path}`: the rights were checked when the URL was signed, and are again and again, from
 * memory. Stands before Express, which takes longer for a playlist than everything that is done here.
 */
class MediaRoute {
  readonly #store: ObjectStore;
  readonly #secret: string;
  readonly #nowMs: () => number;
  readonly #hot: HotObjects;
  readonly #gate: MediaRouteOptions['gate'];
  readonly #mayOpen: MediaRouteOptions['mayOpen'];
  readonly #accelPrefix: string | undefined;
  /** A signature is computed once for each grant, which opens many URLs; whether it has expired is looked at each time. */
  readonly #checked = new Map<string, MediaCheck & { readonly is: 'good' }>();
  readonly #opened = new Map<string, OpenedUrl>();
  readonly #ready = new Map<string, ReadyAnswer>();

  constructor({ store, secret, nowMs, gate, mayOpen, accelPrefix }: MediaRouteOptions) {
    this.#gate = gate;
    this.#mayOpen = mayOpen;
    this.#accelPrefix = accelPrefix;
    this.#store = store;
    this.#secret = secret;
    this.#nowMs = nowMs;
    this.#hot = new HotObjects(store, HOT_BYTES, nowMs);
  }

  /** @throws AppError before anything has been answered. */
  serve(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> | undefined {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw new AppError('notFound');
    const opened = this.#opened.get(url) ?? this.#open(url);
    if (opened.expiresAtMs <= this.#nowMs()) throw new AppError('gone');
    const isShown = this.#isShown(opened);
    const isOpen = this.#isOpen(opened);
    if (typeof isShown !== 'boolean' || typeof isOpen !== 'boolean') {
      const asking = [isShown, isOpen].map((answer) => Promise.resolve(answer));
      return this.#ask(asking, opened, request, response);
    }
    if (!isShown || !isOpen) throw new AppError('gone');
    return this.#answer(opened, request, response);
  }

  #isShown({ isGated, recordingId, relative }: OpenedUrl): boolean | Promise<boolean> {
    return !isGated || (this.#gate?.permits(recordingId, relative) ?? true);
  }

  #isOpen({ isManaged, viewer }: OpenedUrl): boolean | Promise<boolean> {
    return viewer === undefined || (this.#mayOpen?.(viewer, isManaged) ?? false);
  }

  async #ask(
    asking: readonly Promise<boolean>[],
    opened: OpenedUrl,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const answers = await Promise.all(asking);
    if (!answers.every(Boolean)) throw new AppError('gone');
    await this.#answer(opened, request, response);
  }

  #answer(opened: OpenedUrl, request: IncomingMessage, response: ServerResponse): Promise<void> | undefined {
    const { key, disposition } = opened;
    if (disposition !== null) response.setHeader('content-disposition', disposition);
    if (this.#accelPrefix !== undefined) {
      const type = { 'content-type': contentTypeOf(key), 'cache-control': cacheControlOf(key) };
      response.writeHead(200, { ...FIXED_HEADERS, ...type, 'x-accel-redirect': `${this.#accelPrefix}/${key}` }).end();
      return undefined;
    }
    const hot = this.#hot.peek(key);
    if (hot === undefined) return this.#fetch(key, request, response);
    this.#sendHot(key, hot, request, response);
    return undefined;
  }

  /** @throws AppError */
  #open(url: string): OpenedUrl {
    const { grant, recordingId: claimed, relative, name } = pathOf(url);
    const parsed = RecordingId.safeParse(claimed);
    if (!parsed.success) throw new AppError('notFound');
    const recordingId = parsed.data;
    const key = keyOf(recordingId, relative);
    const check = this.#check(grant, recordingId);
    if (check.scope === 'watch' && WHOLE_FILE.test(relative)) throw new AppError('forbidden');
    const isNamed = check.scope !== 'watch' && name !== null;
    const opened: OpenedUrl = {
      recordingId,
      relative,
      key,
      isManaged: check.scope === 'manage',
      isGated: check.scope !== 'manage' && !PAGE_PICTURE.test(relative),
      expiresAtMs: Number(grant.slice(0, 10)) * 1_000,
      disposition: isNamed ? dispositionOf(name) : null,
      viewer: check.viewer,
    };
    if (this.#opened.size >= MAX_KNOWN_URLS) this.#opened.clear();
    if (url.length <= MAX_KNOWN_CHARS) this.#opened.set(url, opened);
    return opened;
  }

  /** @throws AppError */
  #check(grant: string, recordingId: RecordingId): MediaCheck & { readonly is: 'good' } {
    const key = `${grant}/${recordingId}`;
    const known = this.#checked.get(key);
    if (known !== undefined) return known;
    const check = checkMediaGrant(this.#secret, grant, recordingId, this.#nowMs());
    if (check.is !== 'good') throw new AppError(check.is === 'forged' ? 'forbidden' : 'gone');
    if (this.#checked.size >= MAX_KNOWN_GRANTS) this.#checked.clear();
    this.#checked.set(key, check);
    return check;
  }

  /** A plain request for something in memory, which is most of them, is answered from what was made for the one before. */
  #sendHot(key: string, hot: HotObject, request: IncomingMessage, response: ServerResponse): void {
    const { headers, method } = request;
    const isPlain = method === 'GET' && headers.range === undefined && headers['if-none-match'] === undefined;
    // Larger ones are held in memory by those who hold them, and by nobody else.
    const isSmall = hot.body.length <= STRING_BYTES;
    if (!isPlain || !isSmall || response.hasHeader('content-disposition')) {
      this.#sendBuffer(key, hot, request, response);
      return;
    }
    const { head, body } = this.#readyFor(key, hot);
    response.writeHead(200, head);
    response.end(body, 'latin1');
  }

  #readyFor(key: string, hot: HotObject): ReadyAnswer {
    const known = this.#ready.get(key);
    if (known?.of === hot) return known;
    const head = Object.entries({ ...this.#head(key, hot), 'content-length': hot.body.length });
    const made: ReadyAnswer = {
      of: hot,
      head: head.flatMap(([name, value]) => [name, String(value)]),
      body: hot.body.toString('latin1'),
    };
    if (this.#ready.size >= MAX_READY) this.#ready.clear();
    this.#ready.set(key, made);
    return made;
  }

  async #fetch(key: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const hot = await this.#hot.get(key);
    if (hot === undefined) await this.#stream(key, request, response);
    else this.#sendHot(key, hot, request, response);
  }

  #head(key: string, object: Described): Record<string, string | number> {
    return {
      ...FIXED_HEADERS,
      etag: object.etag,
      'content-type': object.contentType,
      'cache-control': cacheControlOf(key),
    };
  }

  #sendBuffer(key: string, object: HotObject, request: IncomingMessage, response: ServerResponse): void {
    const { body } = object;
    const head = this.#head(key, object);
    const range = rangeOf(request.headers.range, body.length);
    if (isFresh(request, object.etag)) {
      response.writeHead(304, head).end();
    } else if (range === undefined) {
      response.writeHead(200, { ...head, 'content-length': body.length });
      response.end(request.method === 'HEAD' ? undefined : body);
    } else if (range.start >= body.length) {
      response.writeHead(416, { ...FIXED_HEADERS, 'content-range': `bytes */${body.length}` }).end();
    } else {
      const part = body.subarray(range.start, (range.end ?? body.length - 1) + 1);
      const contentRange = `bytes ${range.start}-${range.start + part.length - 1}/${body.length}`;
      response.writeHead(206, { ...head, 'content-length': part.length, 'content-range': contentRange });
      response.end(request.method === 'HEAD' ? undefined : part);
    }
  }

  async #stream(key: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const facts = await this.#store.stat(key);
    if (facts === undefined) throw new AppError('notFound');
    const range = rangeOf(request.headers.range, facts.bytes);
    if (isFresh(request, facts.etag)) {
      response.writeHead(304, this.#head(key, facts)).end();
      return;
    }
    if (range !== undefined && range.start >= facts.bytes) {
      response.writeHead(416, { ...FIXED_HEADERS, 'content-range': `bytes */${facts.bytes}` }).end();
      return;
    }
    if (request.method === 'HEAD') {
      response.writeHead(200, { ...this.#head(key, facts), 'content-length': facts.bytes }).end();
      return;
    }
    const content = await this.#store.get(key, range === undefined ? {} : { range });
    const head = { ...this.#head(key, content), 'content-length': content.bytes };
    if (range === undefined) response.writeHead(200, head);
    else {
      const lastByte = range.start + content.bytes - 1;
      response.writeHead(206, { ...head, 'content-range': `bytes ${range.start}-${lastByte}/${content.totalBytes}` });
    }
    await pipeline(content.stream, response).catch((error: unknown) => {
      // A viewer who seeks or closes the page ends the connection: that is no error of ours.
      if (!response.destroyed && !response.writableEnded) throw error;
    });
  }
}

/** Answers what is below `/media`, and hands everything else on. */
export function mediaListener(options: MediaRouteOptions, log: Log, rest: RequestListener): RequestListener {
  const route = new MediaRoute(options);
  return (request, response) => {
    const url = request.url ?? '/';
    if (!url.startsWith(`${MEDIA_PREFIX}/`)) {
      rest(request, response);
      return;
    }
    const refuse = (thrown: unknown): void =>
      respondProblem(log, thrown, { method: request.method, path: '/media' }, response);
    try {
      route.serve(url, request, response)?.catch(refuse);
    } catch (error) {
      refuse(error);
    }
  };
}
