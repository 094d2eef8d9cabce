import { useEffect, useState } from 'react';
import styles from './picture-stage.module.css';

const MOVE_MS = 12_000;
/** Of the picture: far enough from its edges to survive cutting them off. */
const MARGIN = 0.15;

interface Place {
  readonly left: number;
  readonly top: number;
}

const somewhere = (): Place => ({
  left: MARGIN + Math.random() * (1 - 2 * MARGIN),
  top: MARGIN + Math.random() * (1 - 2 * MARGIN),
});

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;

/** Who watches, moving over the picture, also in full screen. */
export function Watermark({ name }: { readonly name: string }) {
  const [{ left, top }, setPlace] = useState(somewhere);
  useEffect(() => {
    const timer = setInterval(() => setPlace(somewhere()), MOVE_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <span
      className={styles.watermark}
      style={{ left: percent(left), top: percent(top) }}
      aria-hidden
      data-testid="player-watermark"
    >
      {name}
    </span>
  );
}
