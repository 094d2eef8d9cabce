import { useMutation } from '@tanstack/react-query';
import { Video } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { Link, useLocation } from 'wouter';
import type { ClassGroupId } from '../../../../signaling/protocol/ids.ts';
import type { LessonSummary } from '../../../../signaling/protocol/rest/shapes.ts';
import { callApi } from '../../api/api.ts';
import { useSession } from '../../api/queries.ts';
import { microText } from '../../messages/micro-lesson.ts';
import { shellText } from '../../messages/shell.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import { useNow } from '../../ui/use-now.ts';
import { ClassesField } from './classes-field.tsx';
import styles from './home-page.module.css';

const MAX_TITLE = 80;
const MINUTE_MS = 60_000;

/** `{name}的微课 3月5日`: a title that can be kept, and is found again. */
function useDefaultTitle(): string {
  const t = useText(microText);
  const language = useLanguage();
  const { data: me } = useSession();
  const nowMs = useNow(MINUTE_MS);
  const date = new Intl.DateTimeFormat(language, { month: 'long', day: 'numeric' }).format(nowMs);
  return t('titleDefault', { name: me?.displayName ?? '', date }).slice(0, MAX_TITLE);
}

function MicroForm({ onClose }: { readonly onClose: () => void }) {
  const t = useText(microText);
  const shell = useText(shellText);
  const [, navigate] = useLocation();
  const defaultTitle = useDefaultTitle();
  const [title, setTitle] = useState(defaultTitle);
  const [subject, setSubject] = useState('');
  const [classGroupIds, setClassGroupIds] = useState<readonly ClassGroupId[]>([]);
  const create = useMutation({
    mutationFn: () => {
      const words = { title: title.trim() || defaultTitle, subject: subject.trim() || null };
      return callApi('createMicroLesson', { body: { ...words, classGroupIds: [...classGroupIds] } });
    },
    onSuccess: ({ lessonId }) => navigate(`/room/${lessonId}`),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <TextField
        label={t('title')}
        value={title}
        maxLength={MAX_TITLE}
        onChange={(event) => setTitle(event.target.value)}
        data-testid="micro-title"
      />
      <TextField
        label={t('subject')}
        value={subject}
        maxLength={40}
        onChange={(event) => setSubject(event.target.value)}
      />
      <ClassesField label={t('classes')} chosen={classGroupIds} onChange={setClassGroupIds} />
      <p className={styles.note}>{t('whoSees')}</p>
      {create.isError && <FailureBanner error={create.error} />}
      <div className={styles.actions}>
        <Button look="primary" type="submit" busy={create.isPending} data-testid="micro-create">
          {t('create')}
        </Button>
        <Button onClick={onClose}>{shell('cancel')}</Button>
      </div>
    </form>
  );
}

export function MicroLessonButton() {
  const t = useText(microText);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon={Video} onClick={() => setOpen(true)} data-testid="micro">
        {t('record')}
      </Button>
      <Dialog open={isOpen} onClose={() => setOpen(false)} title={t('record')} description={t('recordBody')}>
        {isOpen && <MicroForm onClose={() => setOpen(false)} />}
      </Dialog>
    </>
  );
}

/** What somebody has begun and not finished, in another tab or before the battery was empty. */
export function UnfinishedMicroLessons({ lessons }: { readonly lessons: readonly LessonSummary[] }) {
  const t = useText(microText);
  return lessons.map(({ lessonId, title }) => (
    <p key={lessonId} className={styles.unfinished} data-testid="micro-unfinished">
      <span>
        <strong>{title}</strong>
        <span>{t('unfinished')}</span>
      </span>
      <Link href={`/room/${lessonId}`} className={styles.enterSmall ?? ''}>
        {t('goOn')}
      </Link>
    </p>
  ));
}
