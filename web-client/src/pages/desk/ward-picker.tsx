import { useQuery } from '@tanstack/react-query';
import { Plus, X } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import type { Person } from '../../../../signaling/protocol/rest/directory.ts';
import { deskText } from '../../messages/desk.ts';
import { peopleText } from '../../messages/desk-people.ts';
import { useText } from '../../text/text.ts';
import { TextField } from '../../ui/field.tsx';
import { deskQueries } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import shared from './desk.module.css';
import styles from './ward-picker.module.css';

const SHOWN = 6;

interface WardsProps {
  readonly wards: Person['wards'];
  readonly onChange: (wards: Person['wards']) => void;
}

function Chips({ wards, onChange }: WardsProps) {
  const t = useText(peopleText);
  if (wards.length === 0) return null;
  return (
    <ul className={styles.chips} aria-label={t('wards')}>
      {wards.map((ward) => (
        <li key={ward.personId}>
          <span>{ward.displayName}</span>
          <button
            type="button"
            aria-label={t('wardRemove', { name: ward.displayName })}
            onClick={() => onChange(wards.filter((other) => other.personId !== ward.personId))}
          >
            <X aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The children of a guardian, found by name; class and account tell namesakes apart. */
export function WardPicker({ wards, onChange }: WardsProps) {
  const t = useText(peopleText);
  const desk = useText(deskText);
  const { school } = useDeskSchool();
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search.trim());
  const pupils = useQuery({
    ...deskQueries.people({ schoolId: school.schoolId, role: 'student', search: wanted }, 0, SHOWN),
    enabled: wanted !== '',
  });
  const chosen = new Set(wards.map((ward) => ward.personId));
  const found = (pupils.data?.items ?? []).filter((pupil) => !chosen.has(pupil.personId));
  const add = ({ personId, displayName }: Person): void => {
    onChange([...wards, { personId, displayName }]);
    setSearch('');
  };
  return (
    <div className={styles.wards}>
      <Chips wards={wards} onChange={onChange} />
      <TextField
        label={t('wards')}
        name="wards"
        value={search}
        maxLength={40}
        autoComplete="off"
        placeholder={t('wardSearch')}
        onChange={(event) => setSearch(event.target.value)}
      />
      {wanted !== '' && pupils.data !== undefined && (
        <ul className={styles.found}>
          {found.map((pupil) => (
            <li key={pupil.personId}>
              <button type="button" onClick={() => add(pupil)}>
                <Plus aria-hidden />
                <span>
                  {pupil.displayName} · {pupil.classGroup ?? pupil.account}
                </span>
              </button>
            </li>
          ))}
          {found.length === 0 && <li className={shared.hint}>{desk('nothingFound')}</li>}
        </ul>
      )}
    </div>
  );
}
