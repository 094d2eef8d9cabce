import { useMutation, useQuery } from '@tanstack/react-query';
import { FileUp } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { ClassGroupId, PersonId } from '../../../../signaling/protocol/ids.ts';
import type { SchoolId } from '../../../../signaling/protocol/ids.ts';
import { MAX_CALENDAR_CHARACTERS } from '../../../../signaling/protocol/rest/calendar-feeds.ts';
import type { Me } from '../../../../signaling/protocol/rest/shapes.ts';
import { callApi } from '../../api/api.ts';
import { useSession } from '../../api/queries.ts';
import { calendarImportText } from '../../messages/calendar-import.ts';
import { useText } from '../../text/text.ts';
import { FileButton } from '../../ui/file-button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Banner, EmptyPanel } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import { FormFailure } from '../desk/form-failure.tsx';
import { CalendarOutcome } from './calendar-outcome.tsx';
import styles from './calendar-links.module.css';

interface Choice {
  readonly lecturerId: string;
  readonly classGroupId: string;
  readonly overwritesEdited: boolean;
}

function useChoices(schoolId: SchoolId, isAdmin: boolean) {
  const groups = useQuery({
    queryKey: ['calendar-subjects', 'classGroups', schoolId],
    queryFn: async ({ signal }) => (await callApi('listClassGroups', { query: { schoolId } }, signal)).classGroups,
  });
  const teachers = useQuery({
    queryKey: ['calendar-import', 'teachers', schoolId],
    enabled: isAdmin,
    queryFn: async ({ signal }) =>
      (await callApi('listPeople', { query: { schoolId, role: 'teacher', limit: 200 } }, signal)).items,
  });
  return {
    groups: (groups.data ?? []).map(({ classGroupId, grade, name }) => ({
      value: classGroupId as string,
      label: name.startsWith(grade) ? name : `${grade}${name}`,
    })),
    teachers: teachers.data ?? [],
  };
}

function FilePick(props: { readonly isFirst: boolean; readonly onRead: (ics: string, name: string) => void }) {
  const t = useText(calendarImportText);
  return (
    <div className={styles.actions}>
      <FileButton
        look={props.isFirst ? 'primary' : 'quiet'}
        icon={FileUp}
        accept=".ics,text/calendar"
        testId="calendar-file"
        onFiles={([file]) => void file?.text().then((text) => props.onRead(text, file.name))}
      >
        {t(props.isFirst ? 'file' : 'otherFile')}
      </FileButton>
    </div>
  );
}

/** Looks at the file whenever it or what goes with it changes, and imports it as it was looked at. */
function useImport(me: Me, schoolId: SchoolId, teachers: readonly { readonly personId: PersonId }[]) {
  const isTeacher = me.roles.some(({ role }) => role === 'teacher');
  const [choice, setChoice] = useState<Choice>({
    ...{ lecturerId: isTeacher ? me.personId : '', classGroupId: '', overwritesEdited: false },
  });
  const [file, setFile] = useState<{ readonly ics: string; readonly name: string } | null>(null);
  const isTooLarge = file !== null && file.ics.length > MAX_CALENDAR_CHARACTERS;
  const lecturerId = choice.lecturerId === '' ? (teachers[0]?.personId ?? me.personId) : choice.lecturerId;
  const body = (ics: string, chosen: Choice) => ({
    ...{ schoolId, ics, lecturerId: PersonId.parse(chosen.lecturerId), overwritesEdited: chosen.overwritesEdited },
    classGroupIds: chosen.classGroupId === '' ? [] : [ClassGroupId.parse(chosen.classGroupId)],
  });
  const preview = useMutation({
    mutationFn: (wanted: ReturnType<typeof body>) => callApi('previewCalendarImport', { body: wanted }),
  });
  const make = useMutation({
    mutationFn: (wanted: ReturnType<typeof body>) => callApi('importCalendar', { body: wanted }),
  });
  const look = (ics: string, chosen: Choice): void => {
    make.reset();
    preview.reset();
    if (ics.length <= MAX_CALENDAR_CHARACTERS) preview.mutate(body(ics, chosen));
  };
  const current = { ...choice, lecturerId };
  return {
    ...{ current, file, isTooLarge, preview, make },
    choose: (next: Choice): void => {
      setChoice(next);
      if (file !== null) look(file.ics, next);
    },
    read: (ics: string, name: string): void => {
      setFile({ ics, name });
      look(ics, current);
    },
    run: (): void => {
      if (file !== null) make.mutate(body(file.ics, current));
    },
  };
}

function Import({ me, schoolId }: { readonly me: Me; readonly schoolId: SchoolId }) {
  const t = useText(calendarImportText);
  const isAdmin = me.roles.some(({ role }) => role === 'schoolAdmin' || role === 'districtAdmin');
  const { groups, teachers } = useChoices(schoolId, isAdmin);
  const { current, file, isTooLarge, preview, make, choose, read, run } = useImport(me, schoolId, teachers);
  const shown = make.data ?? preview.data;
  return (
    <section className={styles.card} aria-label={t('title')} data-testid="calendar-import">
      {isAdmin && (
        <>
          <SelectField
            label={t('lecturer')}
            value={current.lecturerId}
            options={teachers.map(({ personId, displayName }) => ({ value: personId, label: displayName }))}
            onChange={(lecturerId) => choose({ ...current, lecturerId })}
          />
          <p className={styles.hint}>{t('lecturerHint')}</p>
        </>
      )}
      <SelectField
        label={t('classGroup')}
        value={current.classGroupId}
        options={[{ value: '', label: t('noClass') }, ...groups]}
        onChange={(classGroupId) => choose({ ...current, classGroupId })}
      />
      <FilePick isFirst={file === null} onRead={read} />
      {isTooLarge && <Banner tone="warn">{t('tooLarge')}</Banner>}
      {file !== null && !isTooLarge && <Banner tone="calm">{t('fileRead', { name: file.name })}</Banner>}
      <FormFailure error={make.error ?? preview.error} tooLarge={t('tooLarge')} />
      {file !== null && shown !== undefined && (
        <CalendarOutcome
          lines={shown.lines}
          isDone={make.data !== undefined}
          overwritesEdited={current.overwritesEdited}
          onOverwrite={(overwritesEdited) => choose({ ...current, overwritesEdited })}
          busy={make.isPending || preview.isPending}
          onMake={run}
        />
      )}
    </section>
  );
}

/** Lessons from another system's calendar. */
export default function CalendarImportPage() {
  const t = useText(calendarImportText);
  const { data: me } = useSession();
  if (me === null || me === undefined) return null;
  return (
    <Page title={t('title')}>
      <h1>{t('title')}</h1>
      <p>{t('intro')}</p>
      {me.schoolId === null ? (
        <EmptyPanel title={t('noSchool')} />
      ) : (
        <Import key={me.personId} me={me} schoolId={me.schoolId} />
      )}
      <p className={styles.back}>
        <Link href="/calendar">{t('back')}</Link>
      </p>
    </Page>
  );
}
