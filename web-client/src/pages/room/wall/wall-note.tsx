import { useSyncExternalStore } from 'react';
import type { CallState } from '../../../call/room-store.ts';
import { isWallOpen } from '../../../call/wall-sending.ts';
import { wallText } from '../../../messages/class-wall.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { useCall, useCallState } from '../call-context.ts';
import { VideoView } from '../video-view.tsx';
import styles from './wall-note.module.css';

/** Tells a pupil of the class wall and asks. */
export function WallNote({ call }: { readonly call: CallState }) {
  const { wall } = useCall();
  const answer = useSyncExternalStore(wall.subscribe, wall.getAnswer);
  return isWallOpen(call.view) && answer === 'unasked' ? <Question /> : null;
}

function Question() {
  const t = useText(wallText);
  const { wall } = useCall();
  return (
    <section className={styles.question} aria-label={t('askTitle')} role="alert" data-testid="wall-question">
      <strong>{t('askTitle')}</strong>
      <p>{t('askBody')}</p>
      <div>
        <Button look="primary" onClick={() => wall.answer('yes')} data-testid="wall-show">
          {t('show')}
        </Button>
        <Button onClick={() => wall.answer('no')} data-testid="wall-keep-off">
          {t('keepOff')}
        </Button>
      </div>
    </section>
  );
}

/** What the teachers see of oneself. */
export function WallSelf() {
  const t = useText(wallText);
  const { media } = useCallState();
  const track = media.local.find((local) => local.source === 'wall')?.track;
  if (track === undefined) return null;
  return (
    <figure className={styles.own} data-testid="wall-own">
      <div>
        <VideoView track={track} mirrored fit="cover" label={t('seen')} />
      </div>
      <figcaption>{t('seen')}</figcaption>
    </figure>
  );
}
