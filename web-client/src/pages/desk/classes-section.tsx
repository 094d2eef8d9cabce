import { useMutation, useQuery } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { Link } from 'wouter';
import type { ClassGroup } from '../../../../signaling/protocol/rest/directory.ts';
import { callApi } from '../../api/api.ts';
import { deskText } from '../../messages/desk.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { EmptyPanel, FailurePanel, Skeleton } from '../../ui/panels.tsx';
import { useDeskRefresh, deskQueries } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { EditableText } from './editable-text.tsx';
import { FormFailure } from './form-failure.tsx';
import { useNotices } from './notices.tsx';
import styles from './desk.module.css';

/** 三年级 + 一班; a class that carries its grade already is not said twice. */
export const fullClassName = (group: Pick<ClassGroup, 'grade' | 'name'>): string =>
  group.name.startsWith(group.grade) ? group.name : `${group.grade}${group.name}`;

function AddClassForm() {
  const t = useText(deskText);
  const { school } = useDeskSchool();
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const [grade, setGrade] = useState('');
  const [name, setName] = useState('');
  const create = useMutation({
    mutationFn: () => callApi('createClassGroup', { body: { schoolId: school.schoolId, grade: grade.trim(), name } }),
    onSuccess: async (group) => {
      setName('');
      notices.say(t('added', { name: fullClassName(group) }));
      await refresh('classGroups');
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') create.mutate();
  };
  return (
    <form className={styles.addLine} onSubmit={submit} data-testid="add-class">
      <TextField
        label={t('grade')}
        name="grade"
        value={grade}
        maxLength={20}
        placeholder={t('gradeExample')}
        onChange={(event) => setGrade(event.target.value)}
      />
      <TextField
        label={t('className')}
        name="name"
        value={name}
        maxLength={40}
        required
        placeholder={t('classExample')}
        onChange={(event) => setName(event.target.value)}
      />
      <Button look="primary" type="submit" icon={Plus} busy={create.isPending} disabled={name.trim() === ''}>
        {t('addClass')}
      </Button>
      {create.isError && <FormFailure error={create.error} conflict={t('classTaken')} />}
    </form>
  );
}

function ClassLine({ group }: { readonly group: ClassGroup }) {
  const t = useText(deskText);
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const fullName = fullClassName(group);
  const { classGroupId, schoolId, grade, name } = group;
  const change = async (body: { grade?: string; name?: string }): Promise<void> => {
    try {
      await callApi('changeClassGroup', { params: { classGroupId }, body });
    } catch (error) {
      notices.fail(error, t('classTaken'));
    }
    await refresh('classGroups', 'people');
  };
  const restore = async (): Promise<void> => {
    try {
      await callApi('createClassGroup', { body: { schoolId, grade, name } });
      notices.say(t('restored', { name: fullName }));
    } catch (error) {
      notices.fail(error, t('classTaken'));
    }
    await refresh('classGroups');
  };
  const remove = useMutation({
    mutationFn: () => callApi('deleteClassGroup', { params: { classGroupId } }),
    onSuccess: () => notices.say(t('removed', { name: fullName }), () => void restore()),
    onError: (error) => notices.fail(error, t('classNotEmpty')),
    onSettled: () => refresh('classGroups'),
  });
  return (
    <tr data-testid="class-group" data-name={fullName}>
      <td data-label={t('grade')}>
        <EditableText
          value={grade}
          label={t('grade')}
          maxLength={20}
          allowsEmpty
          onSave={(next) => change({ grade: next })}
        />
      </td>
      <td data-label={t('className')}>
        <EditableText value={name} label={t('className')} onSave={(next) => change({ name: next })} />
      </td>
      <td data-label={t('pupils')}>
        <Link href={`/desk/people?class=${classGroupId}`} aria-label={t('pupilsOf', { n: group.pupilCount })}>
          {group.pupilCount}
        </Link>
      </td>
      <td className={styles.rowActions}>
        <Button
          look="plain"
          icon={Trash2}
          aria-label={t('removeOf', { name: fullName })}
          busy={remove.isPending}
          onClick={() => remove.mutate()}
        />
      </td>
    </tr>
  );
}

export function ClassesSection() {
  const t = useText(deskText);
  const { school } = useDeskSchool();
  const groups = useQuery(deskQueries.classGroups(school.schoolId));
  const [search, setSearch] = useState('');
  const shown = groups.data?.filter((group) => fullClassName(group).includes(search.trim())) ?? [];
  return (
    <>
      <p className={styles.hint}>{t('classesIntro')}</p>
      <AddClassForm />
      {groups.data === undefined ? (
        groups.isError ? (
          <FailurePanel error={groups.error} onRetry={() => void groups.refetch()} />
        ) : (
          <Skeleton height={320} />
        )
      ) : groups.data.length === 0 ? (
        <EmptyPanel title={t('noClass')} />
      ) : (
        <>
          <div className={styles.filters}>
            <TextField
              label={t('search')}
              type="search"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
          </div>
          <table className={styles.table}>
            <caption className="visually-hidden">{t('tab_classes')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('grade')}</th>
                <th scope="col">{t('className')}</th>
                <th scope="col">{t('pupils')}</th>
                <th scope="col">
                  <span className="visually-hidden">{t('actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((group) => (
                <ClassLine key={group.classGroupId} group={group} />
              ))}
            </tbody>
          </table>
          {shown.length === 0 && <EmptyPanel title={t('nothingFound')} />}
        </>
      )}
    </>
  );
}
