import type { EditionRange } from '../../signaling/protocol/edition.ts';
import type { EpochState, StoredRun, StoredSegment } from '../mux/mux-state.ts';
import { encodeEdge } from './edge-piece.ts';
import { playUri, type EditionFiles } from './edition-files.ts';
import { keptSpans } from './kept-spans.ts';

/** Less is no picture at 25 a second. */
const MIN_SPAN_US = 40_000;

/**
 * The runs of one epoch without what is left out: whole segments are named where they are, segments that a cut goes through are encoded anew, each as a run of its own.
 */
export async function editPictures(options: {
  readonly ffmpegPath: string;
  readonly files: EditionFiles;
  readonly epoch: EpochState;
  readonly leftOut: readonly EditionRange[];
}): Promise<EpochState> {
  const runs: StoredRun[] = [];
  for (const run of options.epoch.runs) {
    let whole: StoredSegment[] = [];
    const endRun = (): void => {
      if (whole.length > 0) runs.push({ ...run, init: playUri(run.init), segments: whole });
      whole = [];
    };
    for (const segment of run.segments) {
      const spans = keptSpans(segment.startUs, segment.endUs, options.leftOut);
      const [only] = spans;
      if (only !== undefined && only.fromUs === segment.startUs && only.toUs === segment.endUs) {
        whole.push({ ...segment, uri: playUri(segment.uri) });
        continue;
      }
      endRun();
      runs.push(...(await editSegment(options, run, segment)));
    }
    endRun();
  }
  return { ...options.epoch, runs };
}

async function editSegment(
  { ffmpegPath, files, epoch, leftOut }: Parameters<typeof editPictures>[0],
  run: StoredRun,
  segment: StoredSegment,
): Promise<StoredRun[]> {
  const spans = keptSpans(segment.startUs, segment.endUs, leftOut).filter(
    ({ fromUs, toUs }) => toUs - fromUs >= MIN_SPAN_US,
  );
  if (spans.length === 0) return [];
  const media = [await files.readObject(run.init), await files.readObject(segment.uri)];
  const runs: StoredRun[] = [];
  for (const span of spans) {
    const piece = await encodeEdge(ffmpegPath, media, run.container, span);
    if (piece === undefined) continue;
    const stem = `${epoch.trackId}/${epoch.epoch}`;
    const init = await files.putNamed(`${stem}-edge-init`, 'mp4', piece.init);
    const uri = await files.putNamed(`${stem}-edge`, 'm4s', piece.body);
    const own = { startUs: span.fromUs, endUs: span.toUs, uri, bytes: piece.body.length };
    runs.push({ ...run, container: 'fmp4', mimeType: piece.mimeType, init, segments: [own] });
  }
  return runs;
}
