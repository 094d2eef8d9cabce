import { useMutation, useQuery } from '@tanstack/react-query';
import { Fragment, useId, useState } from 'react';
import type { FormEvent } from 'react';
import type { RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { callApi } from '../../api/api.ts';
import { publishingText } from '../../messages/publishing.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import { filterOptionsQuery } from '../library/library-query.ts';
import { useRecordingChanged } from './recording-orders.ts';
import styles from './recording-dialogs.module.css';

export interface RecordingDialogProps {
  readonly recording: RecordingSummary;
  readonly onClose: () => void;
  /** Over the player. */
  readonly dark?: boolean;
}

type Draft = Readonly<Record<'title' | 'description' | 'subject' | 'grade' | 'series', string>>;

const draftOf = ({ title, description, subject, grade, series }: RecordingSummary): Draft => ({
  title,
  description,
  subject: subject ?? '',
  grade: grade ?? '',
  series: series ?? '',
});

interface FieldsProps {
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
}

function Description({ draft, onChange }: FieldsProps) {
  const t = useText(publishingText);
  const id = useId();
  return (
    <div className={styles.area}>
      <label htmlFor={id}>{t('description')}</label>
      <textarea
        id={id}
        aria-describedby={`${id}-hint`}
        rows={4}
        maxLength={2000}
        value={draft.description}
        onChange={(event) => onChange({ description: event.target.value })}
      />
      <p id={`${id}-hint`}>{t('descriptionHint')}</p>
    </div>
  );
}

const FILING = [
  { field: 'subject', known: 'subjects', max: 40, hint: null },
  { field: 'grade', known: 'grades', max: 20, hint: 'gradeHint' },
  { field: 'series', known: 'series', max: 60, hint: 'seriesHint' },
] as const;

/** What has been written before is offered, so that one series does not become three by its spelling. */
function Filing({ draft, onChange }: FieldsProps) {
  const t = useText(publishingText);
  const id = useId();
  const options = useQuery(filterOptionsQuery).data;
  return (
    <div className={styles.pair}>
      {FILING.map(({ field, known, max, hint }) => (
        <Fragment key={field}>
          <TextField
            label={t(field)}
            value={draft[field]}
            maxLength={max}
            list={`${id}-${field}`}
            {...(hint === null ? {} : { hint: t(hint) })}
            onChange={(event) => onChange({ [field]: event.target.value })}
            data-testid={`details-${field}`}
          />
          <datalist id={`${id}-${field}`}>
            {options?.[known].map(({ label }) => (
              <option key={label} value={label}>
                {label}
              </option>
            ))}
          </datalist>
        </Fragment>
      ))}
    </div>
  );
}

function DetailsForm({ recording, onClose }: RecordingDialogProps) {
  const t = useText(publishingText);
  const { recordingId } = recording;
  const changed = useRecordingChanged(recordingId);
  const [draft, setDraft] = useState(() => draftOf(recording));
  const change = (part: Partial<Draft>): void => setDraft((now) => ({ ...now, ...part }));
  const save = useMutation({
    mutationFn: () =>
      callApi('changeRecording', { params: { recordingId }, body: { ...draft, title: draft.title.trim() } }),
    onSuccess: (summary) => {
      changed(summary);
      onClose();
    },
  });
  const isEmpty = draft.title.trim() === '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isEmpty) save.mutate();
  };
  return (
    <form className={styles.form} onSubmit={submit} data-testid="details-form">
      <TextField
        label={t('name')}
        value={draft.title}
        maxLength={80}
        required
        onChange={(event) => change({ title: event.target.value })}
        data-testid="details-title"
      />
      <Description draft={draft} onChange={change} />
      <Filing draft={draft} onChange={change} />
      {save.isError && <FailureBanner error={save.error} />}
      <div className={styles.actions}>
        <Button look="primary" type="submit" busy={save.isPending} disabled={isEmpty} data-testid="details-save">
          {t('save')}
        </Button>
        <Button onClick={onClose}>{t('cancel')}</Button>
      </div>
    </form>
  );
}

export function DetailsDialog({ dark = false, ...props }: RecordingDialogProps) {
  const t = useText(publishingText);
  return (
    <Dialog open onClose={props.onClose} title={t('details')} dark={dark}>
      <DetailsForm {...props} />
    </Dialog>
  );
}
