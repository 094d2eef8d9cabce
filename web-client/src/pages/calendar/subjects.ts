import { useQuery } from '@tanstack/react-query';
import { ClassGroupId, ClassroomId } from '../../../../signaling/protocol/ids.ts';
import { callApi } from '../../api/api.ts';
import { useSession } from '../../api/queries.ts';
import { calendarLinkText } from '../../messages/calendar-links.ts';
import { useText } from '../../text/text.ts';

export const MINE = 'mine';
const CLASS_GROUP = 'class:';
const CLASSROOM = 'room:';

/** Whose timetables there are to choose from: for staff also the class groups and classrooms of their school. */
export function useSubjects(): readonly { readonly value: string; readonly label: string }[] {
  const t = useText(calendarLinkText);
  const { data: me } = useSession();
  const isStaff = me?.roles.some(({ role }) => role === 'teacher' || role === 'schoolAdmin') === true;
  const schoolId = isStaff ? (me?.schoolId ?? null) : null;
  const groups = useQuery({
    queryKey: ['calendar-subjects', 'classGroups', schoolId],
    queryFn: async ({ signal }) =>
      schoolId === null ? [] : (await callApi('listClassGroups', { query: { schoolId } }, signal)).classGroups,
  });
  const rooms = useQuery({
    queryKey: ['calendar-subjects', 'classrooms', schoolId],
    queryFn: async ({ signal }) =>
      schoolId === null ? [] : (await callApi('listClassrooms', { query: { schoolId } }, signal)).classrooms,
  });
  return [
    { value: MINE, label: t('mine') },
    ...(groups.data ?? []).map(({ classGroupId, grade, name }) => ({
      value: `${CLASS_GROUP}${classGroupId}`,
      label: `${t('classGroup')} · ${name.startsWith(grade) ? name : `${grade}${name}`}`,
    })),
    ...(rooms.data ?? [])
      .filter((room) => room.schoolId === schoolId)
      .map(({ classroomId, name }) => ({ value: `${CLASSROOM}${classroomId}`, label: `${t('classroom')} · ${name}` })),
  ];
}

export function subjectOf(value: string): {
  readonly classGroupId: ClassGroupId | null;
  readonly classroomId: ClassroomId | null;
} {
  const idAfter = (prefix: string): string | null => (value.startsWith(prefix) ? value.slice(prefix.length) : null);
  const [group, room] = [idAfter(CLASS_GROUP), idAfter(CLASSROOM)];
  return {
    classGroupId: group === null ? null : ClassGroupId.parse(group),
    classroomId: room === null ? null : ClassroomId.parse(room),
  };
}
