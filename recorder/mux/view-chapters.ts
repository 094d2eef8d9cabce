import { mergeRanges, type EditionChapter } from '../../signaling/protocol/edition.ts';
import type { PlayIndex, RecordingManifest } from '../../storage/objects/manifest.ts';
import type { RecordingEvent } from '../contract.ts';
import { chaptersOf, chaptersVtt } from '../produce/plan/chapters.ts';
import { FRAME_US, type KeptRange, type Timeline } from '../produce/plan/timeline.ts';

export interface ViewChapterFacts {
  readonly manifest: Pick<RecordingManifest, 'title' | 'tracks'>;
  readonly events: readonly RecordingEvent[];
  readonly index: Pick<PlayIndex, 'durationUs' | 'leftOut'>;
  /** By somebody, in the place of all that follows from what happened. */
  readonly written?: readonly EditionChapter[] | null;
}

/**
 * The chapters of what is played before there is a film, or in its place: WebVTT in the play time of the views. There is always a text, even of a lesson
 * without any, so that it takes the place of what was true before an erasure.
 */
export function viewChapters({ manifest, events, index, written = null }: ViewChapterFacts): string {
  const { title: lessonTitle, tracks } = manifest;
  return chaptersVtt(chaptersOf({ events, timeline: playedTimeline(index), tracks, lessonTitle, written }));
}

/** As a player reckons, to the microsecond: unlike those of a film, the ranges of views begin and end on no frame. */
export function playedTimeline({ durationUs, leftOut = [] }: ViewChapterFacts['index']): Timeline {
  const ranges: KeptRange[] = [];
  let [sessionUs, outputUs] = [0, 0];
  const keep = (untilUs: number, shortestUs: number): void => {
    const lengthUs = untilUs - sessionUs;
    if (lengthUs < shortestUs) return;
    ranges.push({ sessionStartUs: sessionUs, outputStartUs: outputUs, durationUs: lengthUs });
    outputUs += lengthUs;
  };
  for (const { fromUs, toUs } of mergeRanges(leftOut.filter((range) => range.toUs > range.fromUs))) {
    // What is left of a lesson between two cuts and shorter than a picture is passed over.
    keep(Math.min(fromUs, durationUs), FRAME_US);
    sessionUs = Math.min(toUs, durationUs);
  }
  keep(durationUs, 1);
  return { ranges, durationUs: outputUs };
}
