import type { EditionChapter } from '../../../signaling/protocol/edition.ts';
import { escapeMarkup } from '../../../signaling/protocol/markup.ts';
import type { RecordingEvent } from '../../contract.ts';
import type { SourceTrack } from '../source/source-track.ts';
import { isKept, toOutputUs, type Timeline } from './timeline.ts';
import { vttTime } from '../web-vtt.ts';

/** Pages leafed through faster than this are no chapter of their own, nor questions … */
const MIN_CHAPTER_US = 20_000_000;
/** … nor people who come on stage for a word. */
const MIN_STAGE_US = 30_000_000;
/** More chapters than this are no help: then the lesser kinds are left out. */
const MANY_CHAPTERS = 60;

/** A part of the finished lesson that can be jumped to. */
export interface Chapter {
  readonly startUs: number;
  readonly endUs: number;
  readonly title: string;
}

/** `marker`: set by a person, never dropped for being short. */
type MarkKind = 'marker' | 'poll' | 'slide' | 'stage';

interface Mark {
  readonly atUs: number;
  readonly title: string;
  readonly kind: MarkKind;
}

/** In this order kinds are given up while there are too many chapters. */
const GIVEN_UP: readonly MarkKind[] = ['stage', 'slide', 'poll'];

/** What happened in a part that is left out is no chapter; a page that was turned there is still seen behind it. */
const OUTLASTS_A_CUT: ReadonlySet<MarkKind> = new Set<MarkKind>(['slide', 'marker']);

export interface ChapterFacts {
  readonly events: readonly RecordingEvent[];
  readonly timeline: Timeline;
  /** Of those who are in the film: nobody else's coming on stage is told. */
  readonly tracks: readonly Pick<SourceTrack, 'seatId' | 'seat' | 'displayName'>[];
  readonly lessonTitle: string;
  /** By somebody, in the place of all that follows from what happened. */
  readonly written: readonly EditionChapter[] | null;
}

/**
 * Chapters that somebody has written, or from markers, page turns, questions and people called on stage, in the finished lesson's time; none when there was
 * nothing of the kind.
 */
export function chaptersOf({ events, timeline, tracks, lessonTitle, written }: ChapterFacts): readonly Chapter[] {
  const found: readonly Mark[] =
    written === null
      ? marksOf(events, tracks)
          .filter((mark) => isKept(timeline, mark.atUs) || (OUTLASTS_A_CUT.has(mark.kind) && !isRetaken(events, mark)))
          .map((mark) => ({ ...mark, atUs: toOutputUs(timeline, mark.atUs) }))
      : written.map(({ atUs, title }) => ({ atUs: toOutputUs(timeline, atUs), title, kind: 'marker' }));
  const marks = found.filter((mark) => mark.atUs < timeline.durationUs);
  if (marks.length === 0) return [];
  const start: Mark = { atUs: 0, title: lessonTitle, kind: 'marker' };
  const first = marks[0];
  const all = first !== undefined && first.atUs > 0 ? [start, ...marks] : marks;
  const kept = sparse(all, timeline.durationUs);
  return kept.map((mark, index) => ({
    startUs: index === 0 ? 0 : mark.atUs,
    endUs: kept[index + 1]?.atUs ?? timeline.durationUs,
    title: mark.title,
  }));
}

function sparse(all: readonly Mark[], endUs: number): readonly Mark[] {
  let marks = all;
  for (let givenUp = 0; ; givenUp += 1) {
    const kept = withoutShort(marks, endUs);
    const kind = GIVEN_UP[givenUp];
    if (kept.length <= MANY_CHAPTERS || kind === undefined) return kept;
    marks = marks.filter((mark) => mark.kind !== kind);
  }
}

function withoutShort(marks: readonly Mark[], endUs: number): readonly Mark[] {
  return marks.filter((mark, index) => {
    const lastsUs = (marks[index + 1]?.atUs ?? endUs) - mark.atUs;
    if (mark.kind === 'marker') return lastsUs > 0;
    return lastsUs >= (mark.kind === 'stage' ? MIN_STAGE_US : MIN_CHAPTER_US);
  });
}

/** In session time, in order. */
function marksOf(events: readonly RecordingEvent[], tracks: ChapterFacts['tracks']): readonly Mark[] {
  const marks = [...events.flatMap(toldMarks), ...pollMarks(events), ...stageMarks(events, tracks)];
  return marks.sort((a, b) => a.atUs - b.atUs);
}

/** What is a chapter whatever happened before. */
function toldMarks({ atUs, type, data }: RecordingEvent): readonly Mark[] {
  if (type === 'slide') return [{ atUs, title: data.title ?? `第 ${data.page} 页`, kind: 'slide' }];
  if (type === 'marker') return [{ atUs, title: data.title, kind: 'marker' }];
  return type === 'resumed' && data.isTake !== true ? [{ atUs, title: '继续上课', kind: 'marker' }] : [];
}

/** A mark in a take that was done again belongs to that take; the page that was turned there is still seen. */
function isRetaken(events: readonly RecordingEvent[], { atUs, kind }: Mark): boolean {
  return (
    kind === 'marker' &&
    events.some((event) => event.type === 'retaken' && event.data.fromUs <= atUs && atUs < event.atUs)
  );
}

/** Each question once, however often it was opened. */
function pollMarks(events: readonly RecordingEvent[]): readonly Mark[] {
  const opened = events.filter((event) => event.type === 'poll').filter((event) => event.data.state === 'opened');
  const first = new Map(opened.toReversed().map((event) => [event.data.pollId, event]));
  return Array.from(first.values(), ({ atUs, data: { question } }) => ({
    atUs,
    title: question === '' ? '课堂提问' : `提问：${question}`,
    kind: 'poll',
  }));
}

function stageMarks(events: readonly RecordingEvent[], tracks: ChapterFacts['tracks']): readonly Mark[] {
  const called = tracks.filter((track) => !isTeacher(track.seat));
  const names = new Map(called.map((track) => [track.seatId, track.displayName]));
  const stages = events.filter((event) => event.type === 'stage');
  return stages.flatMap(({ atUs, data: { seatIds } }, index): readonly Mark[] => {
    // Who is there from the beginning was not called.
    const before = stages[index - 1]?.data.seatIds ?? seatIds;
    const title = seatIds
      .filter((seatId) => !before.includes(seatId))
      .flatMap((seatId) => names.get(seatId) ?? [])
      .join('、');
    return title === '' ? [] : [{ atUs, title: `${title} 发言`, kind: 'stage' }];
  });
}

const isTeacher = (seat: string): boolean => seat === 'lecturer' || seat === 'coTeacher';

/** WebVTT of kind `chapters`. */
export function chaptersVtt(chapters: readonly Chapter[]): string {
  const cues = chapters.map(
    (chapter, index) =>
      `${index + 1}\n${vttTime(chapter.startUs)} --> ${vttTime(chapter.endUs)}\n${escapeMarkup(chapter.title).replaceAll(/\s+/g, ' ')}\n`,
  );
  return `WEBVTT\n\n${cues.join('\n')}`;
}
