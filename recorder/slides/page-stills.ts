import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '../../storage/ports.ts';
import { WrittenInk } from '../board/board-ink.ts';
import { pageKey, shownPages, type BoardPage } from '../board/board-pages.ts';
import { PageFiles } from '../board/page-files.ts';
import type { RecordingEvent } from '../contract.ts';
import { BAR_COLOUR, fitted } from '../ffmpeg/args.ts';
import type { FfmpegJob } from '../ffmpeg/job.ts';
import type { FfmpegRunner } from '../ffmpeg/run.ts';
import type { PlayIndex } from '../../signaling/protocol/play-index.ts';
import { boardStills, type BoardStill } from './board-stills.ts';
import { LOOK_OPTIONS, SLIDE_HEIGHT, SLIDE_WIDTH } from './make-slides.ts';

export interface PageStillsOptions {
  readonly store: ObjectStore;
  readonly ffmpeg: FfmpegRunner;
  /** See `PageFilesOptions`. */
  readonly drawsInk: boolean;
  readonly events: readonly RecordingEvent[];
  readonly index: PlayIndex;
  /** Is made. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** A page with its picture, as large as all stills. */
export interface PageStill extends BoardStill {
  readonly path: string;
}

/** The pages of a lesson, drawn as in its film; each look of a page once, however often it is shown. */
export async function pageStills(options: PageStillsOptions): Promise<readonly PageStill[]> {
  const { ffmpeg, folder, signal, index } = options;
  await mkdir(folder, { recursive: true });
  const ink = new WrittenInk(options.events);
  const files = new PageFiles(options);
  const pictures = new Map<string, string>();
  const stills: PageStill[] = [];
  for (const still of boardStills(shownPages(options.events, index.durationUs), ink, index)) {
    const { page } = still;
    if (!(await files.has(page))) continue;
    const name = nameOf(page);
    const path = pictures.get(name) ?? join(folder, `${name}.jpg`);
    if (!pictures.has(name)) {
      const layers = await files.of(page, async () => ink.strokesOf(page));
      await ffmpeg.run(pictureJob(layers, path), { label: 'a page of the board', signal });
      pictures.set(name, path);
    }
    stills.push({ ...still, path });
  }
  return stills;
}

const nameOf = (page: BoardPage): string => [pageKey(page), ...(page.ink === undefined ? [] : [page.ink])].join('-');

function pictureJob(layers: readonly string[], target: string): FfmpegJob {
  const fit = (bars: string): string => fitted(SLIDE_WIDTH, SLIDE_HEIGHT, 'bicubic', bars).join(',');
  return {
    inputs: layers.map((source) => ({ options: [], source })),
    filterGraph: [
      ...layers.map((_, at) => `[${at}:v]format=yuva420p,${fit(at === 0 ? BAR_COLOUR : `${BAR_COLOUR}@0`)}[l${at}]`),
      layers.length === 1 ? '[l0]null[page]' : '[l0][l1]overlay=0:0[page]',
    ].join(';'),
    outputs: [{ options: ['-map', '[page]', '-frames:v', '1', ...LOOK_OPTIONS, '-update', '1'], target }],
    durationUs: 0,
  };
}
