import { useMutation } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { PersonId } from '../../../../signaling/protocol/ids.ts';
import type { TimetableEntry } from '../../../../signaling/protocol/rest/classrooms.ts';
import { callApi } from '../../api/api.ts';
import type { SchoolCalendar } from '../../../../signaling/protocol/rest/calendar.ts';
import { deskText } from '../../messages/desk.ts';
import { timetableText } from '../../messages/desk-timetable.ts';
import { shellText } from '../../messages/shell.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ClashFailure } from './clashes.tsx';
import { useDeskRefresh } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { draftOf, entryBody, newDraft, problemsOf } from './entry-draft.ts';
import type { EntryDraft } from './entry-draft.ts';
import { EntryFields } from './entry-fields.tsx';
import { useNotices } from './notices.tsx';
import { instantOf, localDate } from './school-days.ts';
import type { Slot } from './week-grid.tsx';
import shared from './desk.module.css';

export interface EntryDialogProps {
  /** Null: a new one. */
  readonly entry: TimetableEntry | null;
  readonly slot: Slot | null;
  readonly calendar: SchoolCalendar;
  readonly onClose: () => void;
}

interface Saving {
  readonly draft: EntryDraft;
  /** After the clashes were shown. */
  readonly allowsClashes: boolean;
}

function useSaveEntry({ entry, onClose }: EntryDialogProps) {
  const desk = useText(deskText);
  const { school } = useDeskSchool();
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const { schoolId, timeZone } = school;
  return useMutation({
    mutationFn: async ({ draft, allowsClashes }: Saving): Promise<void> => {
      const body = { ...entryBody(draft, PersonId.parse(draft.lecturerId)), allowsClashes };
      if (entry !== null) {
        await callApi('changeTimetableEntry', { params: { entryId: entry.entryId }, body });
      } else if (draft.isWeekly) {
        await callApi('createTimetableEntry', { body: { ...body, schoolId } });
      } else {
        const { kind, title, subject, lecturerId, classGroupIds, classroomIds } = body;
        const startsAtMs = instantOf(draft.firstDate, draft.startTime, timeZone);
        const endsAtMs = instantOf(draft.firstDate, draft.endTime, timeZone);
        const attending = { lecturerId, classGroupIds, classroomIds, allowsClashes };
        await callApi('createLesson', { body: { kind, title, subject, ...attending, startsAtMs, endsAtMs } });
      }
    },
    onSuccess: async (_nothing, { draft }) => {
      onClose();
      notices.say(entry === null ? desk('added', { name: draft.title.trim() }) : desk('saved'));
      await refresh('timetable', 'lessons');
    },
  });
}

/** Deleting an entry can be taken back: it is made again as it was, with its future lessons. */
function useRemoveEntry(entry: TimetableEntry | null, onClose: () => void) {
  const desk = useText(deskText);
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const restore = async (removed: TimetableEntry): Promise<void> => {
    const { entryId: _entryId, lecturerName: _lecturerName, ...body } = removed;
    try {
      await callApi('createTimetableEntry', { body: { ...body, allowsClashes: true } });
      notices.say(desk('restored', { name: removed.title }));
    } catch (error) {
      notices.fail(error);
    }
    await refresh('timetable', 'lessons');
  };
  return useMutation({
    mutationFn: async () => {
      if (entry !== null) await callApi('deleteTimetableEntry', { params: { entryId: entry.entryId } });
    },
    onSuccess: async () => {
      onClose();
      if (entry !== null) notices.say(desk('removed', { name: entry.title }), () => void restore(entry));
      await refresh('timetable', 'lessons');
    },
  });
}

export function EntryDialog(props: EntryDialogProps) {
  const { entry, slot, calendar, onClose } = props;
  const t = useText(timetableText);
  const desk = useText(deskText);
  const shell = useText(shellText);
  const { school } = useDeskSchool();
  const [draft, setDraft] = useState(() =>
    entry === null ? newDraft(localDate(Date.now(), school.timeZone), slot, calendar) : draftOf(entry),
  );
  const [isTried, setTried] = useState(false);
  const save = useSaveEntry(props);
  const remove = useRemoveEntry(entry, onClose);
  const problems = problemsOf(draft);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (problems.size === 0) save.mutate({ draft, allowsClashes: false });
  };
  return (
    <Dialog open onClose={onClose} title={entry === null ? t('addEntry') : t('editEntry')}>
      <form className={shared.form} onSubmit={submit} noValidate data-testid="entry-form">
        <EntryFields
          draft={draft}
          calendar={calendar}
          isNew={entry === null}
          problems={isTried ? problems : new Set()}
          clashes={save.error}
          onChange={setDraft}
        />
        <ClashFailure
          error={save.error ?? remove.error}
          isBusy={save.isPending}
          onSaveAnyway={() => save.mutate({ draft, allowsClashes: true })}
        />
        <div className={shared.actions}>
          <Button look="primary" type="submit" busy={save.isPending} data-testid="save-entry">
            {entry === null ? desk('add') : desk('save')}
          </Button>
          <Button onClick={onClose}>{shell('cancel')}</Button>
          {entry !== null && (
            <Button
              look="plain"
              icon={Trash2}
              busy={remove.isPending}
              onClick={() => remove.mutate()}
              data-testid="remove-entry"
            >
              {desk('remove')}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
