import { useEffect } from 'react';
import type { Source } from '../../../../signaling/protocol/media.ts';
import { may } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import type { CallState } from '../../call/room-store.ts';
import { devicesText } from '../../messages/devices.ts';
import { failureText } from '../../messages/failure.ts';
import { failureWords } from '../../text/failure-words.ts';
import { roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/panels.tsx';
import { useNow } from '../../ui/use-now.ts';
import { useCall } from './call-context.ts';
import { ToldNote } from './groups/told-note.tsx';
import { WithoutBlur } from './blur-choice.tsx';
import { captureWords } from './device-check.tsx';
import { NewCameraNote } from './new-camera-note.tsx';
import { FreshTeacherNote } from './teacher-notes.tsx';
import { OrderNotes } from './order-notes.tsx';
import { WallNote } from './wall/wall-note.tsx';
import { DeviceNewsNotes, MicrophoneNotes } from './device-notes.tsx';
import { EchoNotes } from './echo-notes.tsx';
import type { RoomControls } from './use-controls.ts';
import type { CaptureComplaint } from './use-visit.ts';
import styles from './live-room.module.css';

const COMPLAINT_STAYS_MS = 6_000;

function Reconnecting({ sinceMs }: { readonly sinceMs: number }) {
  const t = useText(roomText);
  const nowMs = useNow(1_000);
  return (
    <div data-testid="reconnecting">
      <Banner tone="warn">
        <strong className="tabular">
          {t('reconnecting', { n: Math.max(0, Math.round((nowMs - sinceMs) / 1000)) })}
        </strong>
        <p>{t('reconnectingBody')}</p>
      </Banner>
    </div>
  );
}

function StageInvitation() {
  const t = useText(roomText);
  const { actions } = useCall();
  return (
    <div
      className={styles.invitation}
      role="alertdialog"
      aria-label={t('invitedToStage')}
      data-testid="stage-invitation"
    >
      <strong>{t('invitedToStage')}</strong>
      <p>{t('invitedBody')}</p>
      <div>
        <Button look="primary" onClick={() => void actions.answerStageInvitation(true)} data-testid="accept-stage">
          {t('comeOnStage')}
        </Button>
        <Button onClick={() => void actions.answerStageInvitation(false)} data-testid="decline-stage">
          {t('notNow')}
        </Button>
      </div>
    </div>
  );
}

/** What did not work, for a moment. */
export function ComplaintNote({ call }: { readonly call: CallState }) {
  const t = useText(failureText);
  const { store } = useCall();
  const { complaint } = call;
  useEffect(() => {
    if (complaint === null) return undefined;
    const timer = setTimeout(() => store.dismissComplaint(), COMPLAINT_STAYS_MS);
    return () => clearTimeout(timer);
  }, [complaint, store]);
  if (complaint === null) return null;
  return (
    <div data-testid="complaint" data-code={complaint.failure.code}>
      <Banner tone="bad">{failureWords(t, complaint.failure)}</Banner>
    </div>
  );
}

/** Which device is blocked in which way, and what to do. */
export function CaptureNote(props: {
  readonly complaint: CaptureComplaint;
  readonly onSeen: () => void;
  /** Where somebody is there to press it. */
  readonly onRetry?: () => void;
}) {
  const t = useText(devicesText);
  const room = useText(roomText);
  const names: Readonly<Record<Source, string>> = {
    camera: t('camera'),
    microphone: t('microphone'),
    screen: t('screen'),
    screenAudio: t('screen'),
    visualiser: t('camera'),
    wall: t('camera'),
  };
  const { capture } = useCall();
  const { source, problem } = props.complaint;
  const { what, step } = captureWords(t, names[source], problem);
  const openWithoutBlur = (): void => {
    props.onSeen();
    void capture.setCamera(true);
  };
  return (
    <div data-testid="capture-problem" data-problem={problem}>
      <Banner tone="bad">
        <strong>{what}</strong>
        <p>{step}</p>
        {props.onRetry !== undefined && (
          <Button
            look="plain"
            onClick={() => {
              props.onSeen();
              props.onRetry?.();
            }}
            data-testid="capture-retry"
          >
            {t('retry')}
          </Button>
        )}
        <WithoutBlur problem={problem} onChosen={openWithoutBlur} />
        <Button look="plain" onClick={props.onSeen}>
          {room('ok')}
        </Button>
      </Banner>
    </div>
  );
}

/** Tries once more what did not open. */
function retryOf(controls: RoomControls, source: Source): () => void {
  const { microphone, camera, screen, visualiser, wall } = controls;
  return { microphone, camera, screen, screenAudio: screen, visualiser, wall }[source].toggle;
}

/** Whoever may not unmute is not told to. */
function mutedWords({ microphone }: RoomControls, cause: 'teacher' | 'echo') {
  if (cause === 'teacher') return 'mutedByTeacher';
  return microphone.isShut ? 'mutedForEchoShut' : 'mutedForEcho';
}

export interface RoomNotesProps {
  readonly state: InsideState;
  readonly call: CallState;
  readonly complaint: CaptureComplaint | null;
  readonly onComplaintSeen: () => void;
  readonly controls: RoomControls;
}

/** What has to be said over the lesson, never hiding the controls and never in the way of a key. */
export function RoomNotes(props: RoomNotesProps) {
  const { state, call, complaint, onComplaintSeen, controls } = props;
  const t = useText(roomText);
  const { store } = useCall();
  const isReconnecting = call.connection.kind === 'reconnecting';
  return (
    <div className={styles.notes}>
      {call.connection.kind === 'reconnecting' && <Reconnecting sinceMs={call.connection.sinceMs} />}
      {!isReconnecting && call.media.line === 'interrupted' && <Banner tone="warn">{t('mediaInterrupted')}</Banner>}
      {state.safeMode && (
        <div data-testid="safe-mode">
          <Banner tone="warn">{t('safeMode')}</Banner>
        </div>
      )}
      <ToldNote state={state} />
      {call.muted !== null && (
        <div data-testid="muted-by-teacher">
          <Banner tone="calm">
            {t(mutedWords(controls, call.muted))}{' '}
            <Button look="plain" onClick={() => store.dismissMuted()}>
              {t('ok')}
            </Button>
          </Banner>
        </div>
      )}
      <OrderNotes state={state} call={call} />
      {complaint !== null && (
        <CaptureNote complaint={complaint} onSeen={onComplaintSeen} onRetry={retryOf(controls, complaint.source)} />
      )}
      <DeviceNewsNotes />
      <MicrophoneNotes {...{ call, controls }} />
      <EchoNotes {...{ state, call }} />
      <ComplaintNote call={call} />
      <FreshTeacherNote state={state} />
      <WallNote call={call} />
      {may(state, 'sendVisualiser') && <NewCameraNote />}
      {state.self.stageInvitation && !state.self.onStage && <StageInvitation />}
    </div>
  );
}
