import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPiped } from '../../../recorder/ffmpeg/pipe.ts';
import { EditorFacts, WHOLE_EDITION, type Edition } from '../../../signaling/protocol/edition.ts';
import { SeatId, TrackId, type RecordingId } from '../../../signaling/protocol/ids.ts';
import { PlayIndex } from '../../../signaling/protocol/play-index.ts';
import type { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { objectKeys } from '../../../storage/objects/object-keys.ts';
import { signedIn } from '../../support/districts/demo-lessons.ts';
import { startEditedDistrict } from '../../support/districts/edited-district.ts';
import { LECTURER_HZ, PUPIL_FROM, PUPIL_HZ, PUPIL_TO } from '../../support/media/edited-lesson.ts';
import { waitFor } from '../../support/stands/produce-stand.ts';
import type { RecordedDistrict } from '../../support/districts/recorded-district.ts';
import type { RestClient } from '../../support/clients/rest-client.ts';
import { decodeSound, toneBySecond } from '../../support/media/tones.ts';

const LENGTH_US = 34_000_000;
const MADE_WITHIN_MS = 120_000;
const PUPIL = SeatId.parse('seat-pupil');
const strict: Edition = { ...WHOLE_EDITION, people: 'lecturerAndBoard' };

let district: RecordedDistrict;
let store: DirectoryObjectStore;
let recordingId: RecordingId;
let lecturer: RestClient;
let viewer: RestClient;

beforeAll(async () => {
  ({ district, store, recordingId } = await startEditedDistrict(LENGTH_US));
  lecturer = await signedIn(district.stack, 'lin.laoshi');
  viewer = (await district.pupilsOf(recordingId)).attending;
}, 240_000);
afterAll(() => district.stop());

const address = (url: string): URL => new URL(url, district.stack.url);
const statusOf = async (url: URL): Promise<number> => (await fetch(url, { method: 'HEAD' })).status;

async function indexAt(url: URL): Promise<PlayIndex> {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  return PlayIndex.parse(await answer.json());
}

/** What the viewer is given, as soon as it comes from this version. */
async function shownViews(version: number): Promise<URL> {
  return waitFor(async () => {
    const { body } = await viewer.raw('openPlayback', { params: { recordingId } });
    const { viewsIndexUrl } = z.object({ viewsIndexUrl: z.string().nullable().optional() }).parse(body);
    return viewsIndexUrl?.includes(`/edition/${version}/`) === true ? address(viewsIndexUrl) : undefined;
  }, MADE_WITHIN_MS);
}

const save = (client: RestClient, basedOn: number, edition: Edition) =>
  client.raw('saveEdition', { params: { recordingId }, body: { basedOn, edition } });

function firstUri(index: PlayIndex, view: string): string {
  const run = index.views.find((each) => each.view === view)?.runs[0];
  if (run?.segments[0] === undefined) throw new Error(`no view ${view}`);
  return run.segments[0].uri;
}

function soundUri(index: PlayIndex, atS: number): string {
  const window = index.sound?.segments.find(({ startUs, endUs }) => startUs < atS * 1e6 && endUs > atS * 1e6);
  if (window === undefined) throw new Error('no sound');
  return window.uri;
}

/** Everything that a player fetches of it. */
function namesIn({ views, sound, masters }: PlayIndex): ReadonlySet<string> {
  const segments = [...views.flatMap(({ runs }) => runs.flatMap((run) => run.segments)), ...(sound?.segments ?? [])];
  return new Set([...segments.flatMap(({ uri, init }) => [uri, init]), ...Object.values(masters)]);
}

describe('the edition of a recording', () => {
  it('is opened by its managers alone, with everything that was captured', async () => {
    const params = { recordingId };
    expect((await viewer.raw('openEditor', { params })).code).toBe('forbidden');
    const outsider = await signedIn(district.stack, 'ai.xiaozhang');
    expect((await outsider.raw('openEditor', { params })).code).toBe('forbidden');
    const editor = await lecturer.call('openEditor', { params });
    expect(editor).toMatchObject({ version: 0, edition: WHOLE_EDITION, durationMs: LENGTH_US / 1000, mayErase: false });
    expect(editor.tracks.map(({ seat, source }) => `${seat} ${source}`).toSorted()).toEqual([
      'lecturer camera',
      'lecturer microphone',
      'lecturer screen',
      'pupil camera',
      'pupil microphone',
    ]);
    const factsUrl = await waitFor(
      async () => (await lecturer.call('openEditor', { params })).factsUrl ?? undefined,
      MADE_WITHIN_MS,
    );
    const facts = EditorFacts.parse(await (await fetch(address(factsUrl))).json());
    expect(facts.peaks).toHaveLength(LENGTH_US / 100_000);
    expect(Math.max(...facts.peaks)).toBeGreaterThan(40);
    const pupil = facts.tracks.find(({ trackId }) => trackId === 'pupil-mic');
    expect(pupil?.spans).toHaveLength(1);
    expect(Math.abs((pupil?.spans[0]?.fromUs ?? 0) / 1e6 - PUPIL_FROM)).toBeLessThan(0.2);
  });

  it('closes at once what it leaves out, also under addresses given before, and opens its own views', async () => {
    const params = { recordingId };
    const before = await viewer.call('openPlayback', { params });
    const raw = address(before.viewsIndexUrl ?? '');
    const whole = await indexAt(raw);
    const pupilUri = firstUri(whole, 'person-seat-pupil');
    const mixedUri = soundUri(whole, 26);
    const rawUrl = (uri: string): URL => new URL(uri, raw);
    expect(await statusOf(rawUrl(pupilUri))).toBe(200);

    expect((await save(lecturer, 0, strict)).code).toBeUndefined();
    for (const uri of ['', pupilUri, mixedUri, 'state.json', 'editor.json', 'sound.m3u8', 'chapters.vtt']) {
      expect([uri, await statusOf(rawUrl(uri))]).toEqual([uri, 410]);
    }
    const overtaken = await save(lecturer, 0, WHOLE_EDITION);
    expect([overtaken.code, overtaken.body]).toMatchObject(['conflict', { details: { version: 1 } }]);

    const shown = await shownViews(1);
    const index = await indexAt(shown);
    expect(index.views.map(({ view }) => view).toSorted()).toEqual(['board', 'lecturer']);
    for (const name of namesIn(index)) expect([name, await statusOf(new URL(name, shown))]).toEqual([name, 200]);
    const { viewsSlidesUrl, viewsChaptersUrl } = await viewer.call('openPlayback', { params });
    expect(await (await fetch(address(viewsChaptersUrl ?? ''))).text()).toMatch(/^WEBVTT/);
    const stills = address(viewsSlidesUrl ?? '');
    await expect.poll(() => statusOf(stills), { timeout: MADE_WITHIN_MS, interval: 250 }).toBe(200);
    expect(await statusOf(rawUrl('slides/index.json'))).toBe(410);
    // By the old address too: what is shared may be seen, and nothing else.
    expect(await statusOf(rawUrl(firstUri(whole, 'lecturer')))).toBe(200);
    expect(await statusOf(rawUrl(pupilUri))).toBe(410);
    expect(await statusOf(rawUrl(mixedUri))).toBe(410);
    const managed = address((await lecturer.call('openEditor', { params })).viewsIndexUrl);
    expect(await statusOf(new URL(pupilUri, managed))).toBe(200);
  });

  it('is what the film is made of: the others are neither heard nor seen in it', async () => {
    const params = { recordingId };
    const film = await waitFor(async () => {
      const recording = await district.stores.recordings.recording(recordingId);
      return recording?.film?.editionVersion === 1 ? recording.film : undefined;
    }, MADE_WITHIN_MS);
    const path = join(district.stack.dataFolder, 'objects', film.mp4Key);
    const sound = await decodeSound(path);
    const [others, own] = [toneBySecond(sound, PUPIL_HZ), toneBySecond(sound, LECTURER_HZ)];
    // The film is made louder, so only their proportion says something.
    const during = [PUPIL_FROM + 2, PUPIL_TO - 2];
    expect(Math.max(...others.slice(...during)) / Math.min(...own.slice(...during))).toBeLessThan(0.05);
    const { stdout } = await runPiped({
      program: 'ffmpeg',
      args: [
        ...['-v', 'error', '-ss', String(PUPIL_FROM + 3), '-i', path, '-frames:v', '1'],
        ...['-vf', 'format=gray,crop=384:216:1536:324', '-f', 'rawvideo', 'pipe:1'],
      ],
    });
    // Where the second tile would be there is nothing but background.
    expect(Math.max(...stdout)).toBeLessThan(40);
    const playback = await viewer.call('openPlayback', { params });
    expect(await statusOf(address(playback.composed?.masterUrl ?? ''))).toBe(200);
    const older = (playback.composed?.masterUrl ?? '').replace(film.attempt, '1700000000000-1-abcd');
    expect(await statusOf(address(older))).toBe(410);
  }, 180_000);

  it('is what is exported, captions as well: nothing that was said by whom it leaves out', async () => {
    const params = { recordingId };
    const track = (seat: string) => ({
      ...{ trackId: TrackId.parse(`${seat}-mic`), seatId: SeatId.parse(`seat-${seat}`), seat },
      source: 'microphone' as const,
    });
    const cues = [
      { fromMs: 1_000, toMs: 2_000, voice: null, text: '上课', track: track('lecturer') },
      { fromMs: 25_000, toMs: 26_000, voice: '小明', text: '我会', track: track('pupil') },
    ];
    const captions = { params: { recordingId, language: 'zh-CN' }, body: { label: '', baseVersion: 0, cues } };
    await lecturer.call('saveCaptions', captions);
    await lecturer.call('orderPackage', { params });
    const made = await waitFor(async () => {
      const found = await lecturer.call('getPackage', { params });
      if (found.state === 'failed') throw new Error('the package failed');
      return found.url ?? undefined;
    }, MADE_WITHIN_MS);
    const zip = join(district.stack.dataFolder, 'package.zip');
    await writeFile(zip, Buffer.from(await (await fetch(address(made))).arrayBuffer()));
    const { stdout } = await promisify(execFile)('unzip', ['-p', zip, 'captions-zh-CN.vtt']);
    expect(stdout).toBe('WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n上课\n');
  });

  it('can go back, and the full views are shown again', async () => {
    const params = { recordingId };
    const { editions } = await lecturer.call('listEditions', { params });
    expect(editions.map(({ version, savedByName }) => [version, savedByName === null])).toEqual([
      [1, false],
      [0, true],
    ]);
    expect((await save(lecturer, 1, editions[1]?.edition ?? strict)).code).toBeUndefined();
    await lecturer.call('cancelProduction', { params });
    const playback = await viewer.call('openPlayback', { params });
    expect(posix.basename(posix.dirname(playback.viewsIndexUrl ?? ''))).toBe('play');
  });

  it('loses a person for good when an administrator erases them, and nobody else can', async () => {
    const params = { recordingId };
    const body = { seatId: PUPIL };
    expect((await lecturer.raw('eraseSeat', { params, body })).code).toBe('forbidden');
    const administrator = await signedIn(district.stack, 'zhou.xiaozhang');
    const nobody = await administrator.raw('eraseSeat', { params, body: { seatId: 'seat-nobody' } });
    expect(nobody.code).toBe('notFound');
    const before = await viewer.call('openPlayback', { params });
    const summary = await administrator.call('eraseSeat', { params, body });
    expect(summary).toMatchObject({ isPreparing: true, hasViews: false, isComposed: false });
    expect(await statusOf(address(before.viewsIndexUrl ?? ''))).toBe(410);
    await waitFor(
      async () => (await district.stores.editions.erasures(recordingId))[0]?.doneAtMs ?? undefined,
      MADE_WITHIN_MS,
    );
    const { viewsIndexUrl } = await viewer.call('openPlayback', { params });
    const index = await indexAt(address(viewsIndexUrl ?? ''));
    expect(JSON.stringify(index)).not.toContain('pupil');
    const raw: string[] = [];
    for await (const { key } of store.list(objectKeys.rawPrefix(recordingId))) raw.push(key);
    expect(raw.filter((key) => key.includes('pupil'))).toEqual([]);
    const { items } = await district.stores.audit.list({ action: 'recording.seatErased', offset: 0, limit: 5 });
    expect(items).toMatchObject([{ targetId: recordingId, details: body }]);
    expect(JSON.stringify(items[0]?.details)).not.toContain('pupil-');
  });
});
