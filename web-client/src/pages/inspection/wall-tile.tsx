import { Eye, Hand, MonitorUp, NotebookPen, Users } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import type { LessonId } from '../../../../signaling/protocol/ids.ts';
import type { Participant } from '../../../../signaling/protocol/room.ts';
import { isTeacherSeat } from '../../../../signaling/protocol/seats.ts';
import type { LessonSummary } from '../../../../signaling/protocol/rest/shapes.ts';
import type { RoomCall } from '../../call/room-call.ts';
import type { InsideState } from '../../call/room-state.ts';
import type { CallState } from '../../call/room-store.ts';
import { failureText } from '../../messages/failure.ts';
import { inspectionText } from '../../messages/inspection.ts';
import { useText } from '../../text/text.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { VideoView } from '../room/video-view.tsx';
import { shownPicture } from './shown-picture.ts';
import { useInspectedRoom } from './use-inspected-room.ts';
import styles from './inspection.module.css';

/** However large a tile is drawn, it takes the lowest layer that there is. */
const LOWEST_PX = 1;

function Words({ children, onAgain }: { readonly children: ReactNode; readonly onAgain?: () => void }) {
  const t = useText(inspectionText);
  return (
    <output className={styles.words}>
      <span>{children}</span>
      {onAgain !== undefined && <Button onClick={onAgain}>{t('again')}</Button>}
    </output>
  );
}

function Picture({
  call,
  state,
  view,
}: {
  readonly call: RoomCall;
  readonly state: CallState;
  readonly view: InsideState;
}) {
  const t = useText(inspectionText);
  const producerId = shownPicture(view)?.producerId ?? null;
  useEffect(
    () => (producerId === null ? undefined : call.media.remote.want(producerId, LOWEST_PX)),
    [call, producerId],
  );
  const track = state.media.remote.find((one) => one.producerId === producerId)?.track;
  if (track === undefined) return <Words>{t('noPicture')}</Words>;
  const isAway = state.connection.kind !== 'connected';
  return (
    <div className={styles.picture} data-away={isAway}>
      <VideoView track={track} fit="contain" label={view.lesson.title} />
      {isAway && <Words>{t('reconnecting')}</Words>}
    </div>
  );
}

const isOfAudience = ({ seat, onStage }: Participant): boolean =>
  !onStage && !isTeacherSeat(seat) && seat !== 'site' && seat !== 'observer';

function Facts({ view }: { readonly view: InsideState }) {
  const t = useText(inspectionText);
  const people = view.participants.filter(({ seat, connected }) => seat !== 'observer' && connected).length;
  // Of the audience some are told by name and all are counted.
  const named = view.participants.filter((one) => isOfAudience(one) && one.connected).length;
  return (
    <ul className={styles.facts}>
      <li data-testid="wall-people">
        <Users aria-hidden /> {t('people', { n: people + Math.max(0, view.audienceCount - named) })}
      </li>
      {view.hands.length > 0 && (
        <li>
          <Hand aria-hidden /> {t('hands', { n: view.hands.length })}
        </li>
      )}
      {view.producers.some(({ source }) => source === 'screen') && (
        <li>
          <MonitorUp aria-hidden /> {t('sharing')}
        </li>
      )}
      {view.recording === 'recording' && <li className={styles.recording}>● {t('recording')}</li>}
    </ul>
  );
}

function Inside({ call, onAgain }: { readonly call: RoomCall; readonly onAgain: () => void }) {
  const t = useText(inspectionText);
  const state = useSyncExternalStore(call.store.subscribe, call.store.getState);
  const { view, connection } = state;
  if (connection.kind === 'closed') {
    if (connection.reason === 'lessonEnded') return <Words>{t('ended')}</Words>;
    return <Words onAgain={onAgain}>{connection.reason === 'seatTakenOver' ? t('takenOver') : t('closed')}</Words>;
  }
  if (view.phase === 'joining') return <Words>{t('entering')}</Words>;
  if (view.phase === 'waiting') return <Words>{view.cause === 'locked' ? t('locked') : t('waiting')}</Words>;
  return (
    <>
      <Picture call={call} state={state} view={view} />
      <Facts view={view} />
    </>
  );
}

function Room({ lessonId, onAgain }: { readonly lessonId: LessonId; readonly onAgain: () => void }) {
  const t = useText(inspectionText);
  const failures = useText(failureText);
  const room = useInspectedRoom(lessonId);
  return (
    <div className={styles.frame} data-testid="wall-room" data-phase={room.kind}>
      {room.kind === 'entering' && <Words>{t('entering')}</Words>}
      {room.kind === 'refused' && <Words onAgain={onAgain}>{failures(room.failure.code)}</Words>}
      {room.kind === 'inside' && <Inside call={room.call} onAgain={onAgain} />}
    </div>
  );
}

export interface WallTileProps {
  readonly lesson: LessonSummary;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

/** One lesson on the wall: its room is entered while the tile is there. */
export function WallTile({ lesson, isChosen, onChoose }: WallTileProps) {
  const t = useText(inspectionText);
  const [attempt, setAttempt] = useState(0);
  return (
    <article
      className={['stage', styles.tile].join(' ')}
      data-testid="wall-tile"
      data-lesson-id={lesson.lessonId}
      data-chosen={isChosen}
    >
      {/* Whoever enters again comes as anew. */}
      <Room key={attempt} lessonId={lesson.lessonId} onAgain={() => setAttempt(attempt + 1)} />
      <footer className={styles.foot}>
        <div className={styles.name}>
          <strong>{lesson.title}</strong>
          <span>
            {lesson.schoolName} · {lesson.lecturerName}
          </span>
        </div>
        <Button
          look="plain"
          icon={NotebookPen}
          aria-pressed={isChosen}
          aria-label={t('choose', { title: lesson.title })}
          onClick={onChoose}
          data-testid="wall-notes"
        >
          {t('notes')}
        </Button>
        <LinkButton look="plain" icon={Eye} href={`/room/${lesson.lessonId}`} isOtherTab>
          {t('enter')}
        </LinkButton>
      </footer>
    </article>
  );
}
