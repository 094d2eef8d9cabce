import type { Log } from '../../signaling/runtime/log.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import type { ProduceJob } from '../contract.ts';
import type { FfmpegRunner } from '../ffmpeg/run.ts';
import type { Lettering } from './card.ts';
import type { CardFont } from './font.ts';
import type { StageProgress } from './progress.ts';
import type { RecordingSource } from './recording-source.ts';

/** What every production of a process uses. */
export interface ProductionDeps {
  readonly store: ObjectStore;
  readonly source: RecordingSource;
  readonly ffmpeg: FfmpegRunner;
  readonly font: CardFont | undefined;
  readonly log: Log;
  /** Folder below which each recording has its own. */
  readonly workFolder: string;
  /** How many cuts are composed side by side. */
  readonly parallelCuts: number;
}

/** What is known while one attempt goes on. */
export interface ProductionContext {
  readonly deps: ProductionDeps;
  readonly job: ProduceJob;
  readonly attempt: string;
  readonly signal: AbortSignal;
  readonly progress: StageProgress;
  readonly folders: ProductionFolders;
  readonly lettering: Lettering | undefined;
}

export interface ProductionFolders {
  /** This recording's: finished cuts in `cuts` are used again by the next attempt on this machine. */
  readonly recording: string;
  readonly cuts: string;
  /** This attempt's; gone when it ends. */
  readonly attempt: string;
  readonly tracks: string;
  /** What is uploaded. */
  readonly out: string;
  readonly hls: string;
}
