import { useQuery } from '@tanstack/react-query';
import type { ClassGroupId } from '../../../../signaling/protocol/ids.ts';
import { callApi } from '../../api/api.ts';
import { useSession } from '../../api/queries.ts';
import { CheckList } from '../../ui/check-list.tsx';

/** Class groups of the teacher's own school: their pupils find what it is for on their home page, or in the library. */
export function ClassesField(props: {
  readonly label: string;
  readonly chosen: readonly ClassGroupId[];
  readonly onChange: (chosen: readonly ClassGroupId[]) => void;
}) {
  const { data: me } = useSession();
  const schoolId = me?.schoolId ?? null;
  const groups = useQuery({
    queryKey: ['ad-hoc', 'class-groups', schoolId],
    queryFn: async ({ signal }) =>
      schoolId === null ? [] : (await callApi('listClassGroups', { query: { schoolId } }, signal)).classGroups,
  });
  if (groups.data === undefined || groups.data.length === 0) return null;
  const options = groups.data.map(({ classGroupId, grade, name }) => ({
    value: classGroupId,
    label: name.startsWith(grade) ? name : `${grade}${name}`,
  }));
  return <CheckList label={props.label} options={options} chosen={props.chosen} onChange={props.onChange} />;
}
