import { useMutation, useQuery } from '@tanstack/react-query';
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
import { CheckList } from '../../ui/check-list.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import { kindWord } from './lesson-words.ts';
import styles from './home-page.module.css';

const AD_HOC_LENGTH_MS = 45 * 60_000;

/** Class groups of the teacher's own school: their pupils find the lesson on their home page. */
function useClassGroups(isWanted: boolean) {
  const { data: me } = useSession();
  const schoolId = me?.schoolId ?? null;
  const groups = useQuery({
    queryKey: ['ad-hoc', 'class-groups', schoolId],
    queryFn: async ({ signal }) =>
      schoolId === null ? [] : (await callApi('listClassGroups', { query: { schoolId } }, signal)).classGroups,
    enabled: isWanted && schoolId !== null,
  });
  return (groups.data ?? []).map(({ classGroupId, grade, name }) => ({
    value: classGroupId,
    label: name.startsWith(grade) ? name : `${grade}${name}`,
  }));
}

export function AdHocLesson() {
  const t = useText(homeText);
  const shell = useText(shellText);
  const { data: me } = useSession();
  const [, navigate] = useLocation();
  const [isOpen, setOpen] = useState(false);
  const [kind, setKind] = useState<LessonKind>('live');
  const [title, setTitle] = useState('');
  const [classGroupIds, setClassGroupIds] = useState<readonly ClassGroupId[]>([]);
  const classGroups = useClassGroups(isOpen);
  const create = useMutation({
    mutationFn: () => {
      const startsAtMs = Date.now();
      const name = title.trim() === '' ? t('adHocDefault', { name: me?.displayName ?? '' }) : title;
      return callApi('createLesson', {
        body: {
          kind,
          title: name,
          classGroupIds: [...classGroupIds],
          startsAtMs,
          endsAtMs: startsAtMs + AD_HOC_LENGTH_MS,
        },
      });
    },
    onSuccess: (lesson) => navigate(`/room/${lesson.lessonId}`),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <div className={styles.adHoc}>
      <Button icon={Plus} onClick={() => setOpen(true)} data-testid="ad-hoc">
        {t('adHoc')}
      </Button>
      <Dialog open={isOpen} onClose={() => setOpen(false)} title={t('adHoc')} description={t('adHocBody')}>
        <form className={styles.form} onSubmit={submit}>
          <TextField
            label={t('adHocName')}
            value={title}
            maxLength={80}
            placeholder={t('adHocDefault', { name: me?.displayName ?? '' })}
            onChange={(event) => setTitle(event.target.value)}
          />
          <SelectField
            label={t('adHocKind')}
            value={kind}
            options={LessonKind.options.map((value) => ({ value, label: kindWord(t, value) }))}
            onChange={(value) => setKind(LessonKind.parse(value))}
          />
          {classGroups.length > 0 && (
            <CheckList
              label={t('adHocClasses')}
              options={classGroups}
              chosen={classGroupIds}
              onChange={setClassGroupIds}
            />
          )}
          {create.isError && <FailureBanner error={create.error} />}
          <div className={styles.actions}>
            <Button look="primary" type="submit" busy={create.isPending} data-testid="ad-hoc-start">
              {t('adHocStart')}
            </Button>
            <Button onClick={() => setOpen(false)}>{shell('cancel')}</Button>
          </div>
        </form>
      </Dialog>
    </div>
  );
}
