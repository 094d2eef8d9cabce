import { BAR_COLOUR, fitted, h264Options, seconds } from '../../ffmpeg/args.ts';
import type { FfmpegInput, FfmpegJob, FfmpegOutput } from '../../ffmpeg/job.ts';
import { pageKey } from '../../board/board-pages.ts';
import { nameCard, nameLabel, type Lettering } from './card.ts';
import type { Cut } from '../plan/edit-list.ts';
import type { Rung } from '../plan/ladder.ts';
import { CANVAS_HEIGHT, CANVAS_WIDTH } from '../plan/layout.ts';
import { holdEndUs } from '../source/presence.ts';
import type { Tile } from '../plan/scene.ts';
import type { SourceTrack, TrackFile } from '../source/source-track.ts';
import { FRAME_RATE, FRAME_US } from '../plan/timeline.ts';
import { titleCard, type LessonTitle } from './title-card.ts';

const BACKGROUND = '0x101418';
/** Seeking behind a piece's last frame finds nothing. */
const SEEK_MARGIN_US = 100_000;
/** Pictures this near to their place's shape are fitted without bars. */
const SHAPE_TOLERANCE = 0.01;
const CUT_THREADS = 2;

export interface ComposeOptions {
  readonly title: LessonTitle;
  readonly tracks: readonly SourceTrack<TrackFile>[];
  readonly rungs: readonly Rung[];
  readonly lettering: Lettering | undefined;
  /** Files of the pages that are shown, by `pageKey`; in the place of one that is missing its card is seen. */
  readonly pages?: ReadonlyMap<string, readonly string[]>;
  /** Where the cut's picture of a rung is written. */
  readonly targetOf: (rung: Rung) => string;
}

/** A tile's piece of film within a cut; times are relative to the cut's start. */
interface Clip {
  readonly tile: Tile;
  readonly file: TrackFile;
  readonly seekUs: number;
  /** Where the sought instant lies in the cut. */
  readonly offsetUs: number;
  readonly fromUs: number;
  readonly toUs: number;
}

/**
 * One cut in all rungs, without sound, from one filter graph: cards are drawn once and repeated, tiles laid over them, the result scaled down the ladder.
 *
 * Pieces are placed by `-itsoffset` and held by `fps`; a piece's picture before the cut's start is kept (`-noaccurate_seek`), or a board that
 * sends one frame a second would be missing for that second; not so behind a gap, where that picture belongs to what is left out.
 */
export function composeJob(cut: Cut, options: ComposeOptions): FfmpegJob {
  const clips = cut.scene.tiles.flatMap((tile) => clipsOf(tile, cut, options.tracks));
  const stills = stillsOf(cut, options);
  return {
    inputs: [...clips.map((clip) => inputOf(clip, cut)), ...stills.map(({ path }) => ({ options: [], source: path }))],
    filterGraph: [
      ...baseChains(cut, options, stills, clips.length),
      ...clips.map((clip, index) => clipChain(clip, index, options.lettering)),
      ...clips.map((clip, index) => overlayChain(clip, index, cut)),
      ...ladderChains(clips.length, options.rungs),
    ].join(';'),
    outputs: options.rungs.map((rung) => outputOf(rung, cut, options.targetOf(rung))),
    durationUs: cut.frames * FRAME_US,
  };
}

function clipsOf(tile: Tile, cut: Cut, tracks: readonly SourceTrack<TrackFile>[]): readonly Clip[] {
  const track = tracks.find((one) => one.trackId === tile.trackId);
  if (track === undefined) return [];
  const startUs = cut.sessionStartUs;
  const endUs = startUs + cut.frames * FRAME_US;
  return track.files.flatMap((file, index) => {
    const untilUs = Math.min(holdEndUs(track.files, index), endUs);
    if (untilUs <= startUs || file.startUs >= endUs) return [];
    if (cut.isAfterGap === true && file.endUs - startUs < SEEK_MARGIN_US) return [];
    const seekUs = Math.max(0, Math.min(startUs - file.startUs, file.endUs - file.startUs - SEEK_MARGIN_US));
    return [
      {
        tile,
        file,
        seekUs,
        offsetUs: file.startUs + seekUs - startUs,
        fromUs: Math.max(0, file.startUs - startUs),
        toUs: untilUs - startUs,
      },
    ];
  });
}

function inputOf(clip: Clip, { isAfterGap }: Cut): FfmpegInput {
  // Sought exactly, the first picture behind a gap stands from the cut's start on.
  const how = isAfterGap === true ? [] : ['-noaccurate_seek'];
  const seek = clip.seekUs > 0 ? [...how, '-ss', seconds(clip.seekUs)] : [];
  return { options: ['-threads', '1', ...seek, '-itsoffset', seconds(clip.offsetUs)], source: clip.file.path };
}

/** A picture that stands for as long as the cut lasts. */
interface Still {
  readonly tile: Tile;
  readonly path: string;
}

function stillsOf(cut: Cut, { pages }: ComposeOptions): readonly Still[] {
  return cut.scene.tiles.flatMap((tile) => {
    const paths = tile.page === undefined ? [] : (pages?.get(pageKey(tile.page)) ?? []);
    return paths.map((path) => ({ tile, path }));
  });
}

/** Cards and pages are drawn into one frame, which is then repeated at the lesson's rate. */
function baseChains(
  cut: Cut,
  options: ComposeOptions,
  stills: readonly Still[],
  firstInput: number,
): readonly string[] {
  const whole = { x: 0, y: 0, width: CANVAS_WIDTH, height: CANVAS_HEIGHT };
  const cards =
    cut.scene.tiles.length === 0
      ? titleCard(whole, options.title, options.lettering)
      : cut.scene.tiles.flatMap((tile) => nameCard(tile.rect, tile, options.lettering));
  const frame = [
    `color=c=${BACKGROUND}:s=${CANVAS_WIDTH}x${CANVAS_HEIGHT}:r=${FRAME_RATE}`,
    'format=yuv420p',
    'trim=end_frame=1',
    ...cards,
  ].join(',');
  const repeated = ['loop=-1:1:0', `settb=1/${FRAME_RATE}`, 'setpts=N[b0]'].join(',');
  if (stills.length === 0) return [`${frame},${repeated}`];
  return [
    `${frame}[s0]`,
    ...stills.flatMap(({ tile: { rect } }, index) => [
      `[${firstInput + index}:v]format=yuva420p,${fitted(rect.width, rect.height, 'bicubic', index === 0 ? BAR_COLOUR : `${BAR_COLOUR}@0`).join(',')}[i${index}]`,
      `[s${index}][i${index}]overlay=${rect.x}:${rect.y}[s${index + 1}]`,
    ]),
    `[s${stills.length}]trim=end_frame=1,${repeated}`,
  ];
}

function clipChain(clip: Clip, index: number, lettering: Lettering | undefined): string {
  const { width, height } = clip.tile.rect;
  // Frames are dropped before they are scaled. From a piece that began before the cut the newest earlier frame is shown at once.
  const rate = clip.fromUs === 0 ? `fps=${FRAME_RATE}:start_time=0` : `fps=${FRAME_RATE}`;
  const label = clip.tile.isBoard || lettering === undefined ? [] : [nameLabel(height, clip.tile, lettering)];
  return `[${index}:v]${[rate, ...fit(clip.file, width, height, clip.tile.isBoard), ...label].join(',')}[t${index}]`;
}

function fit(file: TrackFile, width: number, height: number, isBoard: boolean): readonly string[] {
  // Writing on a board stays crisp; for faces the cheap filter is as good.
  const flags = isBoard ? 'bicubic' : 'bilinear';
  if (file.width === width && file.height === height) return ['setsar=1'];
  const shape = file.width === undefined || file.height === undefined ? undefined : file.width / file.height;
  if (shape !== undefined && Math.abs(shape / (width / height) - 1) < SHAPE_TOLERANCE) {
    return [`scale=${width}:${height}:flags=${flags}`, 'setsar=1'];
  }
  return fitted(width, height, flags);
}

function overlayChain(clip: Clip, index: number, cut: Cut): string {
  const { x, y } = clip.tile.rect;
  const isWhole = clip.fromUs === 0 && clip.toUs >= cut.frames * FRAME_US;
  const window = `:enable=gte(t\\,${seconds(clip.fromUs)})*lt(t\\,${seconds(clip.toUs)})`;
  return `[b${index}][t${index}]overlay=${x}:${y}:eof_action=repeat${isWhole ? '' : window}[b${index + 1}]`;
}

function ladderChains(clips: number, rungs: readonly Rung[]): readonly string[] {
  const chains: string[] = [];
  let source = `b${clips}`;
  rungs.forEach((rung, index) => {
    const isLast = index === rungs.length - 1;
    const scaled = index === 0 ? 'null' : `scale=${rung.width}:${rung.height}:flags=bilinear`;
    chains.push(
      isLast ? `[${source}]${scaled}[${rung.name}]` : `[${source}]${scaled},split=2[${rung.name}][n${index}]`,
    );
    source = `n${index}`;
  });
  return chains;
}

function outputOf(rung: Rung, cut: Cut, target: string): FfmpegOutput {
  return {
    options: [
      '-map',
      `[${rung.name}]`,
      '-an',
      '-frames:v',
      String(cut.frames),
      ...h264Options(rung, CUT_THREADS),
      '-level:v',
      rung.level,
      '-f',
      'mp4',
    ],
    target,
  };
}
