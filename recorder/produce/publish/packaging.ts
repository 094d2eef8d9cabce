import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chaptersVtt } from '../plan/chapters.ts';
import { AUDIO_FOLDER, concatList, joinJob, MEDIA_PLAYLIST, metadataFile } from './join.ts';
import { LADDER, type Rung } from '../plan/ladder.ts';
import { posterJob, spriteJob, thumbnailsVtt } from './pictures.ts';
import { bandwidthOf, masterPlaylist, segmentsOf, type Bandwidth } from './playlists.ts';
import type { Finishing } from './finish.ts';

const JOIN_LABEL = 'join';
const POSTER_LABEL = 'poster';
const SPRITE_LABEL = 'thumbnails';
const SPRITE_SHARE = 0.7;
/** Share of joining that is fetching the parts. */
export const JOIN_FROM = 0.5;

/** Names within an attempt, in the store as on the disk. */
export const OUTPUT_NAMES = {
  mp4: 'lesson.mp4',
  master: 'hls/master.m3u8',
  poster: 'poster.jpg',
  thumbnails: 'thumbnails.vtt',
  chapters: 'chapters.vtt',
  waveform: 'waveform.json',
} as const;

/** The parts of a film on the local disk. */
export interface FetchedParts {
  /** Of each rung the cuts' files, in order. */
  readonly cutPaths: ReadonlyMap<Rung, readonly string[]>;
  readonly sound: string;
  readonly waveform: string;
}

/** Joins the cuts into the MP4 and the ladder, and writes the master playlist. */
export async function joinLesson(finishing: Finishing, parts: FetchedParts): Promise<void> {
  const { folders, deps, signal, plan } = finishing;
  const { chapters, job, timeline } = plan;
  const metadata = join(folders.attempt, 'metadata.txt');
  await writeFile(metadata, metadataFile(job.title, chapters));
  const rungs = await Promise.all(
    Array.from(parts.cutPaths, async ([rung, paths]) => {
      const list = concatListPath(finishing, rung);
      await writeFile(list, concatList(paths));
      return { rung, concatList: list };
    }),
  );
  const mp4 = join(folders.out, OUTPUT_NAMES.mp4);
  const { durationUs } = timeline;
  const joining = joinJob({ rungs, sound: parts.sound, metadata, mp4, hlsFolder: folders.hls, durationUs });
  await deps.ffmpeg.run(joining, {
    label: JOIN_LABEL,
    signal,
    onProgress: ({ outTimeUs }) => finishing.onProgress('join', JOIN_FROM + (1 - JOIN_FROM) * (outTimeUs / durationUs)),
  });
  await writeFile(join(folders.out, OUTPUT_NAMES.master), await masterOf(folders.hls));
  await copyFile(parts.waveform, join(folders.out, OUTPUT_NAMES.waveform));
  if (chapters.length > 0) await writeFile(join(folders.out, OUTPUT_NAMES.chapters), chaptersVtt(chapters));
  finishing.onProgress('join', 1);
}

function concatListPath(finishing: Finishing, rung: Rung): string {
  return join(finishing.folders.attempt, `${rung.name}.ffconcat`);
}

async function masterOf(hlsFolder: string): Promise<string> {
  const rungs = await Promise.all(
    LADDER.map(async (rung) => ({ rung, bandwidth: await measure(join(hlsFolder, rung.name, MEDIA_PLAYLIST)) })),
  );
  return masterPlaylist(rungs, await measure(join(hlsFolder, AUDIO_FOLDER, MEDIA_PLAYLIST)));
}

async function measure(playlist: string): Promise<Bandwidth> {
  const segments = segmentsOf(await readFile(playlist, 'utf8'));
  const folder = dirname(playlist);
  return bandwidthOf(
    await Promise.all(
      segments.map(async ({ name, seconds }) => ({ seconds, bytes: (await stat(join(folder, name))).size })),
    ),
  );
}

/** Poster and seek-bar thumbnails. */
export async function makePictures(finishing: Finishing): Promise<void> {
  const { folders, deps, signal } = finishing;
  const { durationUs } = finishing.plan.timeline;
  const smallest = LADDER.at(-1);
  if (smallest === undefined) return;
  const sprite = spriteJob(concatListPath(finishing, smallest), durationUs, join(folders.out, 'sprite-%03d.jpg'));
  await deps.ffmpeg.run(sprite, {
    label: SPRITE_LABEL,
    signal,
    onProgress: ({ outTimeUs }) => finishing.onProgress('pictures', (SPRITE_SHARE * outTimeUs) / durationUs),
  });
  const poster = posterJob(join(folders.out, OUTPUT_NAMES.mp4), durationUs, join(folders.out, OUTPUT_NAMES.poster));
  await deps.ffmpeg.run(poster, { label: POSTER_LABEL, signal });
  const sheets = (await readdir(folders.out)).filter((name) => /^sprite-\d+\.jpg$/.test(name)).sort();
  await writeFile(join(folders.out, OUTPUT_NAMES.thumbnails), thumbnailsVtt(durationUs, sheets));
  finishing.onProgress('pictures', 1);
}
