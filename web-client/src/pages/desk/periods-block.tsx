import { useMutation } from '@tanstack/react-query';
import { Plus, Save, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { MAX_PERIODS, type Period, type SchoolCalendar } from '../../../../signaling/protocol/rest/calendar.ts';
import { callApi } from '../../api/api.ts';
import { calendarText } from '../../messages/desk-calendar.ts';
import { deskText } from '../../messages/desk.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyPanel } from '../../ui/panels.tsx';
import { useNow } from '../../ui/use-now.ts';
import { useDeskRefresh } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { FormFailure } from './form-failure.tsx';
import { useNotices } from './notices.tsx';
import { partnerTimes } from './partner-rhythm.ts';
import { usePlaceName } from './place-name.ts';
import { laterTime, localDate } from './school-days.ts';
import desk from './desk.module.css';
import styles from './calendar.module.css';

const LESSON_MINUTES = 40;
const BREAK_MINUTES = 10;
/** A day as most primary schools have it, to begin with. */
const USUAL_STARTS = ['08:30', '09:20', '10:20', '11:10', '14:00', '14:50', '15:40'];
const USUAL: readonly Period[] = USUAL_STARTS.map((startTime, at) => ({
  number: at + 1,
  startTime,
  endTime: laterTime(startTime, LESSON_MINUTES),
}));

function oneMore(periods: readonly Period[]): readonly Period[] {
  const last = periods.at(-1);
  const startTime = last === undefined ? '08:30' : laterTime(last.endTime, BREAK_MINUTES);
  return [...periods, { number: (last?.number ?? 0) + 1, startTime, endTime: laterTime(startTime, LESSON_MINUTES) }];
}

interface PeriodLineProps {
  readonly period: Period;
  readonly partners: SchoolCalendar['partners'];
  readonly onChange: (period: Period) => void;
  readonly onRemove: () => void;
}

function PeriodLine({ period, partners, onChange, onRemove }: PeriodLineProps) {
  const t = useText(calendarText);
  const placeName = usePlaceName();
  const { school } = useDeskSchool();
  const today = localDate(useNow(60_000), school.timeZone);
  const { number, startTime, endTime } = period;
  return (
    <div className={styles.period} data-testid="period">
      <strong>{placeName(number)}</strong>
      <input
        type="time"
        required
        aria-label={t('periodStart', { number })}
        value={startTime}
        onChange={(event) => onChange({ ...period, startTime: event.target.value })}
      />
      <input
        type="time"
        required
        aria-label={t('periodEnd', { number })}
        value={endTime}
        onChange={(event) => onChange({ ...period, endTime: event.target.value })}
      />
      <Button look="plain" icon={Trash2} aria-label={t('removePeriod', { number })} onClick={onRemove} />
      {startTime !== '' &&
        endTime !== '' &&
        partners.map((partner) => {
          const there = partnerTimes(period, school.timeZone, partner, today);
          return (
            <span key={partner.schoolId} className={`${styles.partner} tabular`}>
              {partner.name} {there.startTime}–{there.endTime} {placeName(there.place)}
            </span>
          );
        })}
    </div>
  );
}

function useSavePeriods(onSaved: () => void) {
  const words = useText(deskText);
  const { school } = useDeskSchool();
  const refresh = useDeskRefresh();
  const notices = useNotices();
  return useMutation({
    mutationFn: (periods: readonly Period[]) =>
      callApi('setPeriods', { params: { schoolId: school.schoolId }, body: { periods: [...periods] } }),
    onSuccess: async () => {
      notices.say(words('saved'));
      await refresh('calendar', 'timetable', 'lessons');
      onSaved();
    },
  });
}

/** The whole day is saved at once: a later start moves everything after it. */
export function PeriodsBlock({ calendar }: { readonly calendar: SchoolCalendar }) {
  const t = useText(calendarText);
  const { school } = useDeskSchool();
  const [draft, setDraft] = useState<readonly Period[] | null>(null);
  const periods = draft ?? calendar.periods;
  const save = useSavePeriods(() => setDraft(null));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate(periods);
  };
  return (
    <section className={styles.block} aria-labelledby="periods-heading">
      <div className={styles.head}>
        <h2 id="periods-heading">{t('periods')}</h2>
        {periods.length === 0 && (
          <Button onClick={() => setDraft(USUAL)} data-testid="usual-periods">
            {t('usual')}
          </Button>
        )}
      </div>
      <p className={desk.hint}>{t('periodsHint', { zone: school.timeZone })}</p>
      <form className={styles.periods} onSubmit={submit} data-testid="periods-form">
        {periods.length === 0 && <EmptyPanel title={t('noPeriod')} />}
        {periods.map((period, at) => (
          <PeriodLine
            key={period.number}
            period={period}
            partners={calendar.partners}
            onChange={(changed) => setDraft(periods.with(at, changed))}
            onRemove={() => setDraft(periods.filter((each) => each !== period))}
          />
        ))}
        <FormFailure error={save.error} />
        <div className={desk.actions}>
          {periods.length < MAX_PERIODS && (
            <Button icon={Plus} onClick={() => setDraft(oneMore(periods))} data-testid="add-period">
              {t('addPeriod')}
            </Button>
          )}
          <Button
            look="primary"
            type="submit"
            icon={Save}
            busy={save.isPending}
            disabled={draft === null}
            data-testid="save-periods"
          >
            {t('savePeriods')}
          </Button>
        </div>
      </form>
    </section>
  );
}
