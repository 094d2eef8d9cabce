import { useMutation, useQuery } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { ClassGroup } from '../../../../signaling/protocol/rest/directory.ts';
import { callApi } from '../../api/api.ts';
import { deskText } from '../../messages/desk.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { EmptyPanel } from '../../ui/panels.tsx';
import { AddLine } from './add-line.tsx';
import { DeskList } from './desk-list.tsx';
import { useDeskRefresh, deskQueries } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { EditableText } from './editable-text.tsx';
import { useNotices } from './notices.tsx';
import desk from './desk.module.css';
import table from './table.module.css';

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
  return (
    <AddLine
      create={create}
      isReady={name.trim() !== ''}
      submit={t('addClass')}
      conflict={t('classTaken')}
      testId="add-class"
    >
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
    </AddLine>
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
      <td className={table.rowActions}>
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
  return (
    <>
      <p className={desk.hint}>{t('classesIntro')}</p>
      <AddClassForm />
      <DeskList
        query={groups}
        items={groups.data}
        caption={t('tab_classes')}
        columns={[t('grade'), t('className'), t('pupils')]}
        hasActions
        wordsOf={fullClassName}
        searchHint={t('searchClasses')}
        empty={<EmptyPanel title={t('noClass')} />}
        renderLine={(group) => <ClassLine key={group.classGroupId} group={group} />}
      />
    </>
  );
}
