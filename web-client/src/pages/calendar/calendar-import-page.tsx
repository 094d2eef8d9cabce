import { useQuery } from '@tanstack/react-query';
import { FileUp, RotateCw } from 'lucide-react';
import { Link } from 'wouter';
import type { SchoolId } from '../../../../signaling/protocol/ids.ts';
import type { Me } from '../../../../signaling/protocol/rest/shapes.ts';
import { callApi } from '../../api/api.ts';
import { useSession } from '../../api/queries.ts';
import { calendarImportText } from '../../messages/calendar-import.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { FileButton } from '../../ui/file-button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Banner, EmptyPanel, Waiting } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import { FormFailure } from '../desk/form-failure.tsx';
import { CalendarOutcome } from './calendar-outcome.tsx';
import { useCalendarImport } from './use-calendar-import.ts';
import styles from './calendar-links.module.css';

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

interface FilePickProps {
  readonly isFirst: boolean;
  readonly isBusy: boolean;
  readonly onFile: (file: File) => void;
}

function FilePick({ isFirst, isBusy, onFile }: FilePickProps) {
  const t = useText(calendarImportText);
  return (
    <div className={styles.actions}>
      <FileButton
        look={isFirst ? 'primary' : 'quiet'}
        icon={FileUp}
        accept=".ics,text/calendar"
        testId="calendar-file"
        disabled={isBusy}
        onFiles={([file]) => {
          if (file !== undefined) onFile(file);
        }}
      >
        {t(isFirst ? 'file' : 'otherFile')}
      </FileButton>
    </div>
  );
}

type CalendarImport = ReturnType<typeof useCalendarImport>;

/** Which file it is, what is being done with it, and what is wrong with it or went wrong. */
function FileState({ state }: { readonly state: CalendarImport }) {
  const t = useText(calendarImportText);
  const { file, step, error, isTooLarge, isUnreadable, isUnseen, lookAgain } = state;
  return (
    <>
      {isTooLarge && <Banner tone="warn">{t('tooLarge')}</Banner>}
      {isUnreadable && <Banner tone="bad">{t('notRead')}</Banner>}
      {file !== null && !isTooLarge && <Banner tone="calm">{t('fileRead', { name: file.name })}</Banner>}
      {step !== null && <Waiting>{t(step)}</Waiting>}
      <FormFailure error={error} tooLarge={t('tooLarge')} />
      {isUnseen && (
        <div className={styles.actions}>
          <Button icon={RotateCw} onClick={lookAgain} data-testid="look-again">
            {t('lookAgain')}
          </Button>
        </div>
      )}
    </>
  );
}

function Import({ me, schoolId }: { readonly me: Me; readonly schoolId: SchoolId }) {
  const t = useText(calendarImportText);
  const isAdmin = me.roles.some(({ role }) => role === 'schoolAdmin' || role === 'districtAdmin');
  const { groups, teachers } = useChoices(schoolId, isAdmin);
  const state = useCalendarImport(me, schoolId, teachers);
  const { current, file, step, lines, isDone, choose, read, run } = state;
  const isBusy = step !== null;
  return (
    <section className={styles.card} aria-label={t('title')} aria-busy={isBusy} data-testid="calendar-import">
      {isAdmin && (
        <>
          <SelectField
            label={t('lecturer')}
            value={current.lecturerId}
            options={teachers.map(({ personId, displayName }) => ({ value: personId, label: displayName }))}
            disabled={isBusy}
            onChange={(lecturerId) => choose({ ...current, lecturerId })}
          />
          <p className={styles.hint}>{t('lecturerHint')}</p>
        </>
      )}
      <SelectField
        label={t('classGroup')}
        value={current.classGroupId}
        options={[{ value: '', label: t('noClass') }, ...groups]}
        disabled={isBusy}
        onChange={(classGroupId) => choose({ ...current, classGroupId })}
      />
      <FilePick isFirst={file === null} isBusy={isBusy} onFile={read} />
      <FileState state={state} />
      {file !== null && lines !== undefined && (
        <CalendarOutcome
          lines={lines}
          isDone={isDone}
          overwritesEdited={current.overwritesEdited}
          onOverwrite={(overwritesEdited) => choose({ ...current, overwritesEdited })}
          busy={isBusy}
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
