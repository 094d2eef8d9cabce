import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { ChevronLeft, ChevronRight, Pencil, XCircle } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { SchoolCalendar } from '../../../../signaling/protocol/rest/calendar.ts';
import type { LessonSummary } from '../../../../signaling/protocol/rest/shapes.ts';
import { specialDayOn, weekdayOf } from '../../../../signaling/protocol/term-days.ts';
import { callApi } from '../../api/api.ts';
import { deskText } from '../../messages/desk.ts';
import { timetableText } from '../../messages/desk-timetable.ts';
import { useText } from '../../text/text.ts';
import { clockTime } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Banner, EmptyPanel, FailurePanel, Skeleton } from '../../ui/panels.tsx';
import { useNow } from '../../ui/use-now.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { deskQueries, useDeskRefresh } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { useNotices } from './notices.tsx';
import { AdjustDialog } from './adjust-dialog.tsx';
import { dayRange, localDate, shiftDate } from './school-days.ts';
import { useWeekdayName } from './weekdays.ts';
import desk from './desk.module.css';
import table from './table.module.css';
import styles from './timetable.module.css';

const placesOf = (lesson: LessonSummary): string =>
  [
    ...lesson.classGroups.map((group) => group.name),
    ...lesson.classrooms.map((room) => `${room.schoolName} ${room.name}`),
  ].join('、');

interface LessonProps {
  readonly lesson: LessonSummary;
  readonly timeZone: string;
}

/** Only of what has not begun. */
function LessonActions({ lesson, timeZone }: LessonProps) {
  const t = useText(timetableText);
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const [open, setOpen] = useState<'adjust' | 'cancel' | null>(null);
  const { lessonId, title } = lesson;
  const close = (): void => setOpen(null);
  const cancel = useMutation({
    mutationFn: () => callApi('cancelLesson', { params: { lessonId } }),
    onSuccess: () => notices.say(t('cancelled', { name: title })),
    onError: (error) => notices.fail(error),
    onSettled: async () => {
      close();
      await refresh('lessons');
    },
  });
  return (
    <>
      <Button
        look="plain"
        icon={Pencil}
        aria-label={t('adjustOf', { name: title })}
        title={t('adjustLesson')}
        onClick={() => setOpen('adjust')}
        data-testid="adjust-lesson"
      />
      <Button
        look="plain"
        icon={XCircle}
        aria-label={t('cancelOf', { name: title })}
        title={t('cancelLesson')}
        onClick={() => setOpen('cancel')}
      />
      {open === 'adjust' && <AdjustDialog lesson={lesson} timeZone={timeZone} onClose={close} />}
      <ConfirmDialog
        open={open === 'cancel'}
        title={t('cancelTitle', { name: title })}
        body={t('cancelBody')}
        confirm={t('cancelLesson')}
        cancel={t('keep')}
        busy={cancel.isPending}
        onConfirm={() => cancel.mutate()}
        onClose={close}
      />
    </>
  );
}

function LessonLine({ lesson, timeZone }: LessonProps) {
  const t = useText(timetableText);
  const { lessonId, title, state } = lesson;
  return (
    <tr data-testid="day-lesson" data-title={title} data-state={state}>
      <td data-label={t('time')} className="tabular">
        {clockTime(lesson.startsAtMs, timeZone)}–{clockTime(lesson.endsAtMs, timeZone)}
      </td>
      <td data-label={t('titleField')}>
        <strong>{title}</strong>
        {lesson.isAdjusted && <span className={styles.adjusted}>{t('adjusted')}</span>}
      </td>
      <td data-label={t('kind')}>{t(`kind_${lesson.kind}`)}</td>
      <td data-label={t('lecturer')}>{lesson.lecturerName}</td>
      <td data-label={t('classGroups')}>{placesOf(lesson) === '' ? '—' : placesOf(lesson)}</td>
      <td data-label={t('state')} className={styles.state}>
        <span className={state === 'live' ? desk.online : desk.off}>{t(`state_${state}`)}</span>
      </td>
      <td className={table.rowActions}>
        {lesson.mySeat !== null && state === 'live' && <Link href={`/room/${lessonId}`}>{t('open')}</Link>}
        {state === 'scheduled' && <LessonActions lesson={lesson} timeZone={timeZone} />}
      </td>
    </tr>
  );
}

function DayBar({
  date,
  today,
  onMove,
}: {
  readonly date: string;
  readonly today: string;
  readonly onMove: (date: string) => void;
}) {
  const t = useText(timetableText);
  const weekdayName = useWeekdayName();
  return (
    <div className={styles.dayBar}>
      <Button icon={ChevronLeft} aria-label={t('previousDay')} onClick={() => onMove(shiftDate(date, -1))} />
      <TextField
        label={`${t('date')} · ${weekdayName(weekdayOf(date))}`}
        type="date"
        value={date}
        onChange={(event) => event.target.value !== '' && onMove(event.target.value)}
      />
      <Button icon={ChevronRight} aria-label={t('nextDay')} onClick={() => onMove(shiftDate(date, 1))} />
      {date !== today && <Button onClick={() => onMove(today)}>{t('today')}</Button>}
    </div>
  );
}

/** Why a day is not as its weekday. */
function SpecialDayNote({ date, calendar }: { readonly date: string; readonly calendar: SchoolCalendar }) {
  const t = useText(timetableText);
  const weekdayName = useWeekdayName();
  const special = specialDayOn(date, calendar.specialDays);
  if (special === undefined) return null;
  const { name, followsWeekday } = special;
  return (
    <Banner tone="calm">
      {followsWeekday === null ? t('onHoliday', { name }) : t('onMakeUp', { name, day: weekdayName(followsWeekday) })}
    </Banner>
  );
}

/** What is really held on a day: lessons of the timetable, and those that were made by hand. */
export function DayLessons({ calendar }: { readonly calendar: SchoolCalendar }) {
  const t = useText(timetableText);
  const words = useText(deskText);
  const { school } = useDeskSchool();
  const today = localDate(useNow(60_000), school.timeZone);
  const [date, setDate] = useState(today);
  const { fromMs, toMs } = dayRange(date, school.timeZone);
  const lessons = useQuery({ ...deskQueries.lessons(fromMs, toMs), placeholderData: keepPreviousData });
  const shown = lessons.data
    ?.filter((lesson) => lesson.schoolId === school.schoolId)
    .toSorted((a, b) => a.startsAtMs - b.startsAtMs);
  const columns = ['time', 'titleField', 'kind', 'lecturer', 'classGroups', 'state'] as const;
  return (
    <>
      <DayBar date={date} today={today} onMove={setDate} />
      <SpecialDayNote date={date} calendar={calendar} />
      {shown === undefined ? (
        lessons.isError ? (
          <FailurePanel error={lessons.error} onRetry={() => void lessons.refetch()} />
        ) : (
          <Skeleton height={320} />
        )
      ) : shown.length === 0 ? (
        <EmptyPanel title={t('nothingOnDay')} />
      ) : (
        <table className={table.table}>
          <caption className="visually-hidden">{t('day')}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {t(column)}
                </th>
              ))}
              <th scope="col">
                <span className="visually-hidden">{words('actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((lesson) => (
              <LessonLine key={lesson.lessonId} lesson={lesson} timeZone={school.timeZone} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
