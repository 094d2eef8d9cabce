import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import styles from './tile.module.css';

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

  useEffect(() => {
    const video = ref.current;
    if (video === null || onShownHeight === undefined) return undefined;
    let isVisible = true;
    const report = (): void => onShownHeight(isVisible ? Math.round(video.clientHeight * devicePixelRatio) : 0);
    const resize = new ResizeObserver(report);
    resize.observe(video);
    const visibility = new IntersectionObserver(([entry]) => {
      isVisible = entry?.isIntersecting ?? true;
      report();
    });
    visibility.observe(video);
    return () => {
      resize.disconnect();
      visibility.disconnect();
    };
  }, [onShownHeight]);

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
