import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runLimited } from '../../../recorder/courseware/limited-program.ts';
import { makePages } from '../../../recorder/courseware/make-pages.ts';
import { officeAsPdf } from '../../../recorder/courseware/office-file.ts';
import { inWorkFolder } from '../../../recorder/produce/work-folder.ts';
import { sniffCourseware } from '../../../signaling/protocol/courseware-file.ts';
import { CoursewareId } from '../../../signaling/protocol/ids.ts';
import { COURSEWARE_MAX_PAGES } from '../../../signaling/protocol/rest/courseware.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { newId } from '../../../storage/new-id.ts';
import { tinyPdf } from '../../support/media/tiny-pdf.ts';
import { colourAt, ffmpegRun } from '../../support/media/uploaded-film.ts';

const LIMIT_MS = 60_000;
/**
 * What a line of 150 kbit/s that loses 5 % carries beside 40 kbit/s of sound in the 7.5 s that a page has of the ten: 110 kbit/s, less what
 * is sent twice and what headers take.
 */
const LEGIBLE_BYTES = (110_000 * 0.95 * 0.95 * 7.5) / 8;

let folder: string;
let store: DirectoryObjectStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-courseware-'));
  store = await DirectoryObjectStore.create(join(folder, 'objects'));
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function made(file: Buffer, limitMs?: number) {
  const kind = sniffCourseware(file);
  if (kind === undefined) throw new Error('nothing that can be shown');
  const coursewareId = newId(CoursewareId);
  await store.put(objectKeys.coursewareFile(coursewareId), file);
  const done: number[] = [];
  const { signal } = new AbortController();
  const { pages } = await inWorkFolder(folder, 'pages', (workFolder) =>
    makePages({
      store,
      job: { coursewareId, kind },
      folder: workFolder,
      signal,
      onPage: (n) => done.push(n),
      ...(limitMs === undefined ? {} : { limitMs }),
    }),
  );
  const bodyOf = async (page: number, size: 'page' | 'thumb' = 'page') =>
    (await store.getBuffer(objectKeys.coursewarePage(coursewareId, page, size))).body;
  return { pages, done, bodyOf };
}

async function picture(extension: string, source: string, ...options: string[]): Promise<Buffer> {
  const path = join(folder, `picture.${extension}`);
  await ffmpegRun('-f', 'lavfi', '-i', source, '-frames:v', '1', ...options, path);
  return readFile(path);
}

/** A JPEG with an EXIF header that says how it lies. */
function withOrientation(jpeg: Buffer, orientation: number, directoryAt = 8): Buffer {
  const tiff = Buffer.alloc(26);
  tiff.write('MM\0*', 0, 'latin1');
  tiff.writeUInt32BE(directoryAt, 4);
  tiff.writeUInt16BE(1, 8);
  tiff.writeUInt16BE(0x0112, 10);
  tiff.writeUInt16BE(3, 12);
  tiff.writeUInt32BE(1, 14);
  tiff.writeUInt16BE(orientation, 18);
  const exif = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const head = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
}

describe('pages', () => {
  it(
    'of a PDF are pictures in their order, each as large as a big screen needs, with a small one',
    { timeout: LIMIT_MS },
    async () => {
      const { pages, done, bodyOf } = await made(
        tinyPdf([
          { colour: '1 0 0', text: 'one' },
          { colour: '0 0 1', size: [595, 842] },
        ]),
      );
      expect(pages).toEqual([
        { width: 1_920, height: 1_080 },
        { width: 1_356, height: 1_920 },
      ]);
      expect(done).toEqual([1, 2]);
      const path = join(folder, 'second.webp');
      await writeFile(path, await bodyOf(2));
      const [red, , blue] = await colourAt(path, 0, 'iw:ih');
      expect(blue).toBeGreaterThan(200);
      expect(red).toBeLessThan(60);
      expect((await bodyOf(1, 'thumb')).length).toBeLessThan(6_000);
    },
  );

  it.each([
    ['full of detail', 40, 960],
    ['of noise, which no quality makes small enough', 100, 540],
  ])(
    'are legible within ten seconds on a line of 150 kbit/s, even those %s',
    { timeout: LIMIT_MS },
    async (_what, noise, width) => {
      const noisy = await picture('jpg', `testsrc2=s=2400x1800,noise=alls=${noise}:allf=t`, '-q:v', '2');
      expect(noisy.length).toBeGreaterThan(1_000_000);
      const { pages, bodyOf } = await made(noisy);
      expect((await bodyOf(1)).length).toBeLessThan(LEGIBLE_BYTES);
      expect(pages[0]?.width).toBeGreaterThanOrEqual(width);
    },
  );

  it('stand upright however the telephone was held', { timeout: LIMIT_MS }, async () => {
    // The left half is red: turned clockwise by a quarter, the upper one.
    const lying = await picture('jpg', 'color=red:s=200x200[l];color=blue:s=200x200[r];[l][r]hstack', '-q:v', '2');
    const { pages, bodyOf } = await made(withOrientation(lying, 6));
    expect(pages).toEqual([{ width: 200, height: 400 }]);
    const path = join(folder, 'upright.webp');
    await writeFile(path, await bodyOf(1));
    const [red] = await colourAt(path, 0, '100:100:50:50');
    expect(red).toBeGreaterThan(200);
    // A header that leads nowhere turns nothing, and breaks nothing.
    expect((await made(withOrientation(lying, 6, 0xffff_ff00))).pages).toEqual([{ width: 400, height: 200 }]);
  });

  it('lie on white where they are transparent', { timeout: LIMIT_MS }, async () => {
    const { pages, bodyOf } = await made(await picture('png', 'color=black@0.0:s=64x48,format=rgba'));
    expect(pages).toEqual([{ width: 64, height: 48 }]);
    const path = join(folder, 'white.webp');
    await writeFile(path, await bodyOf(1));
    expect((await colourAt(path, 0, 'iw:ih')).every((value) => value > 240)).toBe(true);
  });

  it.each([
    ['damaged', Buffer.from('%PDF-1.7\nnothing of the kind')],
    ['damaged', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(2_000, 7)])],
    ['tooManyPages', tinyPdf(Array.from({ length: COURSEWARE_MAX_PAGES + 1 }, () => ({ colour: '1 1 1' })))],
  ])('of a file that can not be shown are refused as %s', { timeout: LIMIT_MS }, async (failure, file) => {
    await expect(made(file)).rejects.toMatchObject({ failure });
  });

  it(
    'of a file that takes too long as a whole are given up, whatever each page takes',
    { timeout: LIMIT_MS },
    async () => {
      const many = tinyPdf(Array.from({ length: COURSEWARE_MAX_PAGES }, () => ({ colour: '1 1 1' })));
      await expect(made(many, 500)).rejects.toMatchObject({ failure: 'tooHeavy' });
    },
  );

  it('of a picture that is a bomb are refused before it is unpacked', { timeout: LIMIT_MS }, async () => {
    const bomb = await picture('png', 'color=white:s=12000x9000,format=monob');
    expect(bomb.length).toBeLessThan(2_000_000);
    await expect(made(bomb)).rejects.toMatchObject({ failure: expect.stringMatching(/^(?:damaged|tooHeavy)$/) });
  });
});

it(
  'a program that needs more time or memory than it may have is ended, and said to be too heavy',
  { timeout: LIMIT_MS },
  async () => {
    const { signal } = new AbortController();
    const limits = { memoryMib: 512, cpuSeconds: 1, fileMib: 1 };
    for (const line of ['while :; do :; done', `cat /dev/zero > ${join(folder, 'large')}`]) {
      await expect(runLimited(['sh', '-c', line], limits, signal)).rejects.toMatchObject({ failure: 'tooHeavy' });
    }
  },
);

it('a program that reads what a stranger sent knows no secret of ours', { timeout: LIMIT_MS }, async () => {
  process.env['TONGKE_TEST_SECRET'] = 'not to be told';
  try {
    const limits = { memoryMib: 512, cpuSeconds: 5, fileMib: 1 };
    const { stdout } = await runLimited(['sh', '-c', 'env'], limits, new AbortController().signal);
    expect(stdout.toString('utf8')).toContain('PATH=');
    expect(stdout.toString('utf8')).not.toContain('not to be told');
  } finally {
    delete process.env['TONGKE_TEST_SECRET'];
  }
});

it(
  'LibreOffice reaches nobody and follows no link; where that cannot be, it does not run',
  { timeout: LIMIT_MS },
  async () => {
    let reached = 0;
    const neighbour = createServer((socket) => {
      reached += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => void neighbour.listen(0, '127.0.0.1', resolve));
    const address = neighbour.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    // In its place a program that calls a neighbour and shows its settings.
    const office = await mkdtemp(join(folder, 'office-'));
    await mkdir(join(office, 'bin'));
    const lines = [
      '#!/bin/bash',
      `(exec 3<>/dev/tcp/127.0.0.1/${address.port}) 2>/dev/null`,
      'for file; do :; done',
      'cat "${1#-env:UserInstallation=file://}/user/registrymodifications.xcu" > "$file.pdf"',
    ];
    await writeFile(join(office, 'bin', 'soffice'), lines.join('\n'), { mode: 0o755 });
    vi.stubEnv('PATH', `${join(office, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`);
    try {
      const settings = await officeAsPdf(join(office, 'file'), office, new AbortController().signal).then(
        (pdf) => readFile(pdf, 'utf8'),
        (error: unknown) => error,
      );
      if (typeof settings === 'string') expect(settings).toMatch(/"BlockUntrustedRefererLinks".*<value>true</);
      else expect(settings).toMatchObject({ failure: 'noOffice' });
      expect(reached).toBe(0);
    } finally {
      vi.unstubAllEnvs();
      await new Promise((resolve) => void neighbour.close(resolve));
    }
  },
);
