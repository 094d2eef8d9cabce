import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import type { LessonId } from '../../../../signaling/protocol/ids.ts';
import type { InspectionNote } from '../../../../signaling/protocol/rest/inspection.ts';
import { ObservationVerdict } from '../../../../signaling/protocol/rest/remarks.ts';
import { callApi } from '../../api/api.ts';
import { inspectionText } from '../../messages/inspection.ts';
import { remarksText } from '../../messages/remarks.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { dayAndTime } from '../../text/time.ts';
import { Answer } from '../../ui/answer.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import styles from './inspection.module.css';

const MAX_LENGTH = 500;
const REFRESH_MS = 20_000;

const keyOf = (lessonId: LessonId) => ['inspection-notes', lessonId] as const;

function NoteForm({ lessonId }: { readonly lessonId: LessonId }) {
  const t = useText(inspectionText);
  const remarks = useText(remarksText);
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [verdict, setVerdict] = useState<ObservationVerdict | null>(null);
  const writing = useMutation({
    mutationFn: () => callApi('writeInspectionNote', { params: { lessonId }, body: { text: text.trim(), verdict } }),
    onSuccess: async () => {
      setText('');
      await client.invalidateQueries({ queryKey: keyOf(lessonId) });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() !== '') writing.mutate();
  };
  const verdicts = ObservationVerdict.options.map((value) => ({ value, label: remarks(`verdict_${value}`) }));
  return (
    <form className={styles.form} onSubmit={submit}>
      <textarea
        value={text}
        maxLength={MAX_LENGTH}
        rows={3}
        placeholder={t('write')}
        aria-label={t('write')}
        onChange={(event) => setText(event.target.value)}
        data-testid="note-text"
      />
      <div className={styles.formEnd}>
        <SelectField
          label={t('verdict')}
          value={verdict ?? ''}
          options={[{ value: '', label: t('verdict_none') }, ...verdicts]}
          onChange={(value) => setVerdict(ObservationVerdict.safeParse(value).data ?? null)}
        />
        <Button
          look="primary"
          type="submit"
          busy={writing.isPending}
          disabled={text.trim() === ''}
          data-testid="note-send"
        >
          {t('send')}
        </Button>
      </div>
      {writing.isError && <FailureBanner error={writing.error} />}
    </form>
  );
}

function Note({ note, lessonId }: { readonly note: InspectionNote; readonly lessonId: LessonId }) {
  const t = useText(inspectionText);
  const remarks = useText(remarksText);
  const language = useLanguage();
  const client = useQueryClient();
  const removing = useMutation({
    mutationFn: () => callApi('deleteInspectionNote', { params: { lessonId, noteId: note.noteId } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(lessonId) }),
  });
  return (
    <li className={styles.note} data-testid="inspection-note">
      <p>
        {note.verdict !== null && <b>{remarks(`verdict_${note.verdict}`)} · </b>}
        {note.text}
      </p>
      <footer>
        <span>
          {note.authorName} · {note.authorPlace ?? t('district')} · {dayAndTime(note.writtenAtMs, language)}
        </span>
        {note.isMine && (
          <Button
            look="plain"
            icon={Trash2}
            aria-label={t('remove')}
            busy={removing.isPending}
            onClick={() => removing.mutate()}
          />
        )}
      </footer>
      {removing.isError && <FailureBanner error={removing.error} />}
    </li>
  );
}

/** What inspectors wrote about a lesson, and where one writes. */
export function InspectionNotes({ lessonId }: { readonly lessonId: LessonId }) {
  const t = useText(inspectionText);
  const notes = useQuery({
    queryKey: keyOf(lessonId),
    queryFn: ({ signal }) => callApi('listInspectionNotes', { params: { lessonId } }, signal),
    refetchInterval: REFRESH_MS,
  });
  return (
    <Answer of={notes} height={160}>
      {(data) => (
        <div className={styles.notes}>
          {data.mayWrite && <NoteForm lessonId={lessonId} />}
          {data.notes.length === 0 ? (
            <p className={styles.hint}>{t('noNotes')}</p>
          ) : (
            <ul className={styles.noteList}>
              {data.notes.map((note) => (
                <Note key={note.noteId} note={note} lessonId={lessonId} />
              ))}
            </ul>
          )}
          <p className={styles.hint}>{t('notesWho')}</p>
        </div>
      )}
    </Answer>
  );
}
