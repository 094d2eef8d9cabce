import { useMutation } from '@tanstack/react-query';
import { Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { ChangeEvent, FormEvent } from 'react';
import type { Term } from '../../../../signaling/protocol/rest/calendar.ts';
import { weekNumber } from '../../../../signaling/protocol/term-days.ts';
import { callApi } from '../../api/api.ts';
import { calendarText } from '../../messages/desk-calendar.ts';
import { deskText } from '../../messages/desk.ts';
import { shellText } from '../../messages/shell.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { useNow } from '../../ui/use-now.ts';
import { CalendarBlock } from './calendar-block.tsx';
import { useDeskRefresh } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { FormFailure } from './form-failure.tsx';
import { useNotices } from './notices.tsx';
import { localDate, termEnd } from './school-days.ts';
import { ScopeField, useMayChange, useScopeName } from './scope-field.tsx';
import desk from './desk.module.css';
import table from './table.module.css';

type Draft = Omit<Term, 'termId'>;

interface TermDialogProps {
  /** Null: a new one. */
  readonly term: Term | null;
  readonly onClose: () => void;
}

function useSaveTerm({ term, onClose }: TermDialogProps) {
  const words = useText(deskText);
  const refresh = useDeskRefresh();
  const notices = useNotices();
  return useMutation({
    mutationFn: (draft: Draft) => {
      if (term === null) return callApi('createTerm', { body: draft });
      const { name, firstDate, lastDate } = draft;
      return callApi('changeTerm', { params: { termId: term.termId }, body: { name, firstDate, lastDate } });
    },
    onSuccess: async ({ name }) => {
      onClose();
      notices.say(term === null ? words('added', { name }) : words('saved'));
      await refresh('calendar', 'timetable', 'lessons');
    },
  });
}

function TermDialog({ term, onClose }: TermDialogProps) {
  const t = useText(calendarText);
  const words = useText(deskText);
  const shell = useText(shellText);
  const { school } = useDeskSchool();
  const today = localDate(useNow(60_000), school.timeZone);
  const [draft, setDraft] = useState<Draft>(
    term ?? { schoolId: school.schoolId, name: '', firstDate: today, lastDate: termEnd(today) },
  );
  const [isTried, setTried] = useState(false);
  const save = useSaveTerm({ term, onClose });
  const isNamed = draft.name.trim() !== '';
  const isBackwards = draft.lastDate < draft.firstDate;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (isNamed && !isBackwards) save.mutate(draft);
  };
  const set = (name: 'name' | 'firstDate' | 'lastDate') => (event: ChangeEvent<HTMLInputElement>) =>
    setDraft({ ...draft, [name]: event.target.value });
  const date = (name: 'firstDate' | 'lastDate') => (
    <TextField
      label={t(name)}
      name={name}
      type="date"
      value={draft[name]}
      problem={name === 'lastDate' && isTried && isBackwards ? words('lastBeforeFirst') : undefined}
      onChange={set(name)}
    />
  );
  return (
    <Dialog open onClose={onClose} title={term === null ? t('addTerm') : t('editTerm')}>
      <form className={desk.form} onSubmit={submit} noValidate data-testid="term-form">
        <TextField
          label={t('termName')}
          name="name"
          value={draft.name}
          maxLength={40}
          placeholder={t('termExample')}
          problem={isTried && !isNamed ? words('required') : undefined}
          onChange={set('name')}
        />
        {term === null && (
          <ScopeField schoolId={draft.schoolId} onChange={(schoolId) => setDraft({ ...draft, schoolId })} />
        )}
        {date('firstDate')}
        {date('lastDate')}
        <FormFailure error={save.error} />
        <div className={desk.actions}>
          <Button look="primary" type="submit" busy={save.isPending} data-testid="save-term">
            {term === null ? words('add') : words('save')}
          </Button>
          <Button onClick={onClose}>{shell('cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function TermLine({ term, onEdit }: { readonly term: Term; readonly onEdit: () => void }) {
  const t = useText(calendarText);
  const words = useText(deskText);
  const { school } = useDeskSchool();
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const mayChange = useMayChange(term.schoolId);
  const scopeName = useScopeName();
  const today = localDate(useNow(60_000), school.timeZone);
  const { name, firstDate, lastDate } = term;
  const remove = useMutation({
    mutationFn: () => callApi('deleteTerm', { params: { termId: term.termId } }),
    onSuccess: () => notices.say(words('removed', { name })),
    onError: (error) => notices.fail(error),
    onSettled: () => refresh('calendar'),
  });
  const isOn = firstDate <= today && today <= lastDate;
  const state = isOn
    ? t('termOn', { n: weekNumber(today, firstDate) })
    : lastDate < today
      ? t('termOver')
      : t('termToCome');
  return (
    <tr data-testid="term" data-name={name}>
      <td data-label={t('termName')}>
        <strong>{name}</strong>
      </td>
      <td data-label={t('dates')} className="tabular">
        {t('range', { from: firstDate, to: lastDate })}
      </td>
      <td data-label={t('scope')}>{scopeName(term.schoolId)}</td>
      <td data-label={words('state')}>
        <span className={isOn ? desk.online : desk.off}>{state}</span>
      </td>
      <td className={table.rowActions}>
        {mayChange && (
          <>
            <Button look="plain" icon={Pencil} aria-label={words('editOf', { name })} onClick={onEdit} />
            <Button
              look="plain"
              icon={Trash2}
              aria-label={words('removeOf', { name })}
              busy={remove.isPending}
              onClick={() => remove.mutate()}
            />
          </>
        )}
      </td>
    </tr>
  );
}

export function TermsBlock({ terms }: { readonly terms: readonly Term[] }) {
  const t = useText(calendarText);
  const words = useText(deskText);
  const [editing, setEditing] = useState<Term | 'new' | null>(null);
  return (
    <CalendarBlock
      headingId="terms-heading"
      title={t('terms')}
      add={{ label: t('addTerm'), testId: 'add-term', onClick: () => setEditing('new') }}
      columns={[t('termName'), t('dates'), t('scope'), words('state')]}
      empty={{ title: t('noTerm'), body: t('noTermBody') }}
      rows={terms.map((term) => (
        <TermLine key={term.termId} term={term} onEdit={() => setEditing(term)} />
      ))}
    >
      {editing !== null && <TermDialog term={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
    </CalendarBlock>
  );
}
