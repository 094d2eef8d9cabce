import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { TextField } from './field.tsx';

export interface MadeLinkProps {
  readonly url: string;
  readonly label: string;
  readonly hint?: string;
  /** What the button says before and after copying. */
  readonly copy: string;
  readonly copied: string;
  readonly testId: string;
  /** Of the row of buttons; without it they stand in the form itself. */
  readonly actionsClassName?: string | undefined;
  /** Further buttons. */
  readonly children?: ReactNode;
}

/** An address that is shown once, to be copied. */
export function MadeLink({ url, label, hint, copy, copied, testId, actionsClassName, children }: MadeLinkProps) {
  const [isCopied, setCopied] = useState(false);
  const copyUrl = async (): Promise<void> => {
    // Without HTTPS there is no clipboard; the field is selected for copying by hand.
    await navigator.clipboard?.writeText(url).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  const buttons = (
    <>
      <Button look="primary" icon={isCopied ? Check : Copy} onClick={() => void copyUrl()}>
        {isCopied ? copied : copy}
      </Button>
      {children}
    </>
  );
  return (
    <>
      <TextField
        label={label}
        value={url}
        readOnly
        {...(hint === undefined ? {} : { hint })}
        onFocus={(event) => event.target.select()}
        data-testid={testId}
      />
      {actionsClassName === undefined ? buttons : <div className={actionsClassName}>{buttons}</div>}
    </>
  );
}
