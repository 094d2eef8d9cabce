import { useId, useState } from 'react';
import { shellText } from '../messages/shell.ts';
import { useText } from '../text/text.ts';
import styles from './check-list.module.css';

export interface CheckListProps<V extends string> {
  readonly label: string;
  readonly hint?: string;
  readonly options: readonly { readonly value: V; readonly label: string }[];
  readonly chosen: readonly V[];
  readonly onChange: (chosen: readonly V[]) => void;
}

/** More than this are searched rather than looked through. */
const MANY = 8;

/** Several of many, as plain check boxes. */
export function CheckList<V extends string>({ label, hint, options, chosen, onChange }: CheckListProps<V>) {
  const t = useText(shellText);
  const id = useId();
  const [search, setSearch] = useState('');
  const isChosen = new Set(chosen);
  const shown = options.filter((option) => isChosen.has(option.value) || option.label.includes(search.trim()));
  const toggle = (value: V): void =>
    onChange(isChosen.has(value) ? chosen.filter((other) => other !== value) : [...chosen, value]);
  return (
    <fieldset className={styles.checkList}>
      <legend>
        {label}
        {chosen.length > 0 && <span>{t('chosenCount', { n: chosen.length })}</span>}
      </legend>
      {hint !== undefined && <p className={styles.hint}>{hint}</p>}
      {options.length > MANY && (
        <input
          type="search"
          className={styles.search}
          aria-label={`${t('search')} ${label}`}
          placeholder={t('search')}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      {options.length === 0 && <p className={styles.hint}>{t('noChoices')}</p>}
      <div className={styles.checks}>
        {shown.map((option) => (
          <label key={option.value} htmlFor={`${id}-${option.value}`} className={styles.check}>
            <input
              id={`${id}-${option.value}`}
              type="checkbox"
              checked={isChosen.has(option.value)}
              onChange={() => toggle(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
