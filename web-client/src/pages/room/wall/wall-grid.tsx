import { ChevronLeft, ChevronRight, Hand, UserPlus } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { CSSProperties } from 'react';
import { roomText } from '../../../messages/room.ts';
import { wallText } from '../../../messages/class-wall.ts';
import { useText } from '../../../text/text.ts';
import { useCall, useCallState } from '../call-context.ts';
import { initialsOf } from '../tile.tsx';
import { VideoView } from '../video-view.tsx';
import type { WallFace } from './wall-people.ts';
import styles from './class-wall.module.css';

/** The wall has one layer of so many lines, whatever the size of its tiles. */
const WALL_HEIGHT_PX = 180;

interface FaceProps {
  readonly face: WallFace;
  /** In a window of its own, which is seen while the page is not. */
  readonly floats: boolean;
}

function Face({ face, floats }: FaceProps) {
  const t = useText(wallText);
  const { media, actions } = useCall();
  const { remote } = useCallState().media;
  const { producerId, seatId, name, hasHand, isPaused, isOnStage } = face;
  useEffect(() => media.remote.want(producerId, WALL_HEIGHT_PX, { floats }), [media, producerId, floats]);
  const track = isPaused ? undefined : remote.find((one) => one.producerId === producerId)?.track;
  const initials = <span aria-hidden>{initialsOf(name)}</span>;
  return (
    <li className={styles.face} data-testid="wall-face" data-name={name} data-seat-id={seatId}>
      {track === undefined ? (
        <div className={styles.card}>
          {initials}
          {isPaused && <span className="visually-hidden">{t('paused')}</span>}
        </div>
      ) : (
        <VideoView track={track} fit="cover" label={name} cover={initials} />
      )}
      <footer>
        {hasHand && (
          <>
            <Hand aria-hidden />
            <span className="visually-hidden">{t('handUp')}</span>
          </>
        )}
        <span>{name}</span>
      </footer>
      {!isOnStage && (
        <button
          type="button"
          onClick={() => void actions.inviteToStage(seatId)}
          aria-label={t('invite', { name })}
          title={t('invite', { name })}
          data-testid="wall-invite"
        >
          <UserPlus aria-hidden />
        </button>
      )}
    </li>
  );
}

export interface WallGridProps {
  readonly faces: readonly WallFace[];
  readonly columns: number;
  readonly rows: number;
  readonly floats?: boolean;
}

/** A page of the wall. Only what it shows is received. */
export function WallGrid({ faces, columns, rows, floats = false }: WallGridProps) {
  const t = useText(wallText);
  const room = useText(roomText);
  const [page, setPage] = useState(0);
  const perPage = columns * rows;
  const pages = Math.max(1, Math.ceil(faces.length / perPage));
  const current = Math.min(page, pages - 1);
  const shown = faces.slice(current * perPage, (current + 1) * perPage);
  return (
    <>
      <ul
        className={styles.grid}
        style={{ '--columns': columns, '--rows': rows } as CSSProperties}
        data-testid="wall-grid"
      >
        {shown.map((face) => (
          <Face key={face.producerId} face={face} floats={floats} />
        ))}
      </ul>
      {pages > 1 && (
        <nav className={styles.pager} aria-label={t('wall')}>
          <button
            type="button"
            aria-label={room('previousPage')}
            disabled={current === 0}
            onClick={() => setPage(current - 1)}
          >
            <ChevronLeft aria-hidden />
          </button>
          <span className="tabular" aria-label={t('page', { n: current + 1, all: pages })}>
            {current + 1} / {pages}
          </span>
          <button
            type="button"
            aria-label={room('nextPage')}
            disabled={current === pages - 1}
            onClick={() => setPage(current + 1)}
            data-testid="wall-next"
          >
            <ChevronRight aria-hidden />
          </button>
        </nav>
      )}
    </>
  );
}
