import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RecordingManifest } from '../../../storage/objects/manifest.ts';
import { Callers } from '../../support/clients/callers.ts';
import { eventually } from '../../support/eventually.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';
import { coursewarePageName } from '../../../signaling/protocol/rest/courseware.ts';
import { putCourseware, uploadCourseware } from '../../support/clients/courseware-client.ts';
import { lessonIdOf, signedIn } from '../../support/districts/demo-lessons.ts';
import { onPostgresOfRun } from '../../support/stands/postgres-of-run.ts';
import { Stack } from '../../support/stands/stack.ts';
import { tinyPdf } from '../../support/media/tiny-pdf.ts';
import { sendByTus } from '../../support/clients/upload-client.ts';
import { ffmpegRun, STRIPED, X264 } from '../../support/media/uploaded-film.ts';

const MAX_BYTES = Math.round(0.01 * 1024 ** 3);
const PLAYABLE_MS = 150_000;
/** More than a line that breaks every other second makes in five minutes. */
const MANY_PIECES = 250;

let stack: Stack;
let callers: Callers;
let teacher: RestClient;
let folder: string;
let film: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-uploads-'));
  const path = join(folder, 'film.mp4');
  await ffmpegRun('-f', 'lavfi', '-t', '3', '-i', `${STRIPED},noise=alls=40:allf=t`, ...X264, '-g', '30', path);
  film = await readFile(path);
  stack = await Stack.start({
    ...(await onPostgresOfRun()),
    UPLOAD_MAX_GB: '0.01',
    UPLOAD_RESERVE_GB: '0',
  });
  callers = await Callers.signIn(stack);
  teacher = await signedIn(stack, 'wu.laoshi');
});
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

const announce = (client: RestClient, bytes: number, title = '观察物体') =>
  client.call('createUpload', { body: { title, subject: '数学', fileName: '观察物体.mp4', bytes } });

interface Sent {
  readonly status: number;
  readonly offset: string | undefined;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** One request of the protocol, word for word. */
function send(
  client: RestClient,
  path: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body?: Buffer,
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const all = { 'tus-resumable': '1.0.0', cookie: client.cookieHeader, ...headers };
    // A connection of its own each: one that is used again may just have been closed by the server.
    const asking = request(`${stack.url}${path}`, { method, headers: all, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const offset = answer.headers['upload-offset'];
        resolve({
          status: answer.statusCode ?? 0,
          offset: Array.isArray(offset) ? offset[0] : offset,
          body: Buffer.concat(parts).toString('utf8'),
          headers: answer.headers,
        });
      });
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

const patch = (client: RestClient, path: string, offset: number, body: Buffer, headers = {}) =>
  send(
    client,
    path,
    'PATCH',
    { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset), ...headers },
    body,
  );

/** Sends a part and tears the line in the middle of it. */
function tornPatch(client: RestClient, path: string, offset: number, body: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const headers = {
      'tus-resumable': '1.0.0',
      cookie: client.cookieHeader,
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
      'content-length': String(body.length),
    };
    const asking = request(`${stack.url}${path}`, { method: 'PATCH', headers, agent: false });
    asking.on('error', () => resolve());
    asking.write(body.subarray(0, body.length / 2), () => {
      // What was written has reached the server's socket once the kernel has taken it and some more round trips are over.
      void send(client, path, 'OPTIONS', {}).then(() => asking.destroy(new Error('the line is cut')));
    });
  });
}

describe('an upload', () => {
  it(
    'goes on where it stopped, also where the line was cut in the middle, and becomes a recording',
    { timeout: 180_000 },
    async () => {
      const upload = await announce(teacher, film.length);
      const firstBytes = 100_000;
      expect(await sendByTus(stack.url, teacher, upload, film, { stopAfterBytes: firstBytes })).toBe(firstBytes);
      const open = await teacher.call('listUploads', {});
      expect(open.uploads).toMatchObject([
        { uploadId: upload.uploadId, receivedBytes: firstBytes, bytes: film.length },
      ]);

      await tornPatch(teacher, upload.dataPath, firstBytes, film.subarray(firstBytes));
      await eventually(async () => Number((await send(teacher, upload.dataPath, 'HEAD', {})).offset)).toBeGreaterThan(
        firstBytes,
      );
      expect(await sendByTus(stack.url, teacher, upload, film)).toBe(film.length);
      expect((await teacher.call('listUploads', {})).uploads).toEqual([]);

      const recordingId = upload.uploadId;
      const recording = await teacher.call('getRecording', { params: { recordingId } });
      expect(recording).toMatchObject({ lessonOrigin: 'upload', title: '观察物体', subject: '数学', mayManage: true });
      await expect
        .poll(async () => (await teacher.call('getRecording', { params: { recordingId } })).hasViews, {
          timeout: PLAYABLE_MS,
          interval: 250,
        })
        .toBe(true);
      const text = await readFile(
        join(stack.dataFolder, 'objects', 'recordings', recordingId, 'manifest.json'),
        'utf8',
      );
      const manifest = RecordingManifest.parse(JSON.parse(text));
      expect(manifest.upload).toMatchObject({ bytes: film.length, fileName: '观察物体.mp4', isPictureCopied: true });

      // What was uploaded is kept as it came.
      const parts = join(stack.dataFolder, 'objects', 'raw', recordingId, 'upload');
      const names = (await readdir(parts)).toSorted();
      expect(Buffer.concat(await Promise.all(names.map((name) => readFile(join(parts, name)))))).toEqual(film);
      expect(await patchStatus(teacher, upload.dataPath, 0)).toBe(409);
      await teacher.call('deleteRecording', { params: { recordingId } });
      expect((await teacher.raw('getRecording', { params: { recordingId } })).code).toBe('notFound');
    },
  );

  it('that turns out to be damaged says so, and is gone with all that was sent once it is deleted', async () => {
    const half = film.subarray(0, Math.floor(film.length / 2));
    const upload = await announce(teacher, half.length, '半个视频');
    await sendByTus(stack.url, teacher, upload, half);
    const params = { recordingId: upload.uploadId };
    await eventually(async () => (await teacher.call('getRecording', { params })).phase).toBe('failed');
    expect(await teacher.call('getRecording', { params })).toMatchObject({ failure: 'damaged', hasViews: false });
    await teacher.call('deleteRecording', { params });
    await expect(readdir(join(stack.dataFolder, 'objects', 'raw', upload.uploadId))).rejects.toThrow('ENOENT');
  });

  it('is its owner’s alone, and nobody watches what it became but whom it is for', async () => {
    const upload = await announce(teacher, film.length);
    const colleague = await signedIn(stack, 'lin.laoshi');
    const strangers = [colleague, callers.of('student'), callers.of('districtAdmin'), callers.of('nobody')];
    const statuses = await Promise.all(strangers.map((client) => patchStatus(client, upload.dataPath, 0)));
    expect(statuses).toEqual([404, 403, 403, 401]);
    expect((await send(colleague, upload.dataPath, 'HEAD', {})).status).toBe(404);
    // Nor by the address of an upload of one's own that names this one behind it.
    const own = await announce(colleague, film.length);
    const disguised = `${own.dataPath}?/${upload.uploadId}`;
    expect(await patchStatus(colleague, disguised, 0)).toBe(404);
    expect((await send(colleague, disguised, 'HEAD', {})).status).toBe(404);
    expect((await send(teacher, upload.dataPath, 'HEAD', {})).offset).toBe('0');
    await colleague.call('cancelUpload', { params: { uploadId: own.uploadId } });
    expect((await colleague.raw('cancelUpload', { params: { uploadId: upload.uploadId } })).code).toBe('notFound');
    await sendByTus(stack.url, teacher, upload, film);
    const params = { recordingId: upload.uploadId };
    expect((await colleague.raw('getRecording', { params })).code).toBe('notFound');
    expect((await callers.of('student').raw('getRecording', { params })).code).toBe('notFound');
    expect((await teacher.raw('cancelUpload', { params: { uploadId: upload.uploadId } })).code).toBe('conflict');
    await teacher.call('deleteRecording', { params });
  });

  it('is refused from another page, at a wrong offset, beyond its size, and when it is too large', async () => {
    const upload = await announce(teacher, 1_000);
    const body = film.subarray(0, 100);
    const foreign = await patch(teacher, upload.dataPath, 0, body, { origin: 'https://elsewhere.example' });
    expect(foreign.status).toBe(403);
    expect(foreign.body).toContain('originRejected');
    expect((await patch(teacher, upload.dataPath, 50, body)).status).toBe(409);
    expect((await patch(teacher, upload.dataPath, 0, film.subarray(0, 1_001))).status).toBe(413);
    const accepted = await patch(teacher, upload.dataPath, 0, body);
    expect([accepted.status, accepted.offset]).toEqual([204, '100']);
    expect(accepted.headers['access-control-allow-origin']).toBeUndefined();
    expect((await patch(teacher, upload.dataPath, 0, body)).status).toBe(409);
    const tooLarge = await teacher.raw('createUpload', {
      body: { title: '大', fileName: 'big.mp4', bytes: MAX_BYTES + 1 },
    });
    expect([tooLarge.status, tooLarge.code]).toEqual([413, 'payloadTooLarge']);
    await teacher.call('cancelUpload', { params: { uploadId: upload.uploadId } });
    expect((await send(teacher, upload.dataPath, 'HEAD', {})).status).toBe(404);
    await expect(readdir(join(stack.dataFolder, 'objects', 'raw', upload.uploadId))).rejects.toThrow('ENOENT');
  });

  it('by ever so many tiny pieces is slowed down, since each makes the store write its last part anew', async () => {
    const colleague = await signedIn(stack, 'lin.laoshi');
    const upload = await announce(colleague, film.length, '一个字节一个字节');
    let at = 0;
    const sendNext = (to: number) => patch(colleague, upload.dataPath, at, film.subarray(at, to));
    let answer = await sendNext(1);
    for (; answer.status === 204 && at < MANY_PIECES; answer = await sendNext(at + 1)) at += 1;
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([429, { code: 'tooManyRequests' }]);
    expect((await send(colleague, upload.dataPath, 'HEAD', {})).offset).toBe(String(at));
    expect(at).toBeGreaterThan(100);
    await colleague.call('cancelUpload', { params: { uploadId: upload.uploadId } });
  });

  it('of a file that is no video is refused when its first part has come, with the reason', async () => {
    const page = Buffer.from(`<html>${'好看的视频'.repeat(500)}</html>`);
    const upload = await announce(teacher, page.length, '假视频');
    const answer = await patch(teacher, upload.dataPath, 0, page);
    expect(answer.status).toBe(415);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'unsupportedMedia', details: { refusal: 'text' } });
    expect((await send(teacher, upload.dataPath, 'HEAD', {})).offset).toBe('0');
    await teacher.call('cancelUpload', { params: { uploadId: upload.uploadId } });
  });

  it('finds nothing under a name that is no upload’s, whatever it is made of', async () => {
    for (const name of ['..%2f..%2fsecrets.json', '%2e%2e%2fobjects', 'x', 'a%00b', '']) {
      const { status } = await send(teacher, `/api/v1/upload-data/${name}`, 'HEAD', {});
      expect([name, [400, 404].includes(status)]).toEqual([name, true]);
    }
    expect((await send(teacher, '/api/v1/upload-data/', 'POST', { 'upload-length': '10' })).status).toBe(404);
  });
});

describe('courseware', () => {
  const name = '望庐山瀑布.pdf';

  it('becomes pages for whoever has their address, and goes when it is removed', { timeout: 120_000 }, async () => {
    const lecturer = await signedIn(stack, 'lin.laoshi');
    const lessonId = await lessonIdOf(lecturer, '望庐山瀑布');
    const body = tinyPdf([{ colour: '1 0.9 0.7' }, { colour: '0.7 0.9 1' }]);
    const item = await uploadCourseware(stack.url, lecturer, lessonId, { name, body });
    expect(item).toMatchObject({ state: 'ready', fileName: name, pages: [{ width: 1_920, height: 1_080 }, {}] });
    const base = `${stack.url}${item.pagesUrl ?? ''}`;
    const page = await fetch(`${base}${coursewarePageName(2, 'page')}`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'image/webp']);
    expect((await page.arrayBuffer()).byteLength).toBeGreaterThan(500);
    // Neither the file itself nor anything else by the same signature, nor the page by another.
    expect((await fetch(`${base}file`)).status).toBe(404);
    expect((await fetch(`${base}${coursewarePageName(3, 'page')}`)).status).toBe(404);
    expect((await fetch(`${base.replace(item.coursewareId, 'another')}${coursewarePageName(1, 'page')}`)).status).toBe(
      403,
    );

    const { coursewareId } = item;
    expect(await putCourseware(stack.url, lecturer, coursewareId, body)).toBe(409);
    expect((await teacher.raw('removeCourseware', { params: { coursewareId } })).code).toBe('notFound');
    await lecturer.call('removeCourseware', { params: { coursewareId } });
    expect((await lecturer.call('listCourseware', { params: { lessonId } })).courseware).toEqual([]);
    await expect(readdir(join(stack.dataFolder, 'objects', 'courseware', coursewareId))).rejects.toThrow('ENOENT');
  });

  it('is refused from others, at another length, from elsewhere, and when its bytes are no pages', async () => {
    const lecturer = await signedIn(stack, 'lin.laoshi');
    const lessonId = await lessonIdOf(lecturer, '望庐山瀑布');
    const params = { lessonId };
    const page = Buffer.from(`<html>${'好看的课件'.repeat(500)}</html>`);
    const announced = await lecturer.call('createCourseware', { params, body: { fileName: name, bytes: page.length } });
    const { coursewareId } = announced;
    expect(await putCourseware(stack.url, teacher, coursewareId, page)).toBe(404);
    expect(await putCourseware(stack.url, lecturer, coursewareId, page.subarray(1))).toBe(400);
    const origin = 'https://elsewhere.example';
    expect(await putCourseware(stack.url, lecturer, coursewareId, page, { origin })).toBe(403);
    expect(await putCourseware(stack.url, lecturer, coursewareId, page)).toBe(415);
    expect((await lecturer.call('listCourseware', { params })).courseware).toEqual([]);
    const large = await lecturer.raw('createCourseware', { params, body: { fileName: name, bytes: 60_000_000 } });
    expect(large.code).toBe('invalidInput');
  });

  it('has all its bytes taken off the line when it is refused, and its answer at once', async () => {
    const lecturer = await signedIn(stack, 'lin.laoshi');
    const params = { lessonId: await lessonIdOf(lecturer, '望庐山瀑布') };
    // More than the sockets of both sides hold: a browser looks for the answer when it has sent everything.
    const body = Buffer.alloc(24_000_000, '<html>');
    const { dataPath } = await lecturer.call('createCourseware', {
      params,
      body: { fileName: name, bytes: body.length },
    });
    // As a browser does: it keeps the line.
    const headers = {
      cookie: lecturer.cookieHeader,
      'content-length': String(body.length),
      connection: 'keep-alive',
    };
    const asking = request(`${stack.url}${dataPath}`, { method: 'PUT', headers, agent: false });
    const [answer] = await Promise.all([
      new Promise<IncomingMessage>((resolve, reject) => void asking.on('response', resolve).on('error', reject)),
      new Promise<void>((resolve) => void asking.on('finish', resolve).end(body)),
    ]);
    expect(answer.statusCode).toBe(415);
    asking.destroy();
  });

  it('that is removed while its bytes come leaves nothing behind', async () => {
    const lecturer = await signedIn(stack, 'lin.laoshi');
    const params = { lessonId: await lessonIdOf(lecturer, '望庐山瀑布') };
    const body = Buffer.concat([tinyPdf([{ colour: '1 1 1' }]), Buffer.alloc(100_000, ' ')]);
    const announced = await lecturer.call('createCourseware', { params, body: { fileName: name, bytes: body.length } });
    const { coursewareId, dataPath } = announced;
    const headers = { cookie: lecturer.cookieHeader, 'content-length': String(body.length) };
    const asking = request(`${stack.url}${dataPath}`, { method: 'PUT', headers, agent: false });
    const answered = new Promise<IncomingMessage>(
      (resolve, reject) => void asking.on('response', resolve).on('error', reject),
    );
    const half = body.length / 2;
    asking.write(body.subarray(0, half));
    await lecturer.call('removeCourseware', { params: { coursewareId } });
    asking.end(body.subarray(half));
    const answer = await answered;
    answer.resume();
    expect(answer.statusCode).toBe(404);
    await expect(readdir(join(stack.dataFolder, 'objects', 'courseware', coursewareId))).rejects.toThrow('ENOENT');
  });
});

async function patchStatus(client: RestClient, path: string, offset: number): Promise<number> {
  return (await patch(client, path, offset, film.subarray(0, 10))).status;
}
