import { Ear, Hand, Mic } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import type { InsideState } from '../../call/room-state.ts';
import { may } from '../../call/room-state.ts';
import { siteText } from '../../messages/site.ts';
import { roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import { useNow } from '../../ui/use-now.ts';
import { Announcer } from '../room/announcer.tsx';
import { useCall, useCallState } from '../room/call-context.ts';
import { GAP_PX } from '../room/packing.ts';
import { RemoteSound } from '../room/remote-sound.tsx';
import { ShownBoard } from '../room/shown-board.tsx';
import { Tile } from '../room/tile.tsx';
import { tilesOf } from '../room/tiles.ts';
import type { TileModel } from '../room/tiles.ts';
import { RecordingSign } from '../room/top-line.tsx';
import { ClassCards } from '../room/tools/class-cards.tsx';
import { CountdownSign } from '../room/tools/countdown-sign.tsx';
import { useTalkKey } from './use-talk-key.ts';
import styles from './site-room.module.css';

const MOST_AT_THE_SIDE = 4;

interface Places {
  readonly main: TileModel | null;
  readonly lecturer: TileModel | null;
  readonly others: readonly TileModel[];
  readonly own: TileModel | null;
}

/** Board and lecturer large, those who speak beside them, one's own classroom small. */
function placesOf(state: InsideState): Places {
  const { people, boards } = tilesOf(state);
  const own = people.find((tile) => tile.isSelf) ?? null;
  const lecturer = people.find((tile) => tile.participant.seat === 'lecturer') ?? null;
  const board = boards.at(-1) ?? null;
  const others = people
    .filter((tile) => tile !== own && tile !== lecturer)
    .toSorted((a, b) => Number(b.participant.onStage) - Number(a.participant.onStage))
    .slice(0, MOST_AT_THE_SIDE);
  const hasBoard = board !== null || state.tools.page !== null;
  return { main: board ?? lecturer ?? others[0] ?? null, lecturer: hasBoard ? lecturer : null, others, own };
}

function TalkSign({ isTalking, canTalk }: { readonly isTalking: boolean; readonly canTalk: boolean }) {
  const t = useText(siteText);
  const { isHeld, press, release } = useTalkKey(canTalk);
  return (
    <div className={styles.talk}>
      <output className={styles.sign} data-talking={isTalking} data-testid="talk-sign">
        {isTalking ? <Mic aria-hidden /> : <Ear aria-hidden />}
        {isTalking ? t('speak') : t('listen')}
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

function Place({ tile, size }: { readonly tile: TileModel | null; readonly size: 'large' | 'small' }) {
  return tile === null ? null : <Tile key={tile.key} tile={tile} size={size} isPinned={false} />;
}

/** The lesson as 45 pupils see it from six metres away. */
export function SiteRoom({ state }: { readonly state: InsideState }) {
  const { media } = useCallState();
  const places = useMemo(() => placesOf(state), [state]);
  const { page } = state.tools;
  useWakeLock();
  const canTalk = state.lesson.kind === 'sky' && !state.safeMode;
  return (
    <div
      className={['stage', styles.room].join(' ')}
      data-testid="site-room"
      data-seat-id={state.self.seatId}
      data-frozen={media.line === 'interrupted'}
    >
      <SiteLine state={state} />
      <main className={styles.main} style={{ gap: GAP_PX }}>
        <div className={styles.board}>
          <div className={styles.picture}>
            {page === null ? <Place tile={places.main} size="large" /> : <ShownBoard state={state} shown={page} />}
          </div>
          <ClassCards state={state} isLarge />
        </div>
        <aside className={styles.side}>
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
          <TalkSign isTalking={state.self.talking || state.self.onStage} canTalk={canTalk} />
          <HandButton state={state} />
        </aside>
      </main>
      <RemoteSound />
      <Announcer state={state} />
    </div>
  );
}

/** A screen that goes dark in the middle of a lesson cannot be woken by anybody. */
function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    const ask = async (): Promise<void> => {
      if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
      lock = await navigator.wakeLock.request('screen').catch(() => null);
    };
    const handle = (): void => void ask();
    handle();
    document.addEventListener('visibilitychange', handle);
    return () => {
      document.removeEventListener('visibilitychange', handle);
      void lock?.release().catch(() => undefined);
    };
  }, []);
}
