import { useState } from 'react';
import type { FormEvent } from 'react';
import { MAX_NOTE } from '../../../../signaling/protocol/sites.ts';
import type { InsideState } from '../../call/room-state.ts';
import { siteControlText } from '../../messages/site-controls.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/panels.tsx';
import { useCall } from './call-context.ts';
import styles from './teacher-notes.module.css';

/** What another teacher has just said to this one alone, over the lesson until it is seen. */
export function FreshTeacherNote({ state }: { readonly state: InsideState }) {
  const t = useText(siteControlText);
  const note = state.tools.sites.notes.findLast(({ fromSeatId }) => fromSeatId !== state.self.seatId);
  const [seenId, setSeenId] = useState(note?.noteId ?? null);
  if (note === undefined || note.noteId === seenId) return null;
  return (
    <div data-testid="fresh-teacher-note">
      <Banner tone="calm">
        <strong>{t('noteFrom', { name: note.fromName })}</strong>
        <p>{note.text}</p>
        <Button look="plain" onClick={() => setSeenId(note.noteId)}>
          {t('seen')}
        </Button>
      </Banner>
    </div>
  );
}

/** The lines between this teacher and others, with an answer to whoever wrote last. */
export function TeacherLine({ state }: { readonly state: InsideState }) {
  const t = useText(siteControlText);
  const { actions } = useCall();
  const [text, setText] = useState('');
  const { notes } = state.tools.sites;
  const last = notes.findLast(({ fromSeatId }) => fromSeatId !== state.self.seatId);
  if (last === undefined) return null;
  const send = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (text.trim() !== '' && (await actions.sites.sendNote(text.trim(), last.fromSeatId))) setText('');
  };
  const label = t('answer', { name: last.fromName });
  return (
    <details className={styles.line} open data-testid="teacher-line">
      <summary>{t('line')}</summary>
      <p className={styles.hint}>{t('lineBody')}</p>
      <div className={styles.notes} role="log" aria-label={t('line')}>
        {notes.map((note) => (
          <p key={note.noteId} data-testid="teacher-note">
            <strong>{note.fromSeatId === state.self.seatId ? t('you') : note.fromName}</strong> {note.text}
          </p>
        ))}
      </div>
      <form onSubmit={(event) => void send(event)}>
        <input
          value={text}
          maxLength={MAX_NOTE}
          aria-label={label}
          placeholder={label}
          onChange={(event) => setText(event.target.value)}
          data-testid="teacher-note-input"
        />
        <Button type="submit" disabled={text.trim() === ''} data-testid="teacher-note-send">
          {t('send')}
        </Button>
      </form>
    </details>
  );
}
