import { useId } from 'react';
import type { InputHTMLAttributes } from 'react';
import styles from './recording-dialogs.module.css';

interface ChoiceProps extends InputHTMLAttributes<HTMLInputElement> {
  readonly type: 'radio' | 'checkbox';
  readonly label: string;
  readonly hint?: string;
}

/** A radio button or a tick box with its words, all of which can be pressed. */
export function Choice({ label, hint, ...input }: ChoiceProps) {
  const id = useId();
  return (
    <div className={styles.choice}>
      <input {...input} id={id} {...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` })} />
      <label htmlFor={id}>
        <strong>{label}</strong>
        {hint !== undefined && (
          <span id={`${id}-hint`} className={styles.soft}>
            {hint}
          </span>
        )}
      </label>
    </div>
  );
}
