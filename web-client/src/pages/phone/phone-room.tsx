import { Ear, Hand, Mic, MicOff, Volume1, Volume2 } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import type { SeatId } from '../../../../signaling/protocol/ids.ts';
import type { CoursewareItem } from '../../../../signaling/protocol/rest/courseware.ts';
import type { Participant } from '../../../../signaling/protocol/room.ts';
import { MAX_NAME, MAX_NOTE } from '../../../../signaling/protocol/sites.ts';
import type { SiteSetup } from '../../../../signaling/protocol/sites.ts';
import type { InsideState } from '../../call/room-state.ts';
import { failureText } from '../../messages/failure.ts';
import { phoneText } from '../../messages/phone.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/panels.tsx';
import { useCall, useCallState } from '../room/call-context.ts';
import { TakeOverNote } from '../room/take-over-note.tsx';
import { LessonCourseware } from './lesson-courseware.tsx';
import { PhoneLead } from './phone-lead.tsx';
import styles from './phone.module.css';

const VOLUME_STEP = 10;

interface OwnClass {
  readonly seatId: SeatId;
  readonly site: Participant;
  readonly setup: SiteSetup | null;
}

/** The classroom's own seat, while its screen is in the room. */
function ownClassOf(state: InsideState): OwnClass | null {
  const { ownSite, setups } = state.tools.sites;
  const site = state.participants.find(({ seatId }) => seatId === ownSite);
  if (site === undefined) return null;
  const setup = setups.find(({ seatId }) => seatId === site.seatId)?.setup ?? null;
  return { seatId: site.seatId, site, setup };
}

function Heard({ state, own }: { readonly state: InsideState; readonly own: OwnClass }) {
  const t = useText(phoneText);
  const { actions } = useCall();
  const microphone = state.producers.find((one) => one.seatId === own.seatId && one.source === 'microphone');
  const isOff = own.setup?.isMicrophoneOff === true;
  const isOpen = microphone !== undefined && !microphone.paused;
  const handAt = state.hands.findIndex(({ seatId }) => seatId === own.seatId);
  const { onStage } = own.site;
  return (
    <section className={styles.card}>
      <output className={styles.state} data-open={isOpen} data-testid="phone-heard">
        {isOff ? <MicOff aria-hidden /> : isOpen ? <Mic aria-hidden /> : <Ear aria-hidden />}
        {isOff ? t('microphoneIsOff') : isOpen ? t('speaking') : t('listening')}
      </output>
      {handAt >= 0 && <p>{t('raised', { n: handAt + 1 })}</p>}
      <Button
        size="l"
        onClick={() => void (onStage ? actions.removeFromStage(own.seatId) : actions.inviteToStage(own.seatId))}
        data-testid="phone-stage"
      >
        {onStage ? t('takeOff') : t('callOn')}
      </Button>
    </section>
  );
}

function Speaker({ state, own }: { readonly state: InsideState; readonly own: OwnClass }) {
  const t = useText(phoneText);
  const { actions } = useCall();
  const [name, setName] = useState('');
  const shown = state.tools.sites.speakers.find(({ seatId }) => seatId === own.seatId)?.name ?? null;
  const show = (event: FormEvent): void => {
    event.preventDefault();
    const trimmed = name.trim();
    if (trimmed === '') return;
    void actions.sites.setClassSpeaker(own.seatId, trimmed);
    setName('');
  };
  return (
    <section className={styles.card}>
      <h2>{t('speaker')}</h2>
      <form className={styles.line} onSubmit={show}>
        <input
          value={name}
          maxLength={MAX_NAME}
          placeholder={t('speakerHint')}
          aria-label={t('speakerHint')}
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
          data-testid="phone-speaker"
        />
        <Button look="primary" type="submit" disabled={name.trim() === ''} data-testid="phone-speaker-show">
          {t('speakerShow')}
        </Button>
      </form>
      {shown !== null && (
        <div className={styles.foot}>
          <span>{t('speakerNow', { name: shown })}</span>
          <Button onClick={() => void actions.sites.setClassSpeaker(own.seatId, null)}>{t('speakerClear')}</Button>
        </div>
      )}
    </section>
  );
}

function Camera({ own }: { readonly own: OwnClass }) {
  const t = useText(phoneText);
  const { actions } = useCall();
  if (own.setup === null) return null;
  const { cameras, camera } = own.setup;
  const words = { pupils: t('cameraPupils'), teacher: t('cameraTeacher') };
  return (
    <section className={styles.card}>
      <h2>{t('camera')}</h2>
      <div className={styles.chips}>
        {[...cameras, null].map((choice) => (
          <button
            key={choice ?? 'off'}
            type="button"
            aria-pressed={choice === camera}
            onClick={() => void actions.sites.control(own.seatId, { kind: 'camera', camera: choice })}
            data-testid={`phone-camera-${choice ?? 'off'}`}
          >
            {choice === null ? t('cameraOff') : words[choice]}
          </button>
        ))}
      </div>
    </section>
  );
}

function PrivateLine({ state }: { readonly state: InsideState }) {
  const t = useText(phoneText);
  const { actions } = useCall();
  const [text, setText] = useState('');
  const send = async (words: string): Promise<void> => {
    if (words.trim() !== '' && (await actions.sites.sendNote(words.trim(), null))) setText('');
  };
  const quick = [t('quick1'), t('quick2'), t('quick3'), t('quick4')];
  return (
    <section className={styles.card}>
      <h2>{t('line')}</h2>
      <div className={styles.notes} role="log" aria-label={t('line')}>
        {state.tools.sites.notes.map((note) => {
          const isOwn = note.fromSeatId === state.self.seatId;
          return (
            <p key={note.noteId} className={styles.note} data-own={isOwn} data-testid="phone-note">
              <strong>{isOwn ? t('you') : note.fromName}</strong>
              {note.text}
            </p>
          );
        })}
      </div>
      <div className={styles.chips}>
        {quick.map((words) => (
          <button key={words} type="button" onClick={() => void send(words)}>
            {words}
          </button>
        ))}
      </div>
      <form
        className={styles.line}
        onSubmit={(event) => {
          event.preventDefault();
          void send(text);
        }}
      >
        <input
          value={text}
          maxLength={MAX_NOTE}
          placeholder={t('lineHint')}
          aria-label={t('line')}
          onChange={(event) => setText(event.target.value)}
          data-testid="phone-line"
        />
        <Button look="primary" type="submit" disabled={text.trim() === ''} data-testid="phone-line-send">
          {t('send')}
        </Button>
      </form>
    </section>
  );
}

function ThumbBar({ state, own }: { readonly state: InsideState; readonly own: OwnClass | null }) {
  const t = useText(phoneText);
  const { actions } = useCall();
  const isRaised = own !== null && state.hands.some(({ seatId }) => seatId === own.seatId);
  const isOff = own?.setup?.isMicrophoneOff === true;
  const volume = own?.setup?.volume ?? null;
  const order = (change: number): void => {
    if (own === null || volume === null) return;
    const next = Math.min(100, Math.max(0, volume + change));
    void actions.sites.control(own.seatId, { kind: 'volume', volume: next });
  };
  return (
    <div className={styles.bar}>
      <button
        type="button"
        disabled={own === null}
        aria-pressed={isRaised}
        onClick={() => own !== null && void actions.sites.setClassHand(own.seatId, !isRaised)}
        data-testid="phone-hand"
      >
        <Hand aria-hidden /> {isRaised ? t('lower') : t('raise')}
      </button>
      <button
        type="button"
        disabled={own === null}
        aria-pressed={isOff}
        onClick={() => own !== null && void actions.sites.control(own.seatId, { kind: 'microphone', isOff: !isOff })}
        data-testid="phone-microphone"
      >
        {isOff ? <Mic aria-hidden /> : <MicOff aria-hidden />} {isOff ? t('microphoneOn') : t('microphoneOff')}
      </button>
      <button type="button" disabled={volume === null} onClick={() => order(-VOLUME_STEP)} data-testid="phone-quieter">
        <Volume1 aria-hidden /> {t('quieter')}
      </button>
      <button type="button" disabled={volume === null} onClick={() => order(VOLUME_STEP)} data-testid="phone-louder">
        <Volume2 aria-hidden /> {t('louder')}
      </button>
    </div>
  );
}

/** What the teacher beside the pupils does in a lesson. */
export function PhoneRoom(props: { readonly state: InsideState; readonly files: readonly CoursewareItem[] }) {
  const { state, files } = props;
  const t = useText(phoneText);
  const words = useText(failureText);
  const { store } = useCall();
  const { connection, complaint } = useCallState();
  const own = ownClassOf(state);
  return (
    <>
      <section className={styles.head} data-testid="phone-room" data-seat-id={state.self.seatId}>
        <strong>{state.lesson.title}</strong>
        <span className={styles.soft}>
          {t('lecturer', { name: state.lesson.lecturerName })}
          {own?.setup !== null && own !== null && ` · ${t('volume', { n: own.setup?.volume ?? 0 })}`}
        </span>
      </section>
      {connection.kind === 'reconnecting' && <Banner tone="warn">{t('reconnecting')}</Banner>}
      {complaint !== null && (
        <Banner tone="bad">
          {words(complaint.failure.code)}{' '}
          <Button look="plain" onClick={() => store.dismissComplaint()}>
            ✕
          </Button>
        </Banner>
      )}
      <TakeOverNote state={state} />
      <PhoneLead state={state} files={files} />
      {own === null ? (
        <Banner tone="warn">{t('screenAway')}</Banner>
      ) : (
        <>
          <Heard state={state} own={own} />
          <Speaker state={state} own={own} />
          <Camera own={own} />
        </>
      )}
      <PrivateLine state={state} />
      <section className={styles.card}>
        <h2>{t('courseware', { n: files.length })}</h2>
        <LessonCourseware files={files} />
      </section>
      <ThumbBar state={state} own={own} />
    </>
  );
}
