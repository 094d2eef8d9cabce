import { Pencil } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { deskText } from '../../messages/desk.ts';
import { useText } from '../../text/text.ts';
import { isComposing } from '../../ui/is-composing.ts';
import styles from './editable-text.module.css';

export interface EditableTextProps {
  readonly value: string;
  /** What this is, for those who cannot see the column. */
  readonly label: string;
  readonly maxLength?: number;
  readonly allowsEmpty?: boolean;
  /** Rejects when the change was refused: the old text comes back. */
  readonly onSave: (value: string) => Promise<void>;
}

/** A text that becomes a field when pressed: Enter or leaving saves, Escape leaves it as it was. */
export function EditableText({ value, label, maxLength = 40, allowsEmpty = false, onSave }: EditableTextProps) {
  const t = useText(deskText);
  const [draft, setDraft] = useState<string | null>(null);
  const [pending, setPending] = useState<string | null>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const isEditing = draft !== null;
  useEffect(() => {
    if (!isEditing) return;
    input.current?.focus();
    input.current?.select();
  }, [isEditing]);

  const save = async (): Promise<void> => {
    if (draft === null) return;
    const next = draft.trim();
    setDraft(null);
    if (next === value || (next === '' && !allowsEmpty)) return;
    setPending(next);
    await onSave(next).catch(() => undefined);
    setPending(null);
  };
  const press = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === 'Enter') void save().then(() => trigger.current?.focus());
    if (event.key === 'Escape') {
      event.stopPropagation();
      setDraft(null);
      queueMicrotask(() => trigger.current?.focus());
    }
  };

  if (isEditing) {
    return (
      <input
        ref={input}
        className={styles.inlineInput}
        aria-label={label}
        value={draft}
        maxLength={maxLength}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={() => void save()}
        onKeyDown={press}
      />
    );
  }
  const shown = pending ?? value;
  return (
    <button
      ref={trigger}
      type="button"
      className={styles.editable}
      aria-label={t('editOf', { name: shown === '' ? label : shown })}
      onClick={() => setDraft(value)}
    >
      <span>{shown === '' ? '—' : shown}</span>
      <Pencil aria-hidden />
    </button>
  );
}
