import { Circle, DoorOpen, Eye, Lock, Pause, TriangleAlert, Users } from 'lucide-react';
import { isTeacherSeat } from '../../../../signaling/protocol/seats.ts';
import { isMicro } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import { roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import { useNow } from '../../ui/use-now.ts';
import { DiskNote } from './disk-note.tsx';
import { GroupLine } from './groups/group-line.tsx';
import { CountdownSign } from './tools/countdown-sign.tsx';
import styles from './live-room.module.css';

/** Everybody sees that it is recorded, and by shape as well as by colour. */
export function RecordingSign({ recording }: { readonly recording: InsideState['recording'] }) {
  const t = useText(roomText);
  if (recording === 'off') return null;
  const words = {
    starting: t('recordingStarting'),
    recording: t('recording'),
    paused: t('recordingPaused'),
    failed: t('recordingFailed'),
  }[recording];
  const Icon = recording === 'paused' ? Pause : recording === 'failed' ? TriangleAlert : Circle;
  return (
    <span className={styles.recording} data-state={recording} data-testid="recording-sign">
      <Icon aria-hidden />
      {words}
    </span>
  );
}

/** Nobody inspects a lesson unseen. */
function InspectionSign({ state }: { readonly state: InsideState }) {
  const t = useText(roomText);
  const names = state.participants.filter(({ seat }) => seat === 'observer').map(({ displayName }) => displayName);
  if (names.length === 0) return null;
  return (
    <span className={styles.fact} data-testid="inspection-sign" title={names.join(t('comma'))}>
      <Eye aria-hidden />{' '}
      {t('inspected', { names: names.slice(0, 2).join(t('comma')) + (names.length > 2 ? ' …' : '') })}
    </span>
  );
}

function LessonFacts({ state }: { readonly state: InsideState }) {
  const t = useText(roomText);
  const nowMs = useNow(1_000);
  return (
    <>
      <span className={styles.fact} data-testid="audience-count" data-count={state.audienceCount}>
        <Users aria-hidden /> {t('audience', { n: state.audienceCount })}
      </span>
      <time className={[styles.fact, 'tabular'].join(' ')}>
        {duration(nowMs + state.clockOffsetMs - state.startedAtMs)}
      </time>
    </>
  );
}

export function TopLine({ state, onLeave }: { readonly state: InsideState; readonly onLeave: () => void }) {
  const t = useText(roomText);
  return (
    <div className={styles.topArea}>
      <header className={styles.top}>
        <h1>{state.lesson.title}</h1>
        <InspectionSign state={state} />
        <CountdownSign state={state} />
        {!isMicro(state) && <RecordingSign recording={state.recording} />}
        {state.locked && (
          <span className={styles.fact} data-testid="locked-sign">
            <Lock aria-hidden /> {t('locked')}
          </span>
        )}
        {!isMicro(state) && <LessonFacts state={state} />}
        <button type="button" className={styles.topLeave} onClick={onLeave} aria-label={t('leave')}>
          <DoorOpen aria-hidden />
        </button>
      </header>
      <GroupLine state={state} />
      {isTeacherSeat(state.self.seat) && <DiskNote state={state} />}
    </div>
  );
}
