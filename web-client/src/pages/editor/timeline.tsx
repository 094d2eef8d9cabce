import { useState } from 'react';
import type { PointerEvent } from 'react';
import type { EditorFacts } from '../../../../signaling/protocol/edition.ts';
import type { PlayIndex } from '../../../../signaling/protocol/play-index.ts';
import type { EditorView } from '../../../../signaling/protocol/rest/editions.ts';
import { editorText } from '../../messages/editor.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import { useSize } from '../room/use-size.ts';
import { cutAt } from './edition-draft.ts';
import { ThumbnailStrip } from './thumbnail-strip.tsx';
import type { EditorDesk } from './use-editor.ts';
import type { Preview } from './use-preview.ts';
import { Waveform } from './waveform.tsx';
import styles from './timeline.module.css';

const US_PER_S = 1e6;
const MAX_ZOOM = 8;
const KNOB_STEP_S = 0.1;

export interface TimelineProps {
  readonly desk: EditorDesk;
  readonly preview: Preview;
  readonly index: PlayIndex;
  readonly thumbnails: EditorView['thumbnails'];
  readonly facts: EditorFacts | null;
}

const percent = (part: number, whole: number): string =>
  `${whole <= 0 ? 0 : Math.max(0, Math.min(100, (part / whole) * 100))}%`;

/** What is cut, what is marked, where chapters begin, and where one is. */
function Overlays({ desk, preview }: Pick<TimelineProps, 'desk' | 'preview'>) {
  const { timeline } = preview;
  const { edition, marks, positionS } = desk;
  const at = (sessionS: number): string => percent(timeline.toPlayS(sessionS), timeline.durationS);
  const width = (fromS: number, toS: number): string =>
    percent(timeline.toPlayS(toS) - timeline.toPlayS(fromS), timeline.durationS);
  const isMarked = marks.inS !== null || marks.outS !== null;
  const fromS = marks.inS ?? 0;
  const toS = Math.max(fromS, marks.outS ?? timeline.sessionEndS);
  return (
    <>
      {isMarked && (
        <span
          className={styles.marked}
          style={{ left: at(fromS), width: width(fromS, toS) }}
          data-testid="editor-marked"
        />
      )}
      {edition.leftOut.map(({ fromUs, toUs }) => (
        <span
          key={fromUs}
          className={styles.cut}
          style={{ left: at(fromUs / US_PER_S), width: width(fromUs / US_PER_S, toUs / US_PER_S) }}
          data-testid="editor-cut"
        />
      ))}
      {edition.chapters?.map(({ atUs, title }) => (
        <span key={`${atUs} ${title}`} className={styles.chapterMark} style={{ left: at(atUs / US_PER_S) }} />
      ))}
      <span className={styles.playhead} style={{ left: percent(positionS, timeline.durationS) }} />
    </>
  );
}

function Zoom({ value, onChange }: { readonly value: number; readonly onChange: (value: number) => void }) {
  const t = useText(editorText);
  return (
    <label className={styles.zoom}>
      <span>{t('zoom')}</span>
      <input
        type="range"
        min={1}
        max={MAX_ZOOM}
        step={1}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </label>
  );
}

/** Sound and pictures over time. The pointer goes to an instant; the knob below it is for fingers, keyboard and screen readers. */
export function Timeline({ desk, preview, index, thumbnails, facts }: TimelineProps) {
  const t = useText(editorText);
  const [zoom, setZoom] = useState(1);
  const { ref: frame, area } = useSize<HTMLDivElement>();
  const { timeline } = preview;
  const { durationS } = timeline;
  const { positionS } = desk;
  const seekTo = (event: PointerEvent<HTMLDivElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    desk.seek(((event.clientX - box.left) / Math.max(1, box.width)) * durationS);
  };
  const [at, total] = [duration(positionS * 1000), duration(durationS * 1000)];
  const isInCut = cutAt(desk.edition, timeline.toSessionS(positionS)) !== undefined;
  return (
    <section aria-label={t('timeline')}>
      <div ref={frame} className={styles.scroll}>
        <div style={{ width: `${zoom * 100}%` }}>
          <div
            className={styles.track}
            data-testid="editor-track"
            onPointerDown={(event) => (event.pointerType === 'mouse' ? seekTo(event) : undefined)}
            onPointerMove={(event) =>
              event.pointerType === 'mouse' && event.buttons === 1 ? seekTo(event) : undefined
            }
            onPointerUp={(event) => (event.pointerType === 'mouse' ? undefined : seekTo(event))}
          >
            <ThumbnailStrip thumbnails={thumbnails} index={index} timeline={timeline} widthPx={area.width * zoom} />
            {facts === null ? (
              <p className={styles.drawing}>{t('waveform')}</p>
            ) : (
              <Waveform peaks={facts.peaks} timeline={timeline} />
            )}
            <Overlays desk={desk} preview={preview} />
          </div>
          <input
            type="range"
            className={styles.knob}
            min={0}
            max={Math.max(durationS, KNOB_STEP_S)}
            step={KNOB_STEP_S}
            value={positionS}
            aria-label={t('position')}
            aria-valuetext={t(isInCut ? 'positionInCut' : 'positionValue', { at, total })}
            onChange={(event) => desk.seek(Number(event.target.value))}
            data-testid="editor-position"
          />
        </div>
      </div>
      <Zoom value={zoom} onChange={setZoom} />
    </section>
  );
}
