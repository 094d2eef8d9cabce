import type { Playback } from '../../player/playback.ts';
import { cuesAt } from '../../player/shown-captions.ts';
import { usePlaybackState } from './use-playback.ts';
import type { ShownCaptions } from './use-captions.ts';
import styles from './captions.module.css';

/** Tells who speaks when another one does; two lines of one speaker name them once. */
export function CaptionOverlay({
  playback,
  captions,
}: {
  readonly playback: Playback | null;
  readonly captions: ShownCaptions;
}) {
  const positionS = usePlaybackState(playback)?.positionS ?? 0;
  if (captions.shown === null) return null;
  const shown = cuesAt(captions.cues, positionS * 1000);
  return (
    <div
      className={styles.overlay}
      data-size={captions.size}
      lang={captions.shown}
      aria-live="off"
      data-testid="player-caption-lines"
    >
      {shown.map(({ index, cue }, at) => (
        <p key={index}>
          <span>
            {cue.voice !== null && cue.voice !== shown[at - 1]?.cue.voice && <b>{cue.voice}：</b>}
            {cue.text}
          </span>
        </p>
      ))}
    </div>
  );
}
