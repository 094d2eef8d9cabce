import { Ear, Hand, Mic, MicOff } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import type { SiteLayout } from '../../../../signaling/protocol/sites.ts';
import { recallSound } from '../../call/sound-memory.ts';
import type { InsideState } from '../../call/room-state.ts';
import { may } from '../../call/room-state.ts';
import { siteText } from '../../messages/site.ts';
import { roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import { useNow } from '../../ui/use-now.ts';
import { useWakeLock } from '../../ui/use-wake-lock.ts';
import { Announcer } from '../room/announcer.tsx';
import { useCall, useCallState } from '../room/call-context.ts';
import { DeviceNewsNotes } from '../room/device-notes.tsx';
import { GAP_PX } from '../room/packing.ts';
import { CaptureNote } from '../room/room-notes.tsx';
import { RemoteSound } from '../room/remote-sound.tsx';
import { ShownBoard } from '../room/shown-board.tsx';
import { Tile } from '../room/tile.tsx';
import type { TileModel } from '../room/tiles.ts';
import { RecordingSign } from '../room/top-line.tsx';
import { ClassCards } from '../room/tools/class-cards.tsx';
import { GroupLine } from '../room/groups/group-line.tsx';
import { ToldNote } from '../room/groups/told-note.tsx';
import { CountdownSign } from '../room/tools/countdown-sign.tsx';
import type { CaptureComplaint } from '../room/use-visit.ts';
import { PairingSign } from './pairing-sign.tsx';
import { placesOf } from './places.ts';
import type { Places } from './places.ts';
import type { SiteKit } from './site-kit.ts';
import { useSiteDuties } from './use-site-duties.ts';
import { useTalkKey } from './use-talk-key.ts';
import styles from './site-room.module.css';

type Talk = 'open' | 'shut' | 'held' | 'none' | 'off';

/** Whether the class may be heard: on stage, in a group, or while the button is held. */
const isOpenTo = ({ talking, onStage, group }: InsideState['self']): boolean => talking || onStage || group !== null;

/** How the class is heard at this moment. */
function talkStateOf({ self, producers }: InsideState, isOff: boolean): Talk {
  if (isOff) return 'off';
  if (!isOpenTo(self)) return 'shut';
  const microphone = producers.find(({ seatId, source }) => seatId === self.seatId && source === 'microphone');
  if (microphone === undefined) return 'none';
  return microphone.paused ? 'held' : 'open';
}

function TalkSign(props: { readonly state: InsideState; readonly canTalk: boolean; readonly isOff: boolean }) {
  const { state, canTalk, isOff } = props;
  const isTalking = isOpenTo(state.self) && !isOff;
  const talk = talkStateOf(state, isOff);
  const t = useText(siteText);
  const { isHeld, press, release } = useTalkKey(canTalk);
  const words: Readonly<Record<Talk, () => string>> = {
    open: () => t('speak'),
    shut: () => t('listen'),
    held: () => t('mutedNow'),
    none: () => t('noMicrophone'),
    off: () => t('microphoneOff'),
  };
  return (
    <div className={styles.talk}>
      <output className={styles.sign} data-talking={isTalking} data-talk={talk} data-testid="talk-sign">
        {talk === 'open' ? <Mic aria-hidden /> : talk === 'shut' ? <Ear aria-hidden /> : <MicOff aria-hidden />}
        {words[talk]()}
        {talk === 'open' && state.tools.sound.isDucked && <small data-testid="ducked">{t('ducked')}</small>}
      </output>
      {canTalk && (
        <button
          type="button"
          className={styles.hold}
          aria-pressed={isHeld}
          onPointerDown={press}
          onPointerUp={release}
          onPointerLeave={release}
          onPointerCancel={release}
          onContextMenu={(event) => event.preventDefault()}
          data-testid="push-to-talk"
        >
          {isHeld ? t('holding') : t('hold')}
        </button>
      )}
    </div>
  );
}

function HandButton({ state }: { readonly state: InsideState }) {
  const t = useText(siteText);
  const { actions } = useCall();
  if (!may(state, 'raiseHand')) return null;
  const isRaised = state.hands.some((hand) => hand.seatId === state.self.seatId);
  return (
    <button
      type="button"
      className={styles.hand}
      aria-pressed={isRaised}
      onClick={() => void actions.setHand(!isRaised)}
      data-testid="site-hand"
    >
      <Hand aria-hidden /> {isRaised ? t('lowerHand') : t('raiseHand')}
    </button>
  );
}

function SiteLine({ state }: { readonly state: InsideState }) {
  const t = useText(roomText);
  const { connection } = useCallState();
  const nowMs = useNow(1_000);
  return (
    <header className={styles.line}>
      <h1>{state.lesson.title}</h1>
      <span>
        {state.lesson.schoolName} · {state.lesson.lecturerName}
      </span>
      <CountdownSign state={state} />
      <RecordingSign recording={state.recording} />
      {connection.kind === 'reconnecting' && (
        <strong className={styles.warn} data-testid="reconnecting">
          {t('reconnecting', { n: Math.max(0, Math.round((nowMs - connection.sinceMs) / 1000)) })}
        </strong>
      )}
      {state.safeMode && <strong className={styles.warn}>{t('safeMode')}</strong>}
    </header>
  );
}

/** What one window of the screen shows: board and people side by side, or one of them alone. */
type View = 'both' | 'board' | 'people';

/** With two screens each has its own; the teacher may have them change places. */
export function viewOf(layout: SiteLayout, screen: 'only' | 'first' | 'second'): View {
  if (screen === 'only') return layout === 'auto' ? 'both' : layout;
  const hasBoardFirst = layout !== 'people';
  return hasBoardFirst === (screen === 'first') ? 'board' : 'people';
}

function Place({ tile, size }: { readonly tile: TileModel | null; readonly size: 'large' | 'small' }) {
  return tile === null ? null : <Tile key={tile.key} tile={tile} size={size} isPinned={false} />;
}

function BoardPart({ state, places }: { readonly state: InsideState; readonly places: Places }) {
  const { page } = state.tools;
  return (
    <div className={styles.board}>
      <div className={styles.picture}>
        {page === null ? <Place tile={places.main} size="large" /> : <ShownBoard state={state} shown={page} />}
      </div>
      <ClassCards state={state} isLarge />
    </div>
  );
}

/** Everybody who is seen, lecturer first; one's own classroom last. */
function PeoplePart({ places }: { readonly places: Places }) {
  const tiles = [places.teacher, ...places.others, places.own].filter((tile) => tile !== null);
  return (
    <div className={styles.people} data-count={tiles.length}>
      {tiles.map((tile) => (
        <div key={tile.key} className={styles.person}>
          <Place tile={tile} size="large" />
        </div>
      ))}
    </div>
  );
}

function SidePart({ state, places }: { readonly state: InsideState; readonly places: Places }) {
  const { page } = state.tools;
  return (
    <>
      <div className={[styles.tile, styles.lecturer].join(' ')}>
        <Place tile={places.lecturer} size="large" />
      </div>
      {places.others
        .filter((tile) => page !== null || tile !== places.main)
        .map((tile) => (
          <div key={tile.key} className={styles.tile}>
            <Place tile={tile} size="small" />
          </div>
        ))}
      <div className={[styles.tile, styles.own].join(' ')}>
        <Place tile={places.own} size="small" />
      </div>
    </>
  );
}

/** The second window: what the first one does not show. It sends nothing and sounds nothing. */
export function SecondRoom({ state, layout }: { readonly state: InsideState; readonly layout: SiteLayout }) {
  const places = useMemo(() => placesOf(state), [state]);
  const view = viewOf(layout, 'second');
  useWakeLock();
  return (
    <div className={['stage', styles.room].join(' ')} data-testid="site-second" data-view={view}>
      <SiteLine state={state} />
      <main className={styles.main} data-view={view} style={{ gap: GAP_PX }}>
        {view === 'people' ? <PeoplePart places={places} /> : <BoardPart state={state} places={places} />}
      </main>
    </div>
  );
}

interface SiteRoomProps {
  readonly state: InsideState;
  readonly kit: SiteKit;
  readonly complaint: CaptureComplaint | null;
  readonly onComplaintSeen: () => void;
}

/** The lesson's teachers learn what the check before class has found. */
function useSoundReport(): void {
  const { actions } = useCall();
  useEffect(() => {
    const last = recallSound(localStorage, Date.now());
    if (last !== null) void actions.tools.reportSound(last.measured);
  }, [actions]);
}

/** The lesson as 45 pupils see it from six metres away. */
export function SiteRoom({ state, kit, complaint, onComplaintSeen }: SiteRoomProps) {
  const { media } = useCallState();
  const places = useMemo(() => placesOf(state), [state]);
  const setup = useSiteDuties(kit, state);
  useWakeLock();
  useSoundReport();
  const canTalk = state.lesson.kind === 'sky' && !state.safeMode && !setup.isMicrophoneOff;
  const view = viewOf(setup.layout, setup.screens > 1 ? 'first' : 'only');
  return (
    <div
      className={['stage', styles.room].join(' ')}
      data-testid="site-room"
      data-seat-id={state.self.seatId}
      data-frozen={media.line === 'interrupted'}
      data-view={view}
      data-volume={setup.volume}
    >
      <div>
        <SiteLine state={state} />
        <GroupLine state={state} isLarge />
        <ToldNote state={state} />
      </div>
      <main className={styles.main} data-view={view} style={{ gap: GAP_PX }}>
        {view === 'people' ? <PeoplePart places={places} /> : <BoardPart state={state} places={places} />}
        <div className={styles.notes}>
          <DeviceNewsNotes />
          {complaint !== null && <CaptureNote complaint={complaint} onSeen={onComplaintSeen} />}
        </div>
        <aside className={styles.side}>
          {view === 'both' && <SidePart state={state} places={places} />}
          <TalkSign state={state} canTalk={canTalk} isOff={setup.isMicrophoneOff} />
          <HandButton state={state} />
          {kit.phones.length === 0 && <PairingSign kit={kit} isSmall />}
        </aside>
      </main>
      <RemoteSound volume={setup.volume} />
      <Announcer state={state} />
    </div>
  );
}
