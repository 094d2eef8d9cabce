import type { EditionChapter } from '../../signaling/protocol/edition.ts';
import type { RecordingEvent } from '../contract.ts';
import { toOutputUs, type Timeline } from './timeline.ts';
import { vttTime } from './web-vtt.ts';

/** Pages leafed through faster than this are no chapter of their own. */
const MIN_CHAPTER_US = 20_000_000;

/** A part of the finished lesson that can be jumped to. */
export interface Chapter {
  readonly startUs: number;
  readonly endUs: number;
  readonly title: string;
}

interface Mark {
  readonly atUs: number;
  readonly title: string;
  /** Set by a person: never dropped for being short. */
  readonly isMarker: boolean;
}

/** Chapters that somebody has written, or from markers and page turns, in the finished lesson's time; none when there was neither. */
export function chaptersOf(
  events: readonly RecordingEvent[],
  timeline: Timeline,
  lessonTitle: string,
  written: readonly EditionChapter[] | null = null,
): readonly Chapter[] {
  const found =
    written === null
      ? events.flatMap((event) => markOf(event, timeline))
      : written.map(({ atUs, title }) => ({ atUs: toOutputUs(timeline, atUs), title, isMarker: true }));
  const marks = found.filter((mark) => mark.atUs < timeline.durationUs);
  if (marks.length === 0) return [];
  const start = { atUs: 0, title: lessonTitle, isMarker: true };
  const first = marks[0];
  const all = first !== undefined && first.atUs > 0 ? [start, ...marks] : marks;
  const kept = all.filter((mark, index) => {
    const untilUs = all[index + 1]?.atUs ?? timeline.durationUs;
    return mark.isMarker ? untilUs > mark.atUs : untilUs - mark.atUs >= MIN_CHAPTER_US;
  });
  return kept.map((mark, index) => ({
    startUs: index === 0 ? 0 : mark.atUs,
    endUs: kept[index + 1]?.atUs ?? timeline.durationUs,
    title: mark.title,
  }));
}

function markOf(event: RecordingEvent, timeline: Timeline): readonly Mark[] {
  const atUs = toOutputUs(timeline, event.atUs);
  if (event.type === 'slide') return [{ atUs, title: event.data.title ?? `第 ${event.data.page} 页`, isMarker: false }];
  if (event.type === 'marker') return [{ atUs, title: event.data.title, isMarker: true }];
  return event.type === 'resumed' ? [{ atUs, title: '继续上课', isMarker: true }] : [];
}

/** WebVTT of kind `chapters`. */
export function chaptersVtt(chapters: readonly Chapter[]): string {
  const cues = chapters.map(
    (chapter, index) =>
      `${index + 1}\n${vttTime(chapter.startUs)} --> ${vttTime(chapter.endUs)}\n${cueText(chapter.title)}\n`,
  );
  return `WEBVTT\n\n${cues.join('\n')}`;
}

function cueText(title: string): string {
  return title.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(/\s+/g, ' ');
}
