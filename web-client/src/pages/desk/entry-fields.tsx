import { useQueries, useQuery } from '@tanstack/react-query';
import type { SchoolCalendar } from '../../../../signaling/protocol/rest/calendar.ts';
import { Weeks } from '../../../../signaling/protocol/rest/classrooms.ts';
import { LessonKind } from '../../../../signaling/protocol/seats.ts';
import { deskText } from '../../messages/desk.ts';
import { timetableText } from '../../messages/desk-timetable.ts';
import { useText } from '../../text/text.ts';
import { CheckList } from '../../ui/check-list.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Banner } from '../../ui/panels.tsx';
import { fullClassName } from './classes-section.tsx';
import { ClashWords } from './clashes.tsx';
import { deskQueries } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import type { EntryDraft, EntryProblem } from './entry-draft.ts';
import { WEEKDAYS } from './weekdays.ts';
import styles from './timetable.module.css';

export interface EntryFieldsProps {
  readonly draft: EntryDraft;
  readonly calendar: SchoolCalendar;
  readonly isNew: boolean;
  readonly problems: ReadonlySet<EntryProblem>;
  /** Why saving was refused. */
  readonly clashes: unknown;
  readonly onChange: (draft: EntryDraft) => void;
}

/** Who may attend: the school's own, and those of the schools paired to listen to it. */
function useAttendees() {
  const { school, schools } = useDeskSchool();
  const pairings = useQuery(deskQueries.pairings);
  const classrooms = useQuery(deskQueries.classrooms);
  const reachable = new Set([
    school.schoolId,
    ...(pairings.data ?? []).flatMap((pairing) =>
      pairing.lecturingSchoolId === school.schoolId ? [pairing.listeningSchoolId] : [],
    ),
  ]);
  const partners = schools.filter((other) => other.schoolId !== school.schoolId && reachable.has(other.schoolId));
  const attending = [school, ...partners];
  const groups = useQueries({ queries: attending.map((other) => deskQueries.classGroups(other.schoolId)) });
  const nameOf = new Map(schools.map((other) => [other.schoolId, other.name]));
  const prefix = (schoolId: (typeof school)['schoolId']): string =>
    schoolId === school.schoolId ? '' : `${nameOf.get(schoolId) ?? ''} `;
  return {
    groups: groups.flatMap((query) =>
      (query.data ?? []).map((group) => ({
        value: group.classGroupId,
        label: `${prefix(group.schoolId)}${fullClassName(group)}`,
      })),
    ),
    classrooms: (classrooms.data ?? [])
      .filter((classroom) => reachable.has(classroom.schoolId))
      .toSorted((a, b) => Number(b.schoolId === school.schoolId) - Number(a.schoolId === school.schoolId))
      .map((classroom) => ({
        value: classroom.classroomId,
        label: `${prefix(classroom.schoolId)}${classroom.name}`,
      })),
  };
}

function WhatFields({ draft, problems, clashes, onChange }: EntryFieldsProps) {
  const t = useText(timetableText);
  const desk = useText(deskText);
  const { school } = useDeskSchool();
  const teachers = useQuery(deskQueries.teachers(school.schoolId));
  return (
    <>
      <TextField
        label={t('titleField')}
        name="title"
        value={draft.title}
        maxLength={80}
        placeholder={t('titleExample')}
        problem={problems.has('title') ? desk('required') : undefined}
        onChange={(event) => onChange({ ...draft, title: event.target.value })}
      />
      <div className={styles.pair}>
        <SelectField
          label={t('kind')}
          value={draft.kind}
          options={LessonKind.options.map((kind) => ({ value: kind, label: t(`kind_${kind}`) }))}
          onChange={(kind) => onChange({ ...draft, kind: LessonKind.parse(kind) })}
        />
        <TextField
          label={t('subject')}
          name="subject"
          value={draft.subject}
          maxLength={40}
          onChange={(event) => onChange({ ...draft, subject: event.target.value })}
        />
      </div>
      <SelectField
        label={t('lecturer')}
        value={draft.lecturerId}
        options={[
          { value: '', label: t('chooseLecturer') },
          ...(teachers.data ?? [])
            .filter((teacher) => teacher.isActive || teacher.personId === draft.lecturerId)
            .map((teacher) => ({ value: teacher.personId, label: teacher.displayName })),
        ]}
        onChange={(lecturerId) => onChange({ ...draft, lecturerId })}
      />
      <ClashWords error={clashes} field="lecturerId" />
      {problems.has('lecturer') && <Banner tone="warn">{t('chooseLecturer')}</Banner>}
      {teachers.data?.length === 0 && <Banner tone="warn">{t('noTeachers')}</Banner>}
    </>
  );
}

/** Value of a select whose dates or times are put in by hand. */
const OWN = '';

function RangeFields({ draft, problems, onChange }: EntryFieldsProps) {
  const t = useText(timetableText);
  return (
    <div className={styles.pair}>
      <TextField
        label={t('firstDate')}
        name="firstDate"
        type="date"
        value={draft.firstDate}
        onChange={(event) => onChange({ ...draft, firstDate: event.target.value })}
      />
      <TextField
        label={t('lastDate')}
        name="lastDate"
        type="date"
        value={draft.lastDate}
        problem={problems.has('lastDate') ? t('lastBeforeFirst') : undefined}
        onChange={(event) => onChange({ ...draft, lastDate: event.target.value })}
      />
    </div>
  );
}

function WeeklyFields(props: EntryFieldsProps) {
  const { draft, calendar, onChange } = props;
  const t = useText(timetableText);
  return (
    <>
      <div className={styles.pair}>
        <SelectField
          label={t('weekday')}
          value={String(draft.weekday)}
          options={WEEKDAYS.map((day) => ({ value: String(day), label: t(`day_${day}`) }))}
          onChange={(weekday) => onChange({ ...draft, weekday: Number(weekday) })}
        />
        <SelectField
          label={t('weeks')}
          value={draft.weeks}
          options={Weeks.options.map((weeks) => ({ value: weeks, label: t(`weeks_${weeks}`) }))}
          onChange={(weeks) => onChange({ ...draft, weeks: Weeks.parse(weeks) })}
        />
      </div>
      {calendar.terms.length > 0 && (
        <SelectField
          label={t('term')}
          value={draft.termId ?? OWN}
          options={[
            ...calendar.terms.map((term) => ({
              value: term.termId as string,
              label: t('termOf', { name: term.name, from: term.firstDate, to: term.lastDate }),
            })),
            { value: OWN, label: t('ownDates') },
          ]}
          onChange={(value) =>
            onChange({ ...draft, termId: calendar.terms.find(({ termId }) => termId === value)?.termId ?? null })
          }
        />
      )}
      {draft.termId === null && <RangeFields {...props} />}
    </>
  );
}

function DateFields(props: EntryFieldsProps) {
  const { draft, isNew, onChange } = props;
  const t = useText(timetableText);
  return (
    <>
      {isNew && (
        <SelectField
          label={t('repeat')}
          value={draft.isWeekly ? 'weekly' : 'once'}
          options={[
            { value: 'weekly', label: t('weekly') },
            { value: 'once', label: t('once') },
          ]}
          onChange={(value) => onChange({ ...draft, isWeekly: value === 'weekly' })}
        />
      )}
      {draft.isWeekly ? (
        <WeeklyFields {...props} />
      ) : (
        <TextField
          label={t('date')}
          name="firstDate"
          type="date"
          value={draft.firstDate}
          onChange={(event) => onChange({ ...draft, firstDate: event.target.value })}
        />
      )}
    </>
  );
}

function WhenFields(props: EntryFieldsProps) {
  const { draft, calendar, problems, onChange } = props;
  const t = useText(timetableText);
  const choose = (value: string): void => {
    const chosen = calendar.periods.find(({ number }) => String(number) === value);
    if (chosen === undefined) onChange({ ...draft, period: null });
    else onChange({ ...draft, period: chosen.number, startTime: chosen.startTime, endTime: chosen.endTime });
  };
  return (
    <>
      <DateFields {...props} />
      {calendar.periods.length > 0 && (
        <SelectField
          label={t('period')}
          value={draft.period === null ? OWN : String(draft.period)}
          options={[
            ...calendar.periods.map(({ number, startTime, endTime }) => ({
              value: String(number),
              label: t('periodOf', { number, from: startTime, to: endTime }),
            })),
            { value: OWN, label: t('ownTime') },
          ]}
          onChange={choose}
        />
      )}
      {draft.period === null && (
        <div className={styles.pair}>
          <TextField
            label={t('start')}
            name="startTime"
            type="time"
            value={draft.startTime}
            onChange={(event) => onChange({ ...draft, startTime: event.target.value })}
          />
          <TextField
            label={t('end')}
            name="endTime"
            type="time"
            value={draft.endTime}
            problem={problems.has('endTime') ? t('endBeforeStart') : undefined}
            onChange={(event) => onChange({ ...draft, endTime: event.target.value })}
          />
        </div>
      )}
    </>
  );
}

export function EntryFields(props: EntryFieldsProps) {
  const { draft, clashes, onChange } = props;
  const t = useText(timetableText);
  const attendees = useAttendees();
  return (
    <>
      <WhatFields {...props} />
      <WhenFields {...props} />
      <CheckList
        label={t('classGroups')}
        options={attendees.groups}
        chosen={draft.classGroupIds}
        onChange={(classGroupIds) => onChange({ ...draft, classGroupIds })}
      />
      <ClashWords error={clashes} field="classGroupIds" />
      {draft.kind === 'sky' && (
        <CheckList
          label={t('classrooms')}
          hint={t('classroomsHint')}
          options={attendees.classrooms}
          chosen={draft.classroomIds}
          onChange={(classroomIds) => onChange({ ...draft, classroomIds })}
        />
      )}
      <ClashWords error={clashes} field="classroomIds" />
    </>
  );
}
