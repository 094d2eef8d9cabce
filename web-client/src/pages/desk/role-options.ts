import type { Role } from '../../../../signaling/protocol/roles.ts';
import { peopleText } from '../../messages/desk-people.ts';
import { useText } from '../../text/text.ts';
import { useDeskSchool } from './desk-school.ts';

/** Roles that the person at the desk may give, the most frequent first. */
export function useRoleOptions(): readonly { readonly value: string; readonly label: string }[] {
  const t = useText(peopleText);
  const { isDistrict } = useDeskSchool();
  const order: readonly Role[] = ['student', 'teacher', 'guardian', 'schoolAdmin', 'districtAdmin'];
  return order
    .filter((role) => isDistrict || role !== 'districtAdmin')
    .map((role) => ({ value: role, label: t(`role_${role}`) }));
}
