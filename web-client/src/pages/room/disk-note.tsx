import { HardDrive, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { InsideState } from '../../call/room-state.ts';
import { roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import styles from './disk-note.module.css';

type Told = 'low' | 'full' | 'room';

/** What there is to say after a change. That there is room is said only to whom it was missing, and only while recording goes on. */
function toldAfter(before: InsideState, state: InsideState): Told | null {
  if (state.recording === 'off') return null;
  const level = state.recordingDisk;
  if (level !== 'ok') return level;
  return before.recordingDisk === 'full' ? 'room' : null;
}

/**
 * How full the disk is where it is recorded, for teachers, under the line with the recording sign: it takes a line of its own, so that it
 * hides nothing. The live region is there before its words are.
 */
export function DiskNote({ state }: { readonly state: InsideState }) {
  const t = useText(roomText);
  const [before, setBefore] = useState(state);
  const [told, setTold] = useState(() => toldAfter(state, state));
  if (before !== state) {
    setBefore(state);
    const isOver = state.recording === 'off';
    if (isOver || before.recordingDisk !== state.recordingDisk) setTold(toldAfter(before, state));
  }
  const roomWords = state.recording === 'paused' ? t('diskRoomPaused') : t('diskRoom');
  const Icon = told === 'full' ? TriangleAlert : HardDrive;
  return (
    <output className={styles.region} aria-live="polite" data-testid="disk-note" data-told={told ?? 'nothing'}>
      {told !== null && (
        <span className={styles.note} data-told={told}>
          <Icon aria-hidden />
          <span className={styles.words}>
            <strong>{{ low: t('diskLow'), full: t('diskFull'), room: roomWords }[told]}</strong>
            {told === 'full' && <span>{t('diskFullStep')}</span>}
          </span>
          <Button look="plain" onClick={() => setTold(null)} data-testid="disk-note-seen">
            {t('ok')}
          </Button>
        </span>
      )}
    </output>
  );
}
