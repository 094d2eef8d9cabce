import { useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import type { PersonId } from '../../../../signaling/protocol/ids.ts';
import type { SignInSlip } from '../../../../signaling/protocol/rest/directory.ts';
import { callApi } from '../../api/api.ts';
import { peopleText } from '../../messages/desk-people.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { everybody } from './desk-queries.ts';
import type { PeopleFilter } from './desk-queries.ts';
import { useNotices } from './notices.tsx';
import table from './table.module.css';

/** What the contract allows at once. */
const MAX_RESET = 500;

export interface ResetDialogProps {
  readonly personIds: readonly PersonId[];
  readonly onClose: () => void;
  readonly onSlips: (slips: readonly SignInSlip[]) => void;
}

export function ResetDialog({ personIds, onClose, onSlips }: ResetDialogProps) {
  const t = useText(peopleText);
  const reset = useMutation({
    mutationFn: () => callApi('resetPasswords', { body: { personIds: [...personIds] } }),
    onSuccess: ({ slips }) => onSlips(slips),
  });
  return (
    <ConfirmDialog
      open
      look="primary"
      title={t('resetTitle', { n: personIds.length })}
      body={t('resetBody')}
      confirm={t('resetGo')}
      busy={reset.isPending}
      error={reset.error}
      onConfirm={() => reset.mutate()}
      onClose={onClose}
    />
  );
}

export interface ResetBarProps {
  readonly chosen: ReadonlySet<PersonId>;
  readonly total: number;
  readonly filter: PeopleFilter;
  readonly onChoose: (chosen: ReadonlySet<PersonId>) => void;
  readonly onSlips: (slips: readonly SignInSlip[]) => void;
}

/** What can be done with the people that are ticked: a whole class gets new slips in two presses. */
export function ResetBar({ chosen, total, filter, onChoose, onSlips }: ResetBarProps) {
  const t = useText(peopleText);
  const notices = useNotices();
  const [isAsking, setAsking] = useState(false);
  const chooseAll = useMutation({
    mutationFn: () => everybody(filter),
    onSuccess: (people) => onChoose(new Set(people.map((person) => person.personId))),
    onError: (error) => notices.fail(error),
  });
  if (chosen.size === 0) return null;
  return (
    <div className={table.chosenBar} data-testid="chosen-bar">
      <strong>{t('chosen', { n: chosen.size })}</strong>
      {chosen.size < total && total <= MAX_RESET && (
        <Button look="plain" busy={chooseAll.isPending} onClick={() => chooseAll.mutate()}>
          {t('chooseAll', { n: total })}
        </Button>
      )}
      <Button look="plain" onClick={() => onChoose(new Set())}>
        {t('chooseNone')}
      </Button>
      <Button
        icon={KeyRound}
        onClick={() => setAsking(true)}
        disabled={chosen.size > MAX_RESET}
        data-testid="reset-many"
      >
        {t('resetMany', { n: chosen.size })}
      </Button>
      {isAsking && <ResetDialog personIds={[...chosen]} onClose={() => setAsking(false)} onSlips={onSlips} />}
    </div>
  );
}
