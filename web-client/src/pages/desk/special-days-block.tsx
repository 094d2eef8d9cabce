import { useMutation } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import type { SpecialDay } from '../../../../signaling/protocol/rest/calendar.ts';
import { callApi } from '../../api/api.ts';
import { calendarText } from '../../messages/desk-calendar.ts';
import { timetableText } from '../../messages/desk-timetable.ts';
import { deskText } from '../../messages/desk.ts';
import { shellText } from '../../messages/shell.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { useNow } from '../../ui/use-now.ts';
import { CalendarBlock } from './calendar-block.tsx';
import { useDeskRefresh } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { FormFailure } from './form-failure.tsx';
import { useNotices } from './notices.tsx';
import { localDate } from './school-days.ts';
import { ScopeField, useMayChange, useScopeName } from './scope-field.tsx';
import { useWeekdayName, WEEKDAYS } from './weekdays.ts';
import desk from './desk.module.css';
import table from './table.module.css';

type Draft = Omit<SpecialDay, 'specialDayId'>;

function DayFields({ draft, onChange }: { readonly draft: Draft; readonly onChange: (draft: Draft) => void }) {
  const t = useText(calendarText);
  const words = useText(timetableText);
  const { followsWeekday, firstDate, lastDate } = draft;
  const setKind = (kind: string): void =>
    onChange(
      kind === 'makeUp' ? { ...draft, followsWeekday: 1, lastDate: firstDate } : { ...draft, followsWeekday: null },
    );
  return (
    <>
      <SelectField
        label={t('dayKind')}
        value={followsWeekday === null ? 'holiday' : 'makeUp'}
        options={(['holiday', 'makeUp'] as const).map((value) => ({ value, label: t(value) }))}
        onChange={setKind}
      />
      <TextField
        label={followsWeekday === null ? t('firstDate') : t('day')}
        name="firstDate"
        type="date"
        value={firstDate}
        onChange={({ target: { value } }) =>
          onChange({
            ...draft,
            firstDate: value,
            lastDate: followsWeekday === null && lastDate > value ? lastDate : value,
          })
        }
      />
      {followsWeekday === null ? (
        <TextField
          label={t('lastDate')}
          name="lastDate"
          type="date"
          min={firstDate}
          value={lastDate}
          onChange={(event) => onChange({ ...draft, lastDate: event.target.value })}
        />
      ) : (
        <SelectField
          label={t('follows')}
          value={String(followsWeekday)}
          options={WEEKDAYS.map((day) => ({ value: String(day), label: words(`day_${day}`) }))}
          onChange={(day) => onChange({ ...draft, followsWeekday: Number(day) })}
        />
      )}
    </>
  );
}

function DayDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useText(calendarText);
  const words = useText(deskText);
  const shell = useText(shellText);
  const { school } = useDeskSchool();
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const today = localDate(useNow(60_000), school.timeZone);
  const [draft, setDraft] = useState<Draft>({
    ...{ schoolId: school.schoolId, name: '', firstDate: today, lastDate: today, followsWeekday: null },
  });
  const [isTried, setTried] = useState(false);
  const isNamed = draft.name.trim() !== '';
  const save = useMutation({
    mutationFn: () => callApi('createSpecialDay', { body: draft }),
    onSuccess: async ({ name }) => {
      onClose();
      notices.say(words('added', { name }));
      await refresh('calendar', 'lessons');
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (isNamed) save.mutate();
  };
  return (
    <Dialog open onClose={onClose} title={t('addDay')}>
      <form className={desk.form} onSubmit={submit} noValidate data-testid="special-day-form">
        <TextField
          label={t('dayName')}
          name="name"
          value={draft.name}
          maxLength={40}
          placeholder={t('dayExample')}
          problem={isTried && !isNamed ? words('required') : undefined}
          onChange={(event) => setDraft({ ...draft, name: event.target.value })}
        />
        <ScopeField schoolId={draft.schoolId} onChange={(schoolId) => setDraft({ ...draft, schoolId })} />
        <DayFields draft={draft} onChange={setDraft} />
        <FormFailure error={save.error} />
        <div className={desk.actions}>
          <Button look="primary" type="submit" busy={save.isPending} data-testid="save-special-day">
            {words('add')}
          </Button>
          <Button onClick={onClose}>{shell('cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Deleting can be taken back: the same day is made again. */
function useRemoveDay({ specialDayId, ...facts }: SpecialDay) {
  const words = useText(deskText);
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const { name } = facts;
  const restore = async (): Promise<void> => {
    try {
      await callApi('createSpecialDay', { body: facts });
      notices.say(words('restored', { name }));
    } catch (error) {
      notices.fail(error);
    }
    await refresh('calendar', 'lessons');
  };
  return useMutation({
    mutationFn: () => callApi('deleteSpecialDay', { params: { specialDayId } }),
    onSuccess: () => notices.say(words('removed', { name }), () => void restore()),
    onError: (error) => notices.fail(error),
    onSettled: () => refresh('calendar', 'lessons'),
  });
}

function DayLine({ day }: { readonly day: SpecialDay }) {
  const t = useText(calendarText);
  const words = useText(deskText);
  const weekdayName = useWeekdayName();
  const scopeName = useScopeName();
  const mayChange = useMayChange(day.schoolId);
  const remove = useRemoveDay(day);
  const { name, firstDate, lastDate, followsWeekday } = day;
  return (
    <tr data-testid="special-day" data-name={name}>
      <td data-label={t('dayName')}>
        <strong>{name}</strong>
      </td>
      <td data-label={t('dates')} className="tabular">
        {firstDate === lastDate ? firstDate : t('range', { from: firstDate, to: lastDate })}
      </td>
      <td data-label={t('scope')}>{scopeName(day.schoolId)}</td>
      <td data-label={t('dayKind')}>
        {followsWeekday === null ? t('noLessons') : t('followsDay', { day: weekdayName(followsWeekday) })}
      </td>
      <td className={table.rowActions}>
        {mayChange && (
          <Button
            look="plain"
            icon={Trash2}
            aria-label={words('removeOf', { name })}
            busy={remove.isPending}
            onClick={() => remove.mutate()}
          />
        )}
      </td>
    </tr>
  );
}

export function SpecialDaysBlock({ days }: { readonly days: readonly SpecialDay[] }) {
  const t = useText(calendarText);
  const [isAdding, setAdding] = useState(false);
  return (
    <CalendarBlock
      headingId="days-heading"
      title={t('days')}
      add={{ label: t('addDay'), testId: 'add-special-day', onClick: () => setAdding(true) }}
      columns={[t('dayName'), t('dates'), t('scope'), t('dayKind')]}
      empty={{ title: t('noDay'), body: t('noDayBody') }}
      rows={days.map((day) => (
        <DayLine key={day.specialDayId} day={day} />
      ))}
    >
      {isAdding && <DayDialog onClose={() => setAdding(false)} />}
    </CalendarBlock>
  );
}
