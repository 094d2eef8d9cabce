import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { chaptersVtt, type Chapter } from './chapters.ts';
import type { ComposedLesson } from './composing.ts';
import { AUDIO_FOLDER, concatList, joinJob, MEDIA_PLAYLIST, metadataFile } from './join.ts';
import { LADDER, type Rung } from './ladder.ts';
import { posterJob, spriteJob, thumbnailsVtt } from './pictures.ts';
import { bandwidthOf, masterPlaylist, segmentsOf, type Bandwidth } from './playlists.ts';
import type { ProductionContext } from './production-context.ts';

const JOIN_LABEL = 'join';
const POSTER_LABEL = 'poster';
const SPRITE_LABEL = 'thumbnails';
const SPRITE_SHARE = 0.7;

/** Names within an attempt, in the store as on the disk. */
export const OUTPUT_NAMES = {
  mp4: 'lesson.mp4',
  master: 'hls/master.m3u8',
  poster: 'poster.jpg',
  thumbnails: 'thumbnails.vtt',
  chapters: 'chapters.vtt',
} as const;

/** Joins the cuts into the MP4 and the ladder, and writes the master playlist. */
export async function joinLesson(
  context: ProductionContext,
  lesson: ComposedLesson,
  chapters: readonly Chapter[],
  durationUs: number,
): Promise<void> {
  const { folders, deps, signal, job } = context;
  const metadata = join(folders.attempt, 'metadata.txt');
  await writeFile(metadata, metadataFile(job.title, chapters));
  const rungs = await Promise.all(
    Array.from(lesson.cutPaths, async ([rung, paths]) => {
      const list = concatListPath(context, rung);
      await writeFile(list, concatList(paths));
      return { rung, concatList: list };
    }),
  );
  const mp4 = join(folders.out, OUTPUT_NAMES.mp4);
  const joining = joinJob({ rungs, sound: lesson.sound, metadata, mp4, hlsFolder: folders.hls, durationUs });
  await deps.ffmpeg.run(joining, {
    label: JOIN_LABEL,
    signal,
    onProgress: ({ outTimeUs }) => context.progress.set('join', outTimeUs / durationUs),
  });
  await writeFile(join(folders.out, OUTPUT_NAMES.master), await masterOf(folders.hls));
  if (chapters.length > 0) await writeFile(join(folders.out, OUTPUT_NAMES.chapters), chaptersVtt(chapters));
  context.progress.set('join', 1);
}

function concatListPath(context: ProductionContext, rung: Rung): string {
  return join(context.folders.attempt, `${rung.name}.ffconcat`);
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
export async function makePictures(context: ProductionContext, durationUs: number): Promise<void> {
  const { folders, deps, signal } = context;
  const smallest = LADDER.at(-1);
  if (smallest === undefined) return;
  const sprite = spriteJob(concatListPath(context, smallest), durationUs, join(folders.out, 'sprite-%03d.jpg'));
  await deps.ffmpeg.run(sprite, {
    label: SPRITE_LABEL,
    signal,
    onProgress: ({ outTimeUs }) => context.progress.set('pictures', (SPRITE_SHARE * outTimeUs) / durationUs),
  });
  const poster = posterJob(join(folders.out, OUTPUT_NAMES.mp4), durationUs, join(folders.out, OUTPUT_NAMES.poster));
  await deps.ffmpeg.run(poster, { label: POSTER_LABEL, signal });
  const sheets = (await readdir(folders.out)).filter((name) => /^sprite-\d+\.jpg$/.test(name)).sort();
  await writeFile(join(folders.out, OUTPUT_NAMES.thumbnails), thumbnailsVtt(durationUs, sheets));
  context.progress.set('pictures', 1);
}
