import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { writeVtt } from '../../signaling/protocol/caption-file.ts';
import { AppError } from '../../signaling/protocol/errors.ts';
import { PlayIndex } from '../../signaling/protocol/play-index.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { PackageJob, PackageResult } from '../jobs/derive-jobs.ts';
import { probeMedia } from '../ffmpeg/probe.ts';
import type { FfmpegRunner } from '../ffmpeg/run.ts';
import { keptTimes, PACKAGE_FPS, packagedCues, type KeptTime } from './kept-time.ts';
import {
  dublinCoreXml,
  manifestXml,
  policyXml,
  type PackageContents,
  type PackagedFile,
  type PackagedTrack,
  type PackageFacts,
} from './media-package.ts';
import { fetchBoardPages } from './page-pieces.ts';
import { packageSound, packageTrack, type PackageWork } from './package-track.ts';
import { PlayFiles } from './play-files.ts';

/** Of the progress: the pictures, then the zip. */
const PICTURES_SHARE = 0.8;

export interface MakePackageOptions {
  readonly store: ObjectStore;
  readonly ffmpeg: FfmpegRunner;
  readonly job: PackageJob;
  /** Of this job alone; gone afterwards. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
}

interface Draft extends Pick<PackagedFile, 'name' | 'flavour' | 'mimeType' | 'tags'> {}

/**
 * A recording as an Opencast media package: what its index names and nothing else, so that what an edition leaves out is in none. One zip in the store, which replaces the one before.
 *
 * @throws AppError `notFound` without the index, `gone` when it shows nothing, and what the store and ffmpeg throw.
 */
export async function makePackage(options: MakePackageOptions): Promise<PackageResult> {
  const { store, job, folder, signal } = options;
  try {
    await mkdir(folder, { recursive: true });
    const source = await sourceOf(store, job);
    const index = PlayIndex.parse(JSON.parse(source.index));
    const out = join(folder, 'out');
    await mkdir(out);
    const files = new PlayFiles(store, job.indexKey, signal);
    const tracks = await makeTracks(options, { index, files, ffmpeg: options.ffmpeg, folder, signal }, out);
    const kept = keptTimes(index);
    const durationMs = kept.reduce((sum, { frames }) => sum + (frames * 1_000) / PACKAGE_FPS, 0);
    const facts: PackageFacts = { ...job.facts, packageId: job.packageId, durationMs };
    const contents = await writeTexts(options, facts, { tracks, kept }, out);
    await writeFile(join(out, 'manifest.xml'), manifestXml(facts, contents));
    const result = await putZip(options, out, contents);
    await refuseOutdated(store, { job, source, key: result.key });
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a package is made from, and what tells that somebody has been erased from it meanwhile. */
async function sourceOf(store: ObjectStore, { recordingId, indexKey }: PackageJob) {
  const { body } = await store.getBuffer(indexKey);
  const manifest = await new ManifestStore(store).read(recordingId);
  return { index: body.toString('utf8'), recorded: JSON.stringify([manifest?.tracks, manifest?.events]) };
}

/**
 * Erasing marks the manifest before it deletes packages: one that was put behind that holds what must be gone.
 *
 * @throws AppError `unavailable`, and it is made again
 */
async function refuseOutdated(
  store: ObjectStore,
  { job, source, key }: { job: PackageJob; source: Awaited<ReturnType<typeof sourceOf>>; key: string },
): Promise<void> {
  const now = await sourceOf(store, job).catch(() => undefined);
  if (now?.index === source.index && now.recorded === source.recorded) return;
  await store.delete(key);
  throw new AppError('unavailable', { message: 'the recording has changed meanwhile' });
}

/** Lecturer and board, which may be pages alone; a lesson with neither is whoever there is. */
async function makeTracks(
  { store, job, onProgress }: MakePackageOptions,
  work: PackageWork,
  out: string,
): Promise<readonly PackagedTrack[]> {
  const views = work.index.views.map(({ view }) => view);
  const presenter = views.includes('lecturer') ? 'lecturer' : views.find((view) => !view.startsWith('board'));
  const pages = await fetchBoardPages(store, job.indexKey, work.folder, work.signal);
  const board = views.includes('board') || pages !== undefined ? 'board' : undefined;
  const wanted = [
    { view: presenter, pages: undefined, name: 'presenter.mp4', flavour: 'presenter/delivery' },
    { view: board, pages, name: 'presentation.mp4', flavour: 'presentation/delivery' },
  ].flatMap(({ view, ...rest }) => (view === undefined ? [] : [{ view, ...rest }]));
  if (wanted.length === 0) throw new AppError('gone', { message: 'there is no picture to export' });
  const sound = await packageSound(work);
  const tracks: PackagedTrack[] = [];
  for (const [number, { view, pages: shown, name, flavour }] of wanted.entries()) {
    await packageTrack(work, { view, pages: shown }, sound, join(out, name), (fraction) =>
      onProgress((PICTURES_SHARE * (number + fraction)) / wanted.length),
    );
    tracks.push(
      await described(out, { name, flavour, mimeType: 'video/mp4', tags: ['archive', 'engage-download'] }, work.signal),
    );
  }
  return tracks;
}

async function described(out: string, draft: Draft, signal: AbortSignal): Promise<PackagedTrack> {
  const path = join(out, draft.name);
  const probed = await probeMedia(path, signal);
  const video = probed.streams.find(({ kind }) => kind === 'video');
  return {
    ...(await measured(out, draft)),
    durationMs: Math.round((probed.durationUs ?? 0) / 1_000),
    hasSound: probed.streams.some(({ kind }) => kind === 'audio'),
    ...(video?.width === undefined || video.height === undefined
      ? {}
      : { video: { codec: video.codec, width: video.width, height: video.height } }),
  };
}

async function measured(out: string, draft: Draft): Promise<PackagedFile> {
  const path = join(out, draft.name);
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash);
  return { ...draft, bytes: (await stat(path)).size, md5: hash.digest('hex') };
}

async function writeTexts(
  { store, job }: MakePackageOptions,
  facts: PackageFacts,
  { tracks, kept }: { readonly tracks: readonly PackagedTrack[]; readonly kept: readonly KeptTime[] },
  out: string,
): Promise<PackageContents> {
  const write = async (draft: Draft, text: string): Promise<PackagedFile> => {
    await writeFile(join(out, draft.name), text);
    return measured(out, draft);
  };
  const archived = ['archive'];
  const xml = { mimeType: 'text/xml', tags: archived };
  const episode = await write({ ...xml, name: 'dublincore.xml', flavour: 'dublincore/episode' }, dublinCoreXml(facts));
  const attachments = [
    await write({ ...xml, name: 'security-policy.xml', flavour: 'security/xacml+episode' }, policyXml(job.packageId)),
  ];
  const vtt = { mimeType: 'text/vtt' };
  if (job.chaptersKey !== null) {
    const { body } = await store.getBuffer(job.chaptersKey);
    const draft = { ...vtt, tags: archived, name: 'chapters.vtt', flavour: 'chapters/delivery' };
    attachments.push(await write(draft, body.toString('utf8')));
  }
  const captions: PackagedTrack[] = [];
  for (const { language, origin, cues } of job.captions) {
    const shown = packagedCues(kept, cues);
    if (shown.length === 0) continue;
    // Since Opencast 15 they are tracks of one flavour, told apart by tags (its guide "Subtitles").
    const generator = `generator-type:${origin === 'recognition' ? 'auto' : 'manual'}`;
    const tags = ['archive', 'engage-download', `lang:${language}`, generator];
    const draft = { ...vtt, tags, name: `captions-${language}.vtt`, flavour: 'captions/delivery' };
    captions.push({ ...(await write(draft, writeVtt(shown))), durationMs: facts.durationMs, hasSound: false });
  }
  return { tracks: [...tracks, ...captions], catalogues: [episode], attachments };
}

/** Streamed as it is written; pictures and sound are compressed already. Larger than 4 GiB it becomes zip64 by itself. */
async function putZip(options: MakePackageOptions, out: string, contents: PackageContents): Promise<PackageResult> {
  const { store, job, signal, onProgress } = options;
  const zip = new ZipFile();
  zip.addFile(join(out, 'manifest.xml'), 'manifest.xml');
  const files = [...contents.catalogues, ...contents.attachments, ...contents.tracks];
  for (const { name, mimeType } of files) zip.addFile(join(out, name), name, { compress: mimeType !== 'video/mp4' });
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const key = objectKeys.package(job.recordingId, `${job.packageId}.zip`);
  let bytes = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const part of zip.outputStream) {
      signal.throwIfAborted();
      const chunk = Buffer.from(part as Uint8Array);
      bytes += chunk.length;
      onProgress(PICTURES_SHARE + (1 - PICTURES_SHARE) * Math.min(1, bytes / Math.max(totalBytes, 1)));
      yield chunk;
    }
  }
  // What was ordered before goes first: of a recording there is one package.
  await store.deletePrefix(objectKeys.packagesPrefix(job.recordingId));
  const failed = new Promise<never>((_done, fail) => zip.once('error', fail));
  zip.end();
  await Promise.race([store.put(key, Readable.from(counted(), { objectMode: false })), failed]);
  return { recordingId: job.recordingId, key, bytes, madeAtMs: Date.now() };
}
