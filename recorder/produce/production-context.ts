import type { Log } from '../../signaling/runtime/log.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { FfmpegRunner } from '../ffmpeg/run.ts';
import type { CardFont } from './parts/font.ts';
import type { RecordingSource } from './source/recording-source.ts';

/** What every production of a process uses. */
export interface ProductionDeps {
  readonly store: ObjectStore;
  readonly source: RecordingSource;
  readonly ffmpeg: FfmpegRunner;
  readonly font: CardFont | undefined;
  /** Whether this ffmpeg reads SVG (librsvg), as which what is written on pages is drawn: else films are made without it. */
  readonly drawsInk: boolean;
  readonly log: Log;
  /** Folder below which each run has its own. */
  readonly workFolder: string;
}
