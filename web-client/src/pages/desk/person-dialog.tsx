import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { ClassGroupId } from '../../../../signaling/protocol/ids.ts';
import type { Person, SignInSlip } from '../../../../signaling/protocol/rest/directory.ts';
import { AccountName } from '../../../../signaling/protocol/rest/shapes.ts';
import { Role } from '../../../../signaling/protocol/roles.ts';
import { callApi } from '../../api/api.ts';
import { deskText } from '../../messages/desk.ts';
import { peopleText } from '../../messages/desk-people.ts';
import { shellText } from '../../messages/shell.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { fullClassName } from './classes-section.tsx';
import { deskQueries, useDeskRefresh } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { FormFailure } from './form-failure.tsx';
import { useNotices } from './notices.tsx';
import { useRoleOptions } from './role-options.ts';
import { WardPicker } from './ward-picker.tsx';
import shared from './desk.module.css';

export interface PersonDialogProps {
  /** Null: somebody new. */
  readonly person: Person | null;
  /** What somebody new starts with. */
  readonly classGroupId: ClassGroupId | null;
  readonly onClose: () => void;
  readonly onSlips: (slips: readonly SignInSlip[]) => void;
}

interface Draft {
  readonly displayName: string;
  readonly account: string;
  readonly role: Role;
  readonly classGroupId: ClassGroupId | null;
  readonly wards: Person['wards'];
}

const draftOf = (person: Person | null, classGroupId: ClassGroupId | null): Draft => ({
  displayName: person?.displayName ?? '',
  account: person?.account ?? '',
  role: person?.roles[0]?.role ?? 'student',
  classGroupId: person === null ? classGroupId : person.classGroupId,
  wards: person?.wards ?? [],
});

function useSavePerson({ person, onClose, onSlips }: PersonDialogProps) {
  const desk = useText(deskText);
  const { school } = useDeskSchool();
  const refresh = useDeskRefresh();
  const notices = useNotices();
  return useMutation({
    mutationFn: async (draft: Draft): Promise<SignInSlip | null> => {
      const { displayName, role, account } = draft;
      const wardIds = role === 'guardian' ? draft.wards.map((ward) => ward.personId) : [];
      const classGroupId = role === 'student' ? draft.classGroupId : null;
      if (person === null) {
        const schoolId = role === 'districtAdmin' ? null : school.schoolId;
        const body = { displayName, role, schoolId, classGroupId, wardIds };
        const named = account.trim() === '' ? body : { ...body, account };
        return (await callApi('createPerson', { body: named })).slip;
      }
      // A role that stays is not sent: who holds several keeps them.
      const roleChange = role === person.roles[0]?.role ? {} : { role };
      const body = { displayName, classGroupId, wardIds, ...roleChange };
      await callApi('changePerson', { params: { personId: person.personId }, body });
      return null;
    },
    onSuccess: async (slip) => {
      await refresh('people', 'classGroups');
      onClose();
      if (slip === null) notices.say(desk('saved'));
      else onSlips([slip]);
    },
  });
}

function RoleField({ role, onChange }: { readonly role: Role; readonly onChange: (role: Role) => void }) {
  const t = useText(peopleText);
  return (
    <SelectField
      label={t('role')}
      value={role}
      options={useRoleOptions()}
      onChange={(value) => onChange(Role.parse(value))}
    />
  );
}

function PersonFields({
  draft,
  isNew,
  onChange,
}: {
  readonly draft: Draft;
  readonly isNew: boolean;
  readonly onChange: (draft: Draft) => void;
}) {
  const t = useText(peopleText);
  const { school } = useDeskSchool();
  const groups = useQuery(deskQueries.classGroups(school.schoolId));
  const isAccountWrong = draft.account.trim() !== '' && !AccountName.safeParse(draft.account).success;
  return (
    <>
      <TextField
        label={t('displayName')}
        name="displayName"
        value={draft.displayName}
        maxLength={40}
        autoComplete="off"
        onChange={(event) => onChange({ ...draft, displayName: event.target.value })}
      />
      <RoleField role={draft.role} onChange={(role) => onChange({ ...draft, role })} />
      {draft.role === 'student' && (
        <SelectField
          label={t('classGroup')}
          value={draft.classGroupId ?? ''}
          options={[
            { value: '', label: t('noClassGroup') },
            ...(groups.data ?? []).map((group) => ({ value: group.classGroupId, label: fullClassName(group) })),
          ]}
          onChange={(value) => onChange({ ...draft, classGroupId: value === '' ? null : ClassGroupId.parse(value) })}
        />
      )}
      {draft.role === 'guardian' && (
        <WardPicker wards={draft.wards} onChange={(wards) => onChange({ ...draft, wards })} />
      )}
      {isNew && (
        <TextField
          label={t('account')}
          name="account"
          value={draft.account}
          maxLength={60}
          autoComplete="off"
          hint={t('accountHint')}
          problem={isAccountWrong ? t('accountBad') : undefined}
          onChange={(event) => onChange({ ...draft, account: event.target.value })}
        />
      )}
    </>
  );
}

export function PersonDialog(props: PersonDialogProps) {
  const { person, classGroupId, onClose } = props;
  const t = useText(peopleText);
  const desk = useText(deskText);
  const shell = useText(shellText);
  const [draft, setDraft] = useState(() => draftOf(person, classGroupId));
  const save = useSavePerson(props);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (draft.displayName.trim() !== '') save.mutate(draft);
  };
  const title = person === null ? t('addPerson') : t('editPerson', { name: person.displayName });
  return (
    <Dialog open onClose={onClose} title={title}>
      <form className={shared.form} onSubmit={submit} data-testid="person-form">
        <PersonFields draft={draft} isNew={person === null} onChange={setDraft} />
        {save.isError && <FormFailure error={save.error} conflict={t('accountTaken')} />}
        <div className={shared.actions}>
          <Button look="primary" type="submit" busy={save.isPending} disabled={draft.displayName.trim() === ''}>
            {person === null ? desk('add') : desk('save')}
          </Button>
          <Button onClick={onClose}>{shell('cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
