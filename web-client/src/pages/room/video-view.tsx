import { useEffect, useRef, useState } from 'react';
import type { ReactNode, RefObject } from 'react';
import styles from './tile.module.css';

/** Tells how high an element is in device pixels while it can be seen, and 0 when it cannot. */
export function useShownHeight(
  ref: RefObject<HTMLElement | null>,
  onShownHeight: ((heightPx: number) => void) | undefined,
): void {
  useEffect(() => {
    const element = ref.current;
    if (element === null || onShownHeight === undefined) return undefined;
    // What is not in sight from the beginning must not be asked for: nothing is told before that is known.
    let isVisible: boolean | null = null;
    const report = (): void => {
      if (isVisible !== null) onShownHeight(isVisible ? Math.round(element.clientHeight * devicePixelRatio) : 0);
    };
    const resize = new ResizeObserver(report);
    resize.observe(element);
    const visibility = new IntersectionObserver((entries) => {
      // On a busy page several come at once, the newest last.
      isVisible = entries.at(-1)?.isIntersecting ?? true;
      report();
    });
    visibility.observe(element);
    return () => {
      resize.disconnect();
      visibility.disconnect();
    };
  }, [ref, onShownHeight]);
}

export interface VideoViewProps {
  readonly track: MediaStreamTrack;
  readonly mirrored?: boolean;
  /** Boards are never cropped, faces may be. */
  readonly fit: 'cover' | 'contain';
  /** Told how high the picture is shown, in device pixels, while it can be seen; 0 when it cannot. */
  readonly onShownHeight?: (heightPx: number) => void;
  readonly label: string;
  /** Shown until the first picture is there: a video without one is black. */
  readonly cover?: ReactNode;
}

export function VideoView({ track, mirrored = false, fit, onShownHeight, label, cover }: VideoViewProps) {
  const ref = useRef<HTMLVideoElement>(null);
  const [hasPicture, setHasPicture] = useState(false);
  useEffect(() => {
    const video = ref.current;
    if (video === null) return undefined;
    video.srcObject = new MediaStream([track]);
    const play = (): void => void video.play().catch(() => undefined);
    play();
    // Some browsers pause a video whose track was muted for long, or whose page was hidden.
    track.addEventListener('unmute', play);
    return () => {
      track.removeEventListener('unmute', play);
      video.srcObject = null;
    };
  }, [track]);

  useShownHeight(ref, onShownHeight);

  return (
    <>
      <video
        ref={ref}
        className={[styles.video, fit === 'contain' ? styles.contain : '', mirrored ? styles.mirrored : ''].join(' ')}
        autoPlay
        playsInline
        muted
        onLoadedData={() => setHasPicture(true)}
        onEmptied={() => setHasPicture(false)}
        aria-label={label}
        data-testid="tile-video"
      />
      {cover !== undefined && !hasPicture && <div className={[styles.card, styles.cover].join(' ')}>{cover}</div>}
    </>
  );
}
