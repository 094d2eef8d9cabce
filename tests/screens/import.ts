import type { Cast } from './cast.ts';
import { shoot } from './camera.ts';

const WEEK_MS = 7 * 86_400_000;

const event = (uid: string, title: string, time: string, ...more: readonly string[]): readonly string[] => [
  'BEGIN:VEVENT',
  `UID:${uid}@tongke`,
  `SUMMARY:${title}`,
  `DTSTART;TZID=Asia/Shanghai:${time}`,
  'DURATION:PT40M',
  ...more,
  'END:VEVENT',
];

/** Lessons of the day a week from now: some that can be made, one beside another, one that no timetable can keep. */
function calendarOf(nowMs: number): string {
  const day = new Date(nowMs + WEEK_MS).toISOString().slice(0, 10).replaceAll('-', '');
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    ...event('a', '语文 · 阅读指导', `${day}T190000`, 'RRULE:FREQ=WEEKLY;COUNT=3'),
    ...event('b', '书法社团', `${day}T201000`),
    ...event('c', '教研活动', `${day}T202000`),
    ...event('d', '家访', `${day}T180000`, 'RRULE:FREQ=MONTHLY'),
    'END:VCALENDAR',
  ].join('\r\n');
}

/** A teacher's own calendar as lessons: before the file, what it would make, what it made. */
export async function takeImport(cast: Cast): Promise<void> {
  const teacher = await cast.signedIn('lin.laoshi', 'teacher');
  const { page } = teacher;
  await page.goto('/calendar/import');
  await page.getByTestId('calendar-import').waitFor();
  await shoot(page, 'calendar-import');
  const buffer = Buffer.from(calendarOf(Date.now()));
  await page.getByTestId('calendar-file').setInputFiles({ name: '我的日历.ics', mimeType: 'text/calendar', buffer });
  await page.locator('[data-testid="calendar-line"][data-state="new"]').first().waitFor();
  await shoot(page, 'calendar-preview');
  await page.getByTestId('make-lessons').click();
  await page.locator('[data-testid="calendar-line"][data-state="made"]').first().waitFor();
  await shoot(page, 'calendar-made');
  await teacher.close();
}
