import { pipeline } from 'node:stream/promises';
import { Router, type Request, type Response } from 'express';
import { checkMediaGrant } from '../auth/media-signature.ts';
import { AppError } from '../protocol/errors.ts';
import { RecordingId } from '../protocol/ids.ts';
import type { ByteRange, ObjectContent, ObjectStore } from '../../storage/ports.ts';

export interface MediaRouteOptions {
  readonly store: ObjectStore;
  readonly secret: string;
  readonly nowMs: () => number;
}

/** Playlists and indexes grow while a lesson runs; everything else never changes under its name. */
const GROWING = /\.(m3u8|json|vtt)$/;
/** The film as one file: only with the download scope. */
const WHOLE_FILM = /^produced\/[^/]+\/[^/]+\.mp4$/;

/** `play/…` or `produced/{attempt}/…` of this recording; the raw truth is never served. */
function keyOf(recording: RecordingId, path: string): string {
  const [area, ...rest] = path.split('/');
  const isClean = rest.length > 0 && rest.every((part) => /^[\w.=+-]+$/.test(part) && !part.startsWith('.'));
  if (!isClean || (area !== 'play' && area !== 'produced')) throw new AppError('notFound');
  return `${area}/${recording}/${rest.join('/')}`;
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

function asciiName(name: string): string {
  return `attachment; filename="recording.mp4"; filename*=UTF-8''${encodeURIComponent(name)}`;
}

/** The range that is asked for, `'unsatisfiable'`, or undefined for the whole object. */
async function wantedRange(store: ObjectStore, key: string, header: string | undefined) {
  if (header === undefined) return undefined;
  const facts = await store.stat(key);
  if (facts === undefined) throw new AppError('notFound');
  const range = rangeOf(header, facts.bytes);
  if (range === undefined || range.start < facts.bytes) return range;
  return { unsatisfiableOf: facts.bytes };
}

function describe(response: Response, key: string, content: ObjectContent, range: ByteRange | undefined): void {
  response.setHeader('etag', content.etag);
  response.setHeader('content-type', content.contentType);
  response.setHeader('accept-ranges', 'bytes');
  response.setHeader('cache-control', GROWING.test(key) ? 'private, no-cache' : 'private, max-age=7200, immutable');
  response.setHeader('content-length', content.bytes);
  if (range === undefined) return;
  response.status(206);
  response.setHeader('content-range', `bytes ${range.start}-${range.start + content.bytes - 1}/${content.totalBytes}`);
}

async function send(store: ObjectStore, key: string, request: Request, response: Response): Promise<void> {
  const range = await wantedRange(store, key, request.headers.range);
  if (range !== undefined && 'unsatisfiableOf' in range) {
    response.status(416).setHeader('content-range', `bytes */${range.unsatisfiableOf}`).end();
    return;
  }
  const content = await store.get(key, range === undefined ? {} : { range });
  describe(response, key, content, range);
  if (request.fresh || request.method === 'HEAD') {
    content.stream.destroy();
    response.status(request.fresh ? 304 : response.statusCode).end();
    return;
  }
  await pipeline(content.stream, response).catch((error: unknown) => {
    // A viewer who seeks or closes the page ends the connection: that is no error of ours.
    if (!response.destroyed && !response.writableEnded) throw error;
  });
}

/** `/media/{expiry}.{signature}/{recording}/{path}`: the rights were checked when the URL was signed. */
export function mediaRouter(options: MediaRouteOptions): Router {
  const router = Router();
  router.get('/:grant/:recording/*path', async (request, response) => {
    const { grant, recording, path } = request.params;
    const parsed = RecordingId.safeParse(recording);
    if (!parsed.success) throw new AppError('notFound');
    const check = checkMediaGrant(options.secret, grant, parsed.data, options.nowMs());
    if (check === 'forged') throw new AppError('forbidden');
    if (check === 'expired') throw new AppError('gone');
    const relative = path.join('/');
    if (check === 'watch' && WHOLE_FILM.test(relative)) throw new AppError('forbidden');
    const name = request.query['name'];
    if (check === 'download' && typeof name === 'string') {
      response.setHeader('content-disposition', asciiName(name.slice(0, 120)));
    }
    await send(options.store, keyOf(parsed.data, relative), request, response);
  });
  return router;
}
