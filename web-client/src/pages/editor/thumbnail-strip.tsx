import { useQuery } from '@tanstack/react-query';
import type { PlayIndex } from '../../../../signaling/protocol/play-index.ts';
import type { EditorView } from '../../../../signaling/protocol/rest/editions.ts';
import { SessionTimeline } from '../../player/session-timeline.ts';
import { cueAt } from '../../player/web-vtt.ts';
import { thumbnailsQuery } from '../player/playback-query.ts';
import styles from './timeline.module.css';

const PICTURE_WIDTH = 80;
const MAX_PICTURES = 120;

interface StripProps {
  readonly thumbnails: EditorView['thumbnails'];
  readonly index: PlayIndex;
  /** Of the whole recording, which the strip is as long as. */
  readonly timeline: SessionTimeline;
  readonly widthPx: number;
}

/** Small pictures of the film that there is, each at its instant of the recording; where that film leaves something out there are none. */
export function ThumbnailStrip({ thumbnails, index, timeline, widthPx }: StripProps) {
  const pictures = useQuery(thumbnailsQuery(thumbnails?.url)).data ?? [];
  if (thumbnails === null || pictures.length === 0) return null;
  const film = new SessionTimeline(index.durationUs, [...(index.leftOut ?? []), ...thumbnails.edition.leftOut]);
  const count = Math.max(1, Math.min(MAX_PICTURES, Math.floor(widthPx / PICTURE_WIDTH)));
  return (
    <div className={styles.strip} aria-hidden data-testid="editor-thumbnails">
      {Array.from({ length: count }, (_, at) => {
        const sessionS = timeline.toSessionS(((at + 0.5) / count) * timeline.durationS);
        const picture = film.skipFrom(sessionS) === undefined ? cueAt(pictures, film.toPlayS(sessionS)) : undefined;
        const scale = picture === undefined ? 1 : PICTURE_WIDTH / picture.width;
        return (
          <span key={at} className={styles.strippedPicture}>
            {picture !== undefined && (
              <span
                style={{
                  width: picture.width,
                  height: picture.height,
                  backgroundImage: `url("${picture.url}")`,
                  backgroundPosition: `-${picture.x}px -${picture.y}px`,
                  transform: `scale(${scale})`,
                }}
              />
            )}
          </span>
        );
      })}
    </div>
  );
}
