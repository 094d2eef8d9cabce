import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { PersonId } from '../../../../signaling/protocol/ids.ts';
import type { LessonSummary } from '../../../../signaling/protocol/rest/shapes.ts';
import { callApi } from '../../api/api.ts';
import { deskText } from '../../messages/desk.ts';
import { timetableText } from '../../messages/desk-timetable.ts';
import { shellText } from '../../messages/shell.ts';
import { useText } from '../../text/text.ts';
import { clockTime } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { ClashFailure, ClashWords } from './clashes.tsx';
import { deskQueries, useDeskRefresh } from './desk-queries.ts';
import { useNotices } from './notices.tsx';
import { instantOf, localDate } from './school-days.ts';
import shared from './desk.module.css';
import styles from './timetable.module.css';

interface Draft {
  readonly date: string;
  readonly startTime: string;
  readonly endTime: string;
  readonly lecturerId: string;
}

export interface AdjustDialogProps {
  readonly lesson: LessonSummary;
  readonly timeZone: string;
  readonly onClose: () => void;
}

/** Only what is another than before is sent: the rest goes on following the timetable. */
function changeOf(lesson: LessonSummary, before: Draft, draft: Draft, timeZone: string) {
  const isMoved =
    draft.date !== before.date || draft.startTime !== before.startTime || draft.endTime !== before.endTime;
  return {
    ...(isMoved
      ? {
          startsAtMs: instantOf(draft.date, draft.startTime, timeZone),
          endsAtMs: instantOf(draft.date, draft.endTime, timeZone),
        }
      : {}),
    ...(draft.lecturerId === lesson.lecturerId ? {} : { lecturerId: PersonId.parse(draft.lecturerId) }),
  };
}

function WhenFields({ draft, onChange }: { readonly draft: Draft; readonly onChange: (draft: Draft) => void }) {
  const t = useText(timetableText);
  return (
    <>
      <TextField
        label={t('date')}
        name="date"
        type="date"
        required
        value={draft.date}
        onChange={(event) => onChange({ ...draft, date: event.target.value })}
      />
      <div className={styles.pair}>
        <TextField
          label={t('start')}
          name="startTime"
          type="time"
          required
          value={draft.startTime}
          onChange={(event) => onChange({ ...draft, startTime: event.target.value })}
        />
        <TextField
          label={t('end')}
          name="endTime"
          type="time"
          required
          value={draft.endTime}
          problem={draft.endTime <= draft.startTime ? t('endBeforeStart') : undefined}
          onChange={(event) => onChange({ ...draft, endTime: event.target.value })}
        />
      </div>
    </>
  );
}

/** Moves one lesson, or gives it to another teacher. */
export function AdjustDialog({ lesson, timeZone, onClose }: AdjustDialogProps) {
  const t = useText(timetableText);
  const words = useText(deskText);
  const shell = useText(shellText);
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const teachers = useQuery(deskQueries.teachers(lesson.schoolId));
  const [before] = useState<Draft>(() => ({
    date: localDate(lesson.startsAtMs, timeZone),
    startTime: clockTime(lesson.startsAtMs, timeZone),
    endTime: clockTime(lesson.endsAtMs, timeZone),
    lecturerId: lesson.lecturerId,
  }));
  const [draft, setDraft] = useState(before);
  const save = useMutation({
    mutationFn: (allowsClashes: boolean) =>
      callApi('changeLesson', {
        params: { lessonId: lesson.lessonId },
        body: { ...changeOf(lesson, before, draft, timeZone), allowsClashes },
      }),
    onSuccess: async () => {
      onClose();
      notices.say(words('saved'));
      await refresh('lessons');
    },
  });
  const isRight = draft.date !== '' && draft.startTime !== '' && draft.endTime > draft.startTime;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isRight) save.mutate(false);
  };
  const options = (teachers.data ?? [])
    .filter((teacher) => teacher.isActive)
    .map((teacher) => ({ value: teacher.personId as string, label: teacher.displayName }));
  const isListed = options.some(({ value }) => value === lesson.lecturerId);
  return (
    <Dialog open onClose={onClose} title={t('adjustOf', { name: lesson.title })}>
      <form className={shared.form} onSubmit={submit} noValidate data-testid="adjust-form">
        <p className={shared.hint}>{t('adjustBody')}</p>
        <WhenFields draft={draft} onChange={setDraft} />
        <SelectField
          label={t('lecturer')}
          value={draft.lecturerId}
          options={isListed ? options : [{ value: lesson.lecturerId, label: lesson.lecturerName }, ...options]}
          onChange={(lecturerId) => setDraft({ ...draft, lecturerId })}
        />
        <ClashWords error={save.error} field="lecturerId" />
        <ClashWords error={save.error} field="classGroupIds" />
        <ClashWords error={save.error} field="classroomIds" />
        <ClashFailure error={save.error} isBusy={save.isPending} onSaveAnyway={() => save.mutate(true)} />
        <div className={shared.actions}>
          <Button look="primary" type="submit" busy={save.isPending} disabled={!isRight} data-testid="save-adjusted">
            {words('save')}
          </Button>
          <Button onClick={onClose}>{shell('cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
