import type { UseMutationResult } from '@tanstack/react-query';
import type { LucideIcon } from 'lucide-react';
import { Plus } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { FormFailure } from './form-failure.tsx';
import styles from './add-line.module.css';

export interface AddLineProps {
  readonly create: Pick<UseMutationResult<unknown, Error, void>, 'isPending' | 'isError' | 'error' | 'mutate'>;
  /** Whether everything is there that is needed. */
  readonly isReady: boolean;
  readonly submit: string;
  /** What a conflict means here. */
  readonly conflict: string;
  readonly icon?: LucideIcon;
  readonly testId: string;
  /** Fields, and a note when something does not fit. */
  readonly children: ReactNode;
}

/** One line of fields and a button above a list: something more for it. */
export function AddLine({ create, isReady, submit, conflict, icon = Plus, testId, children }: AddLineProps) {
  return (
    <form
      className={styles.addLine}
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) create.mutate();
      }}
      data-testid={testId}
    >
      {children}
      <Button look="primary" type="submit" icon={icon} busy={create.isPending} disabled={!isReady}>
        {submit}
      </Button>
      {create.isError && <FormFailure error={create.error} conflict={conflict} />}
    </form>
  );
}
