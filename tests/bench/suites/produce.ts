import { join } from 'node:path';
import { FfmpegRunner } from '../../../recorder/ffmpeg/run.ts';
import { composeJob } from '../../../recorder/produce/parts/compose.ts';
import { editListOf } from '../../../recorder/produce/plan/edit-list.ts';
import { findCardFont } from '../../../recorder/produce/parts/font.ts';
import { TOP_RUNG } from '../../../recorder/produce/plan/ladder.ts';
import type { ProductionDeps } from '../../../recorder/produce/production-context.ts';
import { StoredRecordings } from '../../../recorder/produce/source/stored-recording.ts';
import type { RecordingId } from '../../../signaling/protocol/ids.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { produceHere } from '../../support/stands/produce-here.ts';
import { runPool } from '../../support/stands/work-pool.ts';
import { putMuxedRecording, type MadeLesson, type MadeTrack } from '../../support/media/muxed-recording.ts';
import { mkdir } from 'node:fs/promises';
import type { BenchStage } from '../bench-stage.ts';
import type { Figure } from '../figure.ts';
import { cpuSecondsOfEnded } from '../process-usage.ts';

const COMPOSE_BUDGET = 2;
const STEP_BUDGET = 1.2;
const PUPILS = 4;
/** Production runs as far behind everything else as in life. */
const NICENESS = 15;
const PARALLEL_CUTS = 2;
const FRAME_S = 0.04;

/**
 * A board, a lecturer and four classrooms on stage, all with sound. The drawn sources move all over the picture, which is harder on
 * decoders, scalers and encoder than slides and faces.
 */
function lessonOf(seconds: number): MadeLesson {
  const camera = { size: '1280x720', rate: 30, codec: 'h264', source: 'testsrc2=alpha=255' } as const;
  const person = (seat: string, displayName: string, hz: number): MadeTrack[] => [
    { seat, displayName, source: 'camera', runs: [{ from: 0, to: seconds, picture: camera }] },
    { seat, displayName, source: 'microphone', runs: [{ from: 0, to: seconds, tone: { hz, on: 0, off: seconds } }] },
  ];
  const board: MadeTrack = {
    seat: 'lecturer',
    displayName: '王老师',
    source: 'screen',
    runs: [
      { from: 0, to: seconds, picture: { size: '1920x1080', rate: 5, codec: 'h264', source: 'testsrc2=alpha=255' } },
    ],
  };
  const sites = Array.from({ length: PUPILS }, (_, index) => person('site', `第${index + 1}小学`, 300 + 50 * index));
  return {
    title: '三年级 语文',
    seconds,
    tracks: [board, ...person('lecturer', '王老师', 250), ...sites.flat()],
    // Paused for one frame: two cuts, composed side by side as the five-minute pieces of a whole lesson are.
    events: () => [
      { at: seconds / 2, type: 'paused', data: {} },
      { at: seconds / 2 + FRAME_S, type: 'resumed', data: {} },
    ],
  };
}

interface Spent {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function spent(work: () => Promise<unknown>): Promise<Spent> {
  const [startedMs, cpuBefore] = [performance.now(), await cpuSecondsOfEnded()];
  await work();
  return { seconds: (performance.now() - startedMs) / 1_000, cpuSeconds: (await cpuSecondsOfEnded()) - cpuBefore };
}

/** The picture alone: every cut in 1080p25, side by side as production does it, without sound and without the smaller rungs. */
async function composeTop(
  deps: ProductionDeps,
  folder: string,
  recordingId: RecordingId,
  length: number,
): Promise<Spent> {
  const trackFolder = join(folder, 'tracks');
  await mkdir(trackFolder, { recursive: true });
  const signal = new AbortController().signal;
  const stored = await deps.source.read(recordingId);
  const onProgress = (): void => undefined;
  const fetching = { recordingId, tracks: stored.tracks, folder: trackFolder, signal, onProgress };
  const tracks = await deps.source.fetch(fetching);
  const { cuts } = editListOf(stored.tracks, stored.events, length * 1e6);
  const tasks = cuts.map((cut, index) => async () => {
    const targetOf = (): string => join(folder, `cut-${index}.mp4`);
    const job = composeJob(cut, {
      title: { title: '', card: undefined },
      tracks,
      rungs: [TOP_RUNG],
      lettering: undefined,
      targetOf,
    });
    await deps.ffmpeg.run(job, { label: 'bench' });
  });
  return spent(() => runPool(tasks, PARALLEL_CUTS, signal));
}

/** How fast a lesson with six pictures becomes a film, on all cores of this machine. */
export async function measureProduce(stage: BenchStage): Promise<Figure[]> {
  const length = stage.isShort ? 6 : 60;
  const log = createLog('bench', 'silent');
  const store = await DirectoryObjectStore.create(join(stage.folder, 'objects'));
  const deps: ProductionDeps = {
    store,
    source: new StoredRecordings(store),
    ffmpeg: new FfmpegRunner({ log, niceness: NICENESS }),
    font: await findCardFont(),
    drawsInk: true,
    log,
    workFolder: join(stage.folder, 'work'),
  };
  await mkdir(deps.workFolder, { recursive: true });
  stage.say('making the sources');
  const { recordingId } = await putMuxedRecording(store, lessonOf(length));
  stage.say('compose');
  const compose = await composeTop(deps, join(stage.folder, 'top'), recordingId, length);
  stage.say(`${compose.seconds.toFixed(1)} s, ${compose.cpuSeconds.toFixed(1)} s of CPU for ${length} s; whole step`);
  const step = await spent(() => produceHere(deps, { recordingId, title: '三年级 语文' }));
  const unit = '× real time';
  const cpu = { unit: 'CPU-s per s', better: 'lower' } as const;
  return [
    {
      name: 'produce.compose-1080p25-of-6',
      value: length / compose.seconds,
      unit,
      better: 'higher',
      budget: COMPOSE_BUDGET,
    },
    {
      name: 'produce.whole-step-with-ladder',
      value: length / step.seconds,
      unit,
      better: 'higher',
      budget: STEP_BUDGET,
    },
    { name: 'produce.compose-cpu', value: compose.cpuSeconds / length, ...cpu },
    { name: 'produce.whole-step-cpu', value: step.cpuSeconds / length, ...cpu },
  ];
}
