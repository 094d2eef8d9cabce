import { useMutation } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useLocation } from 'wouter';
import type { ClassGroupId } from '../../../../signaling/protocol/ids.ts';
import { LessonKind } from '../../../../signaling/protocol/seats.ts';
import { callApi } from '../../api/api.ts';
import { useSession } from '../../api/queries.ts';
import { homeText } from '../../messages/home.ts';
import { shellText } from '../../messages/shell.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import { ClassesField } from './classes-field.tsx';
import { kindWord } from './lesson-words.ts';
import styles from './home-page.module.css';

const AD_HOC_LENGTH_MS = 45 * 60_000;

/** What is asked for is sent to the server, which makes the room; then the teacher is taken there. */
function useCreateLesson() {
  const t = useText(homeText);
  const { data: me } = useSession();
  const [, navigate] = useLocation();
  const defaultTitle = t('adHocDefault', { name: me?.displayName ?? '' });
  const create = useMutation({
    mutationFn: (wanted: { kind: LessonKind; title: string; classGroupIds: readonly ClassGroupId[] }) => {
      const startsAtMs = Date.now();
      const title = wanted.title.trim() === '' ? defaultTitle : wanted.title;
      return callApi('createLesson', {
        body: {
          kind: wanted.kind,
          title,
          classGroupIds: [...wanted.classGroupIds],
          // Whoever begins now knows what was planned.
          allowsClashes: true,
          startsAtMs,
          endsAtMs: startsAtMs + AD_HOC_LENGTH_MS,
        },
      });
    },
    onSuccess: (lesson) => navigate(`/room/${lesson.lessonId}`),
  });
  return { create, defaultTitle };
}

export function AdHocLesson() {
  const t = useText(homeText);
  const shell = useText(shellText);
  const [isOpen, setOpen] = useState(false);
  const [kind, setKind] = useState<LessonKind>('live');
  const [title, setTitle] = useState('');
  const [classGroupIds, setClassGroupIds] = useState<readonly ClassGroupId[]>([]);
  const { create, defaultTitle } = useCreateLesson();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate({ kind, title, classGroupIds });
  };
  return (
    <>
      <Button icon={Plus} onClick={() => setOpen(true)} data-testid="ad-hoc">
        {t('adHoc')}
      </Button>
      <Dialog open={isOpen} onClose={() => setOpen(false)} title={t('adHoc')} description={t('adHocBody')}>
        <form className={styles.form} onSubmit={submit}>
          <TextField
            label={t('adHocName')}
            value={title}
            maxLength={80}
            placeholder={defaultTitle}
            onChange={(event) => setTitle(event.target.value)}
          />
          <SelectField
            label={t('adHocKind')}
            value={kind}
            options={LessonKind.options.map((value) => ({ value, label: kindWord(t, value) }))}
            onChange={(value) => setKind(LessonKind.parse(value))}
          />
          <ClassesField label={t('adHocClasses')} chosen={classGroupIds} onChange={setClassGroupIds} />
          {create.isError && <FailureBanner error={create.error} />}
          <div className={styles.actions}>
            <Button look="primary" type="submit" busy={create.isPending} data-testid="ad-hoc-start">
              {t('adHocStart')}
            </Button>
            <Button onClick={() => setOpen(false)}>{shell('cancel')}</Button>
          </div>
        </form>
      </Dialog>
    </>
  );
}
