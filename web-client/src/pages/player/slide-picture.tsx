import { Images } from 'lucide-react';
import { playerText } from '../../messages/player.ts';
import { useText } from '../../text/text.ts';
import type { SlidesNow } from './use-slides.ts';
import styles from './picture-stage.module.css';

/** The board as a still, beside the sound: for lines that carry no moving picture. */
export function SlidePicture({ index, shown, ahead, renew }: SlidesNow) {
  const t = useText(playerText);
  return (
    <div className={styles.slides} data-testid="player-slides">
      {shown === null ? (
        <div className={styles.card} data-testid="player-no-slide">
          <Images aria-hidden />
          <span>{t(index === null ? 'noSlidesYet' : 'noSlideHere')}</span>
        </div>
      ) : (
        <img src={shown} alt={t('slide')} onError={renew} data-testid="player-slide" />
      )}
      {/* Fetched ahead, never seen. */}
      {ahead !== null && <img src={ahead} alt="" hidden />}
    </div>
  );
}

/** A page in the place of a board on which nothing moves. */
export function BoardPage({ page, ahead, renew }: SlidesNow) {
  const t = useText(playerText);
  return (
    <>
      {page !== null && (
        <img className={styles.page} src={page} alt={t('slide')} onError={renew} data-testid="player-board-page" />
      )}
      {ahead !== null && <img src={ahead} alt="" hidden />}
    </>
  );
}
