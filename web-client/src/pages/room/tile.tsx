import { Hand, MicOff, Pin, PinOff } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import type { Translate } from '../../text/text.ts';
import { useCall, useCallState } from './call-context.ts';
import type { TileModel } from './tiles.ts';
import { useShownHeight, VideoView } from './video-view.tsx';
import styles from './tile.module.css';

const HUES = 12;

/** The same colour for the same seat on every screen. */
function hueOf(id: string): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 997;
  return (hash % HUES) * (360 / HUES);
}

/** Two characters of a Chinese given name, initials of others. */
export function initialsOf(name: string): string {
  const trimmed = name.trim();
  if (/^[\p{Script=Han}]+$/u.test(trimmed)) return trimmed.slice(-2);
  return trimmed
    .split(/\s+/)
    .map((word) => [...word][0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase();
}

function LineBars({ line, words }: { readonly line: 'good' | 'fair' | 'poor'; readonly words: string }) {
  const lit = { good: 3, fair: 2, poor: 1 }[line];
  return (
    <details className={styles.line} data-line={line}>
      <summary aria-label={words} title={words}>
        {[1, 2, 3].map((bar) => (
          <i key={bar} data-lit={bar <= lit} />
        ))}
      </summary>
      <span>{words}</span>
    </details>
  );
}

export function titleOf(tile: TileModel, t: Translate<typeof roomText>): string {
  const { displayName } = tile.participant;
  const name = tile.isSelf ? t('withNote', { name: displayName, note: t('you') }) : displayName;
  if (tile.source === 'screen') return t('screenOf', { name });
  if (tile.source === 'visualiser') return t('visualiserOf', { name });
  return name;
}

/** The track of a tile: one's own as captured, another's as received. */
function useTrack(tile: TileModel): MediaStreamTrack | null {
  const { media } = useCallState();
  if (tile.isSelf) {
    const own = media.local.find((source) => source.source === tile.source);
    return own === undefined || own.paused ? null : own.track;
  }
  if (tile.producerId === null) return null;
  return media.remote.find((track) => track.producerId === tile.producerId)?.track ?? null;
}

/** Tells the session how large this tile is, so that only what is seen is received, at the layer that fits. */
function useWish(tile: TileModel): (heightPx: number) => void {
  const { media } = useCall();
  const [heightPx, setHeight] = useState(0);
  const { producerId, isSelf } = tile;
  useEffect(() => {
    if (isSelf || producerId === null || heightPx <= 0) return undefined;
    return media.remote.want(producerId, heightPx);
  }, [media, producerId, isSelf, heightPx]);
  return setHeight;
}

function Badges({ tile }: { readonly tile: TileModel }) {
  const t = useText(roomText);
  const lineWords = { good: t('lineGood'), fair: t('lineFair'), poor: t('linePoor') };
  return (
    <div className={styles.badges}>
      {tile.handOrder !== null && (
        <span className={styles.hand} title={t('handOrder', { n: tile.handOrder })}>
          <Hand aria-hidden /> {tile.handOrder}
          <span className="visually-hidden">{t('handOrder', { n: tile.handOrder })}</span>
        </span>
      )}
      {tile.line !== null && <LineBars line={tile.line} words={lineWords[tile.line]} />}
    </div>
  );
}

export interface TileProps {
  readonly tile: TileModel;
  /** Small tiles say only the name. */
  readonly size: 'small' | 'large';
  readonly isPinned: boolean;
  readonly onPin?: (() => void) | undefined;
}

function Picture({ tile, title }: { readonly tile: TileModel; readonly title: string }) {
  const track = useTrack(tile);
  const setHeight = useWish(tile);
  const isCamera = tile.source === 'camera';
  if (track === null) return <NameCard tile={tile} onShownHeight={setHeight} />;
  return (
    <VideoView
      track={track}
      mirrored={tile.isSelf && isCamera}
      // Boards are never cropped, nor is a whole classroom; faces may be.
      fit={isCamera && tile.participant.seat !== 'site' ? 'cover' : 'contain'}
      onShownHeight={setHeight}
      label={title}
      cover={<Initials tile={tile} />}
    />
  );
}

function Initials({ tile }: { readonly tile: TileModel }) {
  return (
    <span style={{ background: `hsl(${hueOf(tile.seatId)} 45% 32%)` }} aria-hidden>
      {initialsOf(tile.participant.displayName)}
    </span>
  );
}

function Caption({ tile, title }: { readonly tile: TileModel; readonly title: string }) {
  const t = useText(roomText);
  const isCamera = tile.source === 'camera';
  const { schoolName } = tile.participant;
  return (
    <footer className={styles.caption}>
      {isCamera && tile.isMuted && (
        <>
          <MicOff aria-hidden />
          <span className="visually-hidden">{t('muted')}</span>
        </>
      )}
      <span className={styles.name}>{title}</span>
      {isCamera && tile.speaker !== null && (
        <strong className={styles.speaker} data-testid="class-speaker">
          {t('classSpeaker', { name: tile.speaker })}
        </strong>
      )}
      {isCamera && schoolName !== null && <span className={styles.school}>{schoolName}</span>}
      {isCamera && tile.isSpeaking && <span className="visually-hidden">{t('speaking')}</span>}
    </footer>
  );
}

export function Tile({ tile, size, isPinned, onPin }: TileProps) {
  const t = useText(roomText);
  const { participant, isSelf, source } = tile;
  const isCamera = source === 'camera';
  const title = titleOf(tile, t);
  return (
    <article
      className={[styles.tile, styles[size], tile.isSpeaking && isCamera ? styles.speaking : ''].join(' ')}
      aria-label={title}
      data-testid="tile"
      data-seat-id={tile.seatId}
      data-source={source}
      data-self={isSelf}
      data-name={participant.displayName}
      data-speaking={tile.isSpeaking}
    >
      <Picture tile={tile} title={title} />
      {!participant.connected && <p className={styles.away}>{t('away')}</p>}
      <Caption tile={tile} title={title} />
      {isCamera && <Badges tile={tile} />}
      {onPin !== undefined && (
        <button type="button" className={styles.pin} onClick={onPin} aria-label={isPinned ? t('unpin') : t('pin')}>
          {isPinned ? <PinOff aria-hidden /> : <Pin aria-hidden />}
        </button>
      )}
    </article>
  );
}

/** Takes the picture's place and keeps its size, so that the tile asks for the picture at the right layer. */
function NameCard({
  tile,
  onShownHeight,
}: {
  readonly tile: TileModel;
  readonly onShownHeight: (height: number) => void;
}) {
  const ref = useRef<HTMLDivElement>(null);
  useShownHeight(ref, tile.producerId === null ? undefined : onShownHeight);
  return (
    <div className={styles.card} ref={ref}>
      <Initials tile={tile} />
    </div>
  );
}
