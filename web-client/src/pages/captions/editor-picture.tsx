import { Pause, Play, RotateCcw, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { captionsText } from '../../messages/captions.ts';
import type { Playback } from '../../player/playback.ts';
import { PlayerMemory, type Layout } from '../../player/player-memory.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { timeText } from '../../player/caption-edit.ts';
import type { Opened } from '../player/playback-query.ts';
import { PictureStage } from '../player/picture-stage.tsx';
import { modeOf, useActiveViews } from '../player/use-layout.ts';
import {
  usePlayback,
  usePlaybackState,
  usePlayerElements,
  useViewsState,
  type PlayerMode,
} from '../player/use-playback.ts';
import { seekBy, togglePlay } from '../player/use-player-keys.ts';
import { useSlidesNow } from '../player/use-slides.ts';
import styles from './caption-editor.module.css';

export const STEP_S = 2;

/** The film where there is one, else board and lecturer beside each other. */
export function useEditorPlayback(opened: Opened) {
  const [memory] = useState(() => new PlayerMemory(localStorage));
  const { elements, attach } = usePlayerElements();
  const layout: Layout = opened.composed === null ? 'side' : 'film';
  const mode: PlayerMode = modeOf(layout, opened);
  const playback = usePlayback(mode, opened, elements, memory);
  useActiveViews(playback, layout, 'lecturer', false);
  return { playback, mode, layout, attach };
}

function Transport({ playback }: { readonly playback: Playback }) {
  const t = useText(captionsText);
  const state = usePlaybackState(playback);
  if (state === null) return null;
  const { isPlaying, positionS, durationS } = state;
  return (
    <div className={styles.transport}>
      <Button icon={RotateCcw} aria-label={`−${STEP_S} s`} onClick={() => seekBy(playback, -STEP_S)} />
      <Button
        look="primary"
        icon={isPlaying ? Pause : Play}
        aria-label={t(isPlaying ? 'pause' : 'play')}
        onClick={() => togglePlay(playback)}
        data-testid="editor-play"
      />
      <Button icon={RotateCw} aria-label={`+${STEP_S} s`} onClick={() => seekBy(playback, STEP_S)} />
      <input
        type="range"
        min={0}
        max={durationS}
        step={0.1}
        value={positionS}
        aria-label={t('from')}
        aria-valuetext={timeText(positionS * 1000)}
        onChange={(event) => playback.seek(Number(event.target.value))}
      />
      <span className="tabular">{timeText(Math.round(positionS * 1000))}</span>
    </div>
  );
}

export function EditorPicture({
  opened,
  player,
  line,
}: {
  readonly opened: Opened;
  readonly player: ReturnType<typeof useEditorPlayback>;
  /** What viewers read now. */
  readonly line: string;
}) {
  const { playback, mode, layout, attach } = player;
  const state = usePlaybackState(playback);
  const views = useViewsState(playback);
  const slides = useSlidesNow({ playback, opened, wanted: mode === 'views' ? 'pages' : null });
  return (
    <div className={styles.picture}>
      <div className={['stage', styles.frame].join(' ')}>
        <PictureStage
          {...{ playback, state, views, slides, layout, mode, opened, attach }}
          isSwapped={false}
          isFullscreen={false}
          posterUrl={opened.composed?.posterUrl}
          areControlsShown
          onTap={() => (playback === null ? undefined : togglePlay(playback))}
          onFullscreen={() => undefined}
        />
        {line !== '' && <p className={styles.line}>{line}</p>}
      </div>
      {playback !== null && <Transport playback={playback} />}
    </div>
  );
}
