import { useMutation } from '@tanstack/react-query';
import { KeyRound, ListChecks, Pencil, UserCheck, UserX } from 'lucide-react';
import { useState } from 'react';
import type { PersonId } from '../../../../signaling/protocol/ids.ts';
import type { Person, SignInSlip } from '../../../../signaling/protocol/rest/directory.ts';
import { callApi } from '../../api/api.ts';
import { useSession } from '../../api/queries.ts';
import { answerText } from '../../messages/answers.ts';
import { deskText } from '../../messages/desk.ts';
import { peopleText } from '../../messages/desk-people.ts';
import { useText } from '../../text/text.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { answersPath } from '../answers/answers-path.ts';
import { useDeskRefresh } from './desk-queries.ts';
import { EditableText } from './editable-text.tsx';
import { useNotices } from './notices.tsx';
import { ResetDialog } from './reset-bar.tsx';
import shared from './desk.module.css';
import table from './table.module.css';

/** A press that takes back what the last one did, as far as it can be taken back. */
function useSwitch(person: Person) {
  const t = useText(peopleText);
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const { personId, displayName } = person;
  const turn = useMutation({
    mutationFn: (isActive: boolean) => callApi('changePerson', { params: { personId }, body: { isActive } }),
    onSuccess: ({ isActive }) =>
      isActive
        ? notices.say(t('switchedOn', { name: displayName }))
        : notices.say(t('switchedOff', { name: displayName }), () => turn.mutate(true)),
    onError: (error) => notices.fail(error),
    onSettled: () => refresh('people', 'classGroups'),
  });
  return turn;
}

interface PersonLineProps {
  readonly person: Person;
  /** The list as it is shown now, to come back to. */
  readonly here: string;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly onEdit: () => void;
  readonly onReset: () => void;
}

function PersonActions({ person, here, onEdit, onReset }: Omit<PersonLineProps, 'isChosen' | 'onChoose'>) {
  const t = useText(peopleText);
  const desk = useText(deskText);
  const answers = useText(answerText);
  const { data: me } = useSession();
  const turn = useSwitch(person);
  const name = person.displayName;
  return (
    <td className={table.rowActions}>
      {person.roles.some(({ role }) => role === 'student') && (
        <LinkButton
          look="plain"
          icon={ListChecks}
          href={answersPath(person.personId, here)}
          label={answers('titleOf', { name })}
          testId="answers-of-person"
        />
      )}
      <Button
        look="plain"
        icon={Pencil}
        aria-label={desk('editOf', { name })}
        title={desk('edit')}
        onClick={onEdit}
        data-testid="edit-person"
      />
      <Button
        look="plain"
        icon={KeyRound}
        aria-label={`${t('reset')} ${name}`}
        title={t('reset')}
        onClick={onReset}
        data-testid="reset-person"
      />
      {person.personId !== me?.personId && (
        <Button
          look="plain"
          icon={person.isActive ? UserX : UserCheck}
          aria-label={`${person.isActive ? t('switchOff') : t('switchOn')} ${name}`}
          title={person.isActive ? t('switchOff') : t('switchOn')}
          busy={turn.isPending}
          onClick={() => turn.mutate(!person.isActive)}
          data-testid="switch-person"
        />
      )}
    </td>
  );
}

function PersonLine({ person, here, isChosen, onChoose, onEdit, onReset }: PersonLineProps) {
  const t = useText(peopleText);
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const { personId, displayName } = person;
  const rename = async (next: string): Promise<void> => {
    try {
      await callApi('changePerson', { params: { personId }, body: { displayName: next } });
    } catch (error) {
      notices.fail(error);
    }
    await refresh('people');
  };
  return (
    <tr data-testid="person" data-name={displayName} data-active={person.isActive}>
      <td className={table.choice}>
        <input type="checkbox" aria-label={t('choose', { name: displayName })} checked={isChosen} onChange={onChoose} />
      </td>
      <td data-label={t('displayName')}>
        <EditableText value={displayName} label={t('displayName')} onSave={rename} />
      </td>
      <td data-label={t('account')} className={table.account}>
        {person.account}
      </td>
      <td data-label={t('role')}>{person.roles.map(({ role }) => t(`role_${role}`)).join('、')}</td>
      <td data-label={t('classGroup')}>
        {person.wards.length > 0
          ? t('wardsOf', { names: person.wards.map((ward) => ward.displayName).join('、') })
          : (person.classGroup ?? '—')}
      </td>
      <td data-label={t('state')}>
        <span className={person.isActive ? shared.online : shared.off}>{person.isActive ? t('active') : t('off')}</span>
      </td>
      <PersonActions person={person} here={here} onEdit={onEdit} onReset={onReset} />
    </tr>
  );
}

export interface PeopleTableProps {
  readonly people: readonly Person[];
  readonly here: string;
  readonly chosen: ReadonlySet<PersonId>;
  readonly onChoose: (chosen: ReadonlySet<PersonId>) => void;
  readonly onEdit: (person: Person) => void;
  readonly onSlips: (slips: readonly SignInSlip[]) => void;
}

export function PeopleTable({ people, here, chosen, onChoose, onEdit, onSlips }: PeopleTableProps) {
  const t = useText(peopleText);
  const desk = useText(deskText);
  const [resetting, setResetting] = useState<PersonId | null>(null);
  const isAllChosen = people.every((person) => chosen.has(person.personId));
  const toggle = (personId: PersonId): void => {
    const next = new Set(chosen);
    if (!next.delete(personId)) next.add(personId);
    onChoose(next);
  };
  const toggleShown = (): void => {
    const ids = people.map((person) => person.personId);
    onChoose(isAllChosen ? new Set([...chosen].filter((id) => !ids.includes(id))) : new Set([...chosen, ...ids]));
  };
  return (
    <>
      <table className={table.table}>
        <caption className="visually-hidden">{t('columnsFor')}</caption>
        <thead>
          <tr>
            <td className={table.choice}>
              <input type="checkbox" aria-label={t('chooseShown')} checked={isAllChosen} onChange={toggleShown} />
            </td>
            <th scope="col">{t('displayName')}</th>
            <th scope="col">{t('account')}</th>
            <th scope="col">{t('role')}</th>
            <th scope="col">
              {t('classGroup')} / {t('wards')}
            </th>
            <th scope="col">{t('state')}</th>
            <th scope="col">
              <span className="visually-hidden">{desk('actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <PersonLine
              key={person.personId}
              person={person}
              here={here}
              isChosen={chosen.has(person.personId)}
              onChoose={() => toggle(person.personId)}
              onEdit={() => onEdit(person)}
              onReset={() => setResetting(person.personId)}
            />
          ))}
        </tbody>
      </table>
      {resetting !== null && (
        <ResetDialog personIds={[resetting]} onClose={() => setResetting(null)} onSlips={onSlips} />
      )}
    </>
  );
}
