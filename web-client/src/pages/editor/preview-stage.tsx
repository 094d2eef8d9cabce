import { LoaderCircle, Pause, Play, EyeOff } from 'lucide-react';
import { keepsTrack, type Edition } from '../../../../signaling/protocol/edition.ts';
import type { PlayIndex } from '../../../../signaling/protocol/play-index.ts';
import type { EditedTrack } from '../../../../signaling/protocol/rest/editions.ts';
import { editorText } from '../../messages/editor.ts';
import { VIEW_SLOTS, type ViewSlot } from '../../player/views-playback.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import type { Preview } from './use-preview.ts';
import styles from './preview-stage.module.css';

interface StageProps {
  readonly preview: Preview;
  readonly index: PlayIndex;
  readonly tracks: readonly EditedTrack[];
  readonly edition: Edition;
}

/** Whether viewers will see anything of a view. */
function isPublished(view: string | null, { index, tracks, edition }: Omit<StageProps, 'preview'>): boolean {
  const runs = index.views.find((each) => each.view === view)?.runs ?? [];
  const ids = new Set(runs.map(({ trackId }) => trackId));
  return tracks.some((track) => ids.has(track.trackId) && keepsTrack(edition, track));
}

function Picture({ slot, isHidden, ...props }: StageProps & { readonly slot: ViewSlot; readonly isHidden: boolean }) {
  const t = useText(editorText);
  const { preview } = props;
  const picture = preview.views?.pictures[slot];
  const view = picture?.view ?? null;
  return (
    <figure className={styles.picture} hidden={isHidden} data-testid={`editor-picture-${slot}`}>
      <video ref={preview.attach[slot]} muted playsInline aria-label={t(slot)} />
      {picture?.status === 'loading' && <LoaderCircle aria-hidden className={styles.spin} />}
      {picture?.status === 'absent' && <span className={styles.absent}>{picture.displayName}</span>}
      {view !== null && !isPublished(view, props) && (
        <figcaption className={styles.unpublished}>
          <EyeOff aria-hidden /> {t('leftOutPicture')}
        </figcaption>
      )}
    </figure>
  );
}

/** Playing, the time, and which picture is at the right. */
function Transport({ preview }: Pick<StageProps, 'preview'>) {
  const t = useText(editorText);
  const { playback, state, views } = preview;
  const isPlaying = state?.isPlaying === true;
  const { positionS, durationS } = state ?? { positionS: 0, durationS: 0 };
  const others = (views?.choices ?? []).filter(({ view }) => view !== 'board');
  return (
    <div className={styles.transport}>
      <Button
        look="primary"
        icon={isPlaying ? Pause : Play}
        aria-label={t(isPlaying ? 'pause' : 'play')}
        title={t(isPlaying ? 'pause' : 'play')}
        disabled={playback === null}
        onClick={() => (isPlaying ? playback?.pause() : playback?.play())}
        data-testid="editor-play"
      />
      <span className="tabular" data-testid="editor-time">
        {duration(positionS * 1000)} / {duration(durationS * 1000)}
      </span>
      {others.length > 1 && (
        <SelectField
          label={t('otherView')}
          value={views?.pictures.lecturer.view ?? ''}
          options={others.map(({ view, displayName }) => ({ value: view, label: displayName }))}
          onChange={(view) => playback?.choose('lecturer', view)}
        />
      )}
    </div>
  );
}

/** Both pictures of the full recording. */
export function PreviewStage(props: StageProps) {
  const t = useText(editorText);
  const { state, views } = props.preview;
  const isThere = (slot: ViewSlot): boolean => views === null || views.pictures[slot].view !== null;
  const count = VIEW_SLOTS.filter(isThere).length;
  const hasFailed = state?.failure === 'gone' || state?.failure === 'unplayable';
  return (
    // The dark names hold within it, whatever the page around.
    <section className={['stage', styles.preview].join(' ')} aria-label={t('preview')}>
      {hasFailed && <p role="alert">{t('loadFailed')}</p>}
      <div className={styles.pictures} data-count={Math.max(1, count)}>
        {VIEW_SLOTS.map((slot) => (
          <Picture key={slot} slot={slot} isHidden={!isThere(slot)} {...props} />
        ))}
      </div>
      <Transport preview={props.preview} />
    </section>
  );
}
