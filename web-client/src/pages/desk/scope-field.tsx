import type { SchoolId } from '../../../../signaling/protocol/ids.ts';
import { calendarText } from '../../messages/desk-calendar.ts';
import { useText } from '../../text/text.ts';
import { SelectField } from '../../ui/field.tsx';
import { useDeskSchool } from './desk-school.ts';

/** What belongs to the district is the district's to change; a school changes its own. */
export function useMayChange(schoolId: SchoolId | null): boolean {
  const { isDistrict } = useDeskSchool();
  return isDistrict || schoolId !== null;
}

export function useScopeName(): (schoolId: SchoolId | null) => string {
  const t = useText(calendarText);
  return (schoolId) => (schoolId === null ? t('district') : t('ownSchool'));
}

/** For whom something of the calendar holds; a school's administrator has no choice and is asked nothing. */
export function ScopeField(props: {
  readonly schoolId: SchoolId | null;
  readonly onChange: (schoolId: SchoolId | null) => void;
}) {
  const t = useText(calendarText);
  const { school, isDistrict } = useDeskSchool();
  if (!isDistrict) return null;
  return (
    <SelectField
      label={t('scope')}
      value={props.schoolId === null ? 'district' : 'school'}
      options={[
        { value: 'school', label: school.name },
        { value: 'district', label: t('district') },
      ]}
      onChange={(value) => props.onChange(value === 'district' ? null : school.schoolId)}
    />
  );
}
