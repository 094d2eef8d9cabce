import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { mediaBaseUrl } from '../auth/media-signature.ts';
import { RecordingId } from '../protocol/ids.ts';
import { createLog } from '../runtime/log.ts';
import { mediaListener } from './media.ts';

const SECRET = 'secret-of-a-test';
const HOUR_MS = 3_600_000;
const RECORDING = RecordingId.parse('rec-1');
const SMALL = 'x'.repeat(100);
const LARGE = Buffer.alloc(200_000, 'y');

let folder: string;
let server: Server;
let nowMs = 1_790_000_000_000;

async function serve(accelPrefix?: string): Promise<void> {
  const store = await DirectoryObjectStore.create(folder);
  await store.put('play/rec-1/small.m4s', Buffer.from(SMALL));
  await store.put('play/rec-1/large.m4s', LARGE);
  await store.put('play/rec-1/index.json', Buffer.from('{}'));
  await store.put('produced/rec-1/a/lesson.mp4', Buffer.from(SMALL));
  await store.put('raw/rec-1/t/0001-000000.rtpd', Buffer.from(SMALL));
  const options = { store, secret: SECRET, nowMs: () => nowMs, accelPrefix };
  const rest = (_request: unknown, response: { writeHead: (code: number) => { end: () => void } }) =>
    response.writeHead(418).end();
  server = createServer(mediaListener(options, createLog('media', 'silent'), rest));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-media-'));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await rm(folder, { recursive: true, force: true });
});

const grant = (scope: 'watch' | 'download' = 'watch') =>
  mediaBaseUrl(SECRET, { scope, recording: RECORDING, expiresAtMs: nowMs + HOUR_MS });
const ask = (path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, init);
const statusOf = async (path: string, init?: RequestInit) => (await ask(path, init)).status;

describe('the signed media route', () => {
  it('sends what was signed for, the same the first time and from memory', async () => {
    await serve();
    for (let time = 0; time < 3; time += 1) {
      const small = await ask(`${grant()}/play/small.m4s`);
      expect([small.status, await small.text(), small.headers.get('cache-control')]).toEqual([
        ...[200, SMALL],
        'private, max-age=7200, immutable',
      ]);
      expect(Buffer.from(await (await ask(`${grant()}/play/large.m4s`)).arrayBuffer()).equals(LARGE)).toBe(true);
    }
    expect((await ask(`${grant()}/play/index.json`)).headers.get('cache-control')).toBe('private, no-cache');
    expect(await statusOf('/elsewhere')).toBe(418);
  });

  it('knows ranges, conditions and HEAD, whether an object is in memory or not', async () => {
    await serve();
    for (const [name, body] of [
      ['large.m4s', LARGE],
      ['small.m4s', Buffer.from(SMALL)],
    ] as const) {
      for (let time = 0; time < 3; time += 1) {
        const path = `${grant()}/play/${name}`;
        const part = await ask(path, { headers: { range: 'bytes=10-19' } });
        expect([part.status, part.headers.get('content-range'), (await part.arrayBuffer()).byteLength]).toEqual([
          ...[206, `bytes 10-19/${body.length}`],
          10,
        ]);
        const tail = await ask(path, { headers: { range: 'bytes=-5' } });
        expect(tail.headers.get('content-range')).toBe(`bytes ${body.length - 5}-${body.length - 1}/${body.length}`);
        expect(await statusOf(path, { headers: { range: 'bytes=999999-' } })).toBe(416);
        const head = await ask(path, { method: 'HEAD' });
        expect([head.status, head.headers.get('content-length')]).toEqual([200, String(body.length)]);
        const etag = head.headers.get('etag') ?? '';
        expect(await statusOf(path, { headers: { 'if-none-match': etag } })).toBe(304);
      }
    }
  });

  it('refuses what is forged, expired, not signed for, raw, or a trick', async () => {
    await serve();
    const good = `${grant()}/play/small.m4s`;
    expect(await statusOf(good)).toBe(200);
    expect(await statusOf(good.replace('rec-1', 'rec-2'))).toBe(403);
    expect(await statusOf(good.replace(/\.[\w-]{5}/, '.AAAAA'))).toBe(403);
    expect(await statusOf(`${grant()}/produced/a/lesson.mp4`)).toBe(403);
    expect(await statusOf(`${grant('download')}/produced/a/lesson.mp4`)).toBe(200);
    for (const path of ['raw/t/0001-000000.rtpd', 'play/none.m4s', 'play/.tongke', 'play/%2e%2e/x', 'play']) {
      expect([path, await statusOf(`${grant()}/${path}`)]).toEqual([path, 404]);
    }
    expect(await statusOf(`${grant()}/play/%E0%A4%A`)).toBe(400);
    expect(await statusOf(good, { method: 'POST' })).toBe(404);
    nowMs += HOUR_MS;
    const late = await ask(good);
    expect([late.status, late.headers.get('content-type')]).toEqual([410, 'application/problem+json; charset=utf-8']);
  });

  it('names a download as it was asked to', async () => {
    await serve();
    const film = await ask(`${grant('download')}/produced/a/lesson.mp4?name=${encodeURIComponent('面积.mp4')}`);
    expect(film.headers.get('content-disposition')).toBe(
      `attachment; filename="recording.mp4"; filename*=UTF-8''${encodeURIComponent('面积.mp4')}`,
    );
  });

  it('cuts a name that is too long between its signs', async () => {
    await serve();
    // Each a pair of UTF-16 units, behind one that is not: 120 units would end within a pair.
    const name = `a${'𠀡'.repeat(200)}.mp4`;
    const film = await ask(`${grant('download')}/produced/a/lesson.mp4?name=${encodeURIComponent(name)}`);
    expect(film.status).toBe(200);
    expect(film.headers.get('content-disposition')).toContain(encodeURIComponent(`a${'𠀡'.repeat(119)}`));
  });

  it('leaves the bytes to a proxy that can send them, and still decides who may see them', async () => {
    await serve('/_objects');
    const answer = await ask(`${grant()}/play/small.m4s`);
    expect([answer.headers.get('x-accel-redirect'), await answer.text()]).toEqual([
      '/_objects/play/rec-1/small.m4s',
      '',
    ]);
    expect(await statusOf(`${grant()}/play/small.m4s`.replace('rec-1', 'rec-2'))).toBe(403);
  });
});
