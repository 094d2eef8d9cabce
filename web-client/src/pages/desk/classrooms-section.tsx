import { useMutation, useQuery } from '@tanstack/react-query';
import { MonitorSmartphone, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Classroom } from '../../../../signaling/protocol/rest/classrooms.ts';
import { callApi } from '../../api/api.ts';
import { deskText } from '../../messages/desk.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { dayAndTime } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { EmptyPanel } from '../../ui/panels.tsx';
import { useNow } from '../../ui/use-now.ts';
import { AddLine } from './add-line.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { DeskList } from './desk-list.tsx';
import { deskQueries, useDeskRefresh } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { EditableText } from './editable-text.tsx';
import { EnrolmentDialog } from './enrolment-dialog.tsx';
import { useNotices } from './notices.tsx';
import desk from './desk.module.css';
import table from './table.module.css';

/** A site asks for its agenda every few seconds; this long without is away. */
const ONLINE_WITHIN_MS = 60_000;

function SiteState({ site }: { readonly site: Classroom['site'] }) {
  const t = useText(deskText);
  const language = useLanguage();
  const nowMs = useNow(10_000);
  if (site === null || !site.isEnrolled) return <span className={desk.off}>{t('siteNone')}</span>;
  if (site.lastSeenAtMs === null) return <span className={desk.off}>{t('siteNever')}</span>;
  if (nowMs - site.lastSeenAtMs < ONLINE_WITHIN_MS) {
    return <span className={desk.online}>{t('siteOnline')}</span>;
  }
  return <span className={desk.off}>{t('siteSeen', { when: dayAndTime(site.lastSeenAtMs, language, nowMs) })}</span>;
}

function AddClassroomForm() {
  const t = useText(deskText);
  const { school } = useDeskSchool();
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const [name, setName] = useState('');
  const create = useMutation({
    mutationFn: () => callApi('createClassroom', { body: { schoolId: school.schoolId, name } }),
    onSuccess: async () => {
      notices.say(t('added', { name: name.trim() }));
      setName('');
      await refresh('classrooms');
    },
  });
  return (
    <AddLine
      create={create}
      isReady={name.trim() !== ''}
      submit={t('addClassroom')}
      conflict={t('classroomTaken')}
      testId="add-classroom"
    >
      <TextField
        label={t('classroom')}
        name="name"
        value={name}
        maxLength={40}
        placeholder={t('classroomExample')}
        onChange={(event) => setName(event.target.value)}
      />
    </AddLine>
  );
}

function ClassroomLine(props: { readonly classroom: Classroom; readonly onEnrol: () => void }) {
  const { classroom, onEnrol } = props;
  const t = useText(deskText);
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const [isAsking, setAsking] = useState(false);
  const { classroomId, name, site } = classroom;
  const rename = async (next: string): Promise<void> => {
    try {
      await callApi('changeClassroom', { params: { classroomId }, body: { name: next } });
    } catch (error) {
      notices.fail(error, t('classroomTaken'));
    }
    await refresh('classrooms');
  };
  const remove = useMutation({
    mutationFn: () => callApi('deleteClassroom', { params: { classroomId } }),
    onSuccess: () => notices.say(t('removed', { name })),
    onError: (error) => notices.fail(error, t('classroomInUse')),
    onSettled: async () => {
      setAsking(false);
      await refresh('classrooms', 'timetable');
    },
  });
  return (
    <tr data-testid="classroom" data-name={name}>
      <td data-label={t('classroom')}>
        <EditableText value={name} label={t('classroom')} onSave={rename} />
      </td>
      <td data-label={t('site')}>
        <SiteState site={site} />
      </td>
      <td className={table.rowActions}>
        <Button icon={MonitorSmartphone} onClick={onEnrol} aria-label={t('enrolOf', { name })} data-testid="issue-code">
          {site?.isEnrolled === true ? t('enrolAgain') : t('enrol')}
        </Button>
        <Button look="plain" icon={Trash2} aria-label={t('removeOf', { name })} onClick={() => setAsking(true)} />
        <ConfirmDialog
          open={isAsking}
          title={t('removeClassroomTitle', { name })}
          body={t('removeClassroomBody')}
          confirm={t('remove')}
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(false)}
        />
      </td>
    </tr>
  );
}

export function ClassroomsSection() {
  const t = useText(deskText);
  const { school } = useDeskSchool();
  const classrooms = useQuery(deskQueries.classrooms);
  const [enrolling, setEnrolling] = useState<Classroom | null>(null);
  const own = classrooms.data?.filter((classroom) => classroom.schoolId === school.schoolId);
  return (
    <>
      <p className={desk.hint}>{t('classroomsIntro')}</p>
      <AddClassroomForm />
      <DeskList
        query={classrooms}
        items={own}
        caption={t('tab_classrooms')}
        columns={[t('classroom'), t('site')]}
        hasActions
        wordsOf={({ name }) => name}
        searchHint={t('searchRooms')}
        empty={<EmptyPanel title={t('noClassroom')} />}
        renderLine={(classroom) => (
          <ClassroomLine key={classroom.classroomId} classroom={classroom} onEnrol={() => setEnrolling(classroom)} />
        )}
      />
      {enrolling !== null && <EnrolmentDialog classroom={enrolling} onClose={() => setEnrolling(null)} />}
    </>
  );
}
