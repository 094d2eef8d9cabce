import type { LessonSummary } from '../../../../signaling/protocol/rest/shapes.ts';
import type { homeText } from '../../messages/home.ts';
import type { Translate } from '../../text/text.ts';
import { countdown } from '../../text/time.ts';

type T = Translate<typeof homeText>;

export function startsIn(t: T, untilMs: number): string {
  const left = countdown(untilMs);
  switch (left.unit) {
    case 'now':
      return t('begun');
    case 'seconds':
      return t('inSeconds', { n: left.value });
    case 'minutes':
      return t('inMinutes', { n: left.value });
    case 'hours':
      return t('inHours', { n: left.value });
    case 'days':
      return t('inDays', { n: left.value });
  }
}

export function kindWord(t: T, kind: LessonSummary['kind']): string {
  return { live: t('kind_live'), sky: t('kind_sky'), meeting: t('kind_meeting') }[kind];
}

export function stateWord(t: T, state: LessonSummary['state']): string {
  return {
    scheduled: t('state_scheduled'),
    live: t('state_live'),
    ended: t('state_ended'),
    cancelled: t('state_cancelled'),
  }[state];
}

/** The lecturer starts a class; everybody else enters it. */
export function enterWord(t: T, lesson: LessonSummary): string {
  return lesson.mySeat === 'lecturer' && lesson.state === 'scheduled' ? t('startClass') : t('enter');
}

/** What is on now, else what comes next; nothing once the day is over. */
export function nextLesson(lessons: readonly LessonSummary[], nowMs: number): LessonSummary | null {
  const open = lessons.filter(
    (lesson) => lesson.mySeat !== null && (lesson.state === 'live' || lesson.state === 'scheduled'),
  );
  const live = open.find((lesson) => lesson.state === 'live');
  return live ?? open.find((lesson) => lesson.endsAtMs > nowMs) ?? null;
}
