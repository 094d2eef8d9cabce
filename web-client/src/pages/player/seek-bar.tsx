import { useState } from 'react';
import type { PointerEvent } from 'react';
import type { RemarkKind } from '../../../../signaling/protocol/rest/remarks.ts';
import { playerText } from '../../messages/player.ts';
import type { PlaybackState } from '../../player/playback.ts';
import { cueAt, type Thumbnail, type VttCue } from '../../player/web-vtt.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import styles from './seek-bar.module.css';

export interface TimelineMark {
  readonly id: string;
  readonly atS: number;
  readonly kind: RemarkKind;
}

export interface SeekBarProps {
  readonly state: PlaybackState;
  readonly thumbnails: readonly Thumbnail[];
  readonly chapters: readonly VttCue[];
  /** Where something was noted, asked or observed. */
  readonly marks: readonly TimelineMark[];
  readonly onSeek: (positionS: number) => void;
}

const percent = (part: number, whole: number): string => `${whole <= 0 ? 0 : Math.min(100, (part / whole) * 100)}%`;

/** The picture, the chapter and the time of where the pointer is. */
function Preview({
  atS,
  durationS,
  thumbnails,
  chapters,
}: { readonly atS: number; readonly durationS: number } & Pick<SeekBarProps, 'thumbnails' | 'chapters'>) {
  const picture = cueAt(thumbnails, atS);
  const chapter = cueAt(chapters, atS);
  return (
    <div
      className={styles.preview}
      style={{ '--at': percent(atS, durationS) } as React.CSSProperties}
      data-testid="player-preview"
    >
      {picture !== undefined && (
        <span
          className={styles.thumbnail}
          data-testid="player-thumbnail"
          style={{
            width: picture.width,
            height: picture.height,
            backgroundImage: `url("${picture.url}")`,
            backgroundPosition: `-${picture.x}px -${picture.y}px`,
          }}
        />
      )}
      {chapter !== undefined && <span className={styles.chapter}>{chapter.text}</span>}
      <span className="tabular">{duration(atS * 1000)}</span>
    </div>
  );
}

/** What is played, what is there, and where chapters begin. */
function Track({ state, chapters, shownS }: Pick<SeekBarProps, 'state' | 'chapters'> & { readonly shownS: number }) {
  const { durationS, buffered } = state;
  return (
    <div className={styles.track}>
      {buffered.map(({ fromS, toS }) => (
        <span
          key={fromS}
          className={styles.buffered}
          style={{ left: percent(fromS, durationS), width: percent(Math.max(0, toS - fromS), durationS) }}
        />
      ))}
      <span className={styles.played} style={{ width: percent(shownS, durationS) }} />
      {chapters.slice(1).map(({ fromS }) => (
        <span key={fromS} className={styles.mark} style={{ left: percent(fromS, durationS) }} />
      ))}
    </div>
  );
}

export function SeekBar({ state, thumbnails, chapters, marks, onSeek }: SeekBarProps) {
  const t = useText(playerText);
  const [hoverS, setHover] = useState<number | null>(null);
  const [isDragging, setDragging] = useState(false);
  const { durationS } = state;
  const shownS = isDragging && hoverS !== null ? hoverS : state.positionS;
  const positionOf = (event: PointerEvent<HTMLDivElement>): number => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - left) / Math.max(width, 1))) * durationS;
  };
  const finish = (event: PointerEvent<HTMLDivElement>): void => {
    if (!isDragging) return;
    setDragging(false);
    onSeek(positionOf(event));
    if (event.pointerType !== 'mouse') setHover(null);
  };
  return (
    <div
      className={styles.bar}
      // Buffered ranges, chapters and previews do not fit into a range input.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="slider"
      tabIndex={0}
      aria-label={t('seek')}
      aria-valuemin={0}
      aria-valuemax={Math.round(durationS)}
      aria-valuenow={Math.round(shownS)}
      aria-valuetext={t('seekValue', { at: duration(shownS * 1000), total: duration(durationS * 1000) })}
      data-testid="player-seek"
      data-dragging={isDragging}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragging(true);
        setHover(positionOf(event));
      }}
      onPointerMove={(event) => setHover(positionOf(event))}
      onPointerUp={finish}
      onPointerCancel={() => {
        setDragging(false);
        setHover(null);
      }}
      onPointerLeave={() => (isDragging ? undefined : setHover(null))}
    >
      <Track state={state} chapters={chapters} shownS={shownS} />
      {marks.map(({ id, atS, kind }) => (
        <span
          key={id}
          className={styles.remark}
          style={{ left: percent(atS, durationS) }}
          data-kind={kind}
          data-testid="player-mark"
        />
      ))}
      <span className={styles.knob} style={{ left: percent(shownS, durationS) }} />
      {hoverS !== null && <Preview atS={hoverS} durationS={durationS} thumbnails={thumbnails} chapters={chapters} />}
    </div>
  );
}
