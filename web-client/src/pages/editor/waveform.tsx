import { useMemo } from 'react';
import { PEAK_STEP_MS } from '../../../../signaling/protocol/edition.ts';
import type { SessionTimeline } from '../../player/session-timeline.ts';
import styles from './timeline.module.css';

const MAX_COLUMNS = 3_000;
const HEIGHT = 100;
const STEP_S = PEAK_STEP_MS / 1000;

/** The loudest of each column, as one outline around the middle. */
function outline(peaks: readonly number[], timeline: SessionTimeline): string {
  const columns = Math.max(1, Math.min(MAX_COLUMNS, Math.ceil(timeline.durationS / STEP_S)));
  const heights = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor(timeline.toSessionS((column / columns) * timeline.durationS) / STEP_S);
    const to = Math.max(
      from + 1,
      Math.floor(timeline.toSessionS(((column + 1) / columns) * timeline.durationS) / STEP_S),
    );
    const peak = peaks.slice(from, to).reduce((most, value) => Math.max(most, value), 0);
    // Quiet speech is to be seen too.
    return Math.max(1, Math.sqrt(peak / 100) * (HEIGHT / 2));
  });
  const x = (column: number): string => ((column / columns) * 1000).toFixed(2);
  const upper = heights.map((height, column) => `${x(column)},${(HEIGHT / 2 - height).toFixed(1)}`);
  const lower = heights.map((height, column) => `${x(column)},${(HEIGHT / 2 + height).toFixed(1)}`).reverse();
  return [...upper, ...lower].join(' ');
}

export function Waveform({
  peaks,
  timeline,
}: {
  readonly peaks: readonly number[];
  readonly timeline: SessionTimeline;
}) {
  const points = useMemo(() => outline(peaks, timeline), [peaks, timeline]);
  return (
    <svg
      className={styles.waveform}
      viewBox={`0 0 1000 ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden
      data-testid="editor-waveform"
    >
      <polygon points={points} />
    </svg>
  );
}
