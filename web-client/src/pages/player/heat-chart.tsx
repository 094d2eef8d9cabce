import { statisticsText } from '../../messages/statistics.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import styles from './statistics.module.css';

const WIDTH = 1000;
const HEIGHT = 160;
/** So many columns can still be told apart on a phone. */
const COLUMNS = 120;
const MARKS = 4;

export interface HeatChartProps {
  readonly curve: readonly number[];
  readonly bucketMs: number;
  readonly durationMs: number;
}

/** Neighbours put together until the columns can be seen. */
function columnsOf(curve: readonly number[]): readonly number[] {
  const size = Math.max(1, Math.ceil(curve.length / COLUMNS));
  return Array.from({ length: Math.ceil(curve.length / size) }, (_, at) => {
    const part = curve.slice(at * size, (at + 1) * size);
    return part.reduce((sum, plays) => sum + plays, 0) / part.length;
  });
}

export function HeatChart({ curve, bucketMs, durationMs }: HeatChartProps) {
  const t = useText(statisticsText);
  const most = Math.max(...curve, 0);
  const columns = columnsOf(curve);
  const highest = Math.max(...columns, 1);
  const width = WIDTH / Math.max(columns.length, 1);
  const label = t('curveLabel', { at: duration(curve.indexOf(most) * bucketMs), n: Math.round(most) });
  return (
    <figure className={styles.chart} data-testid="heat-chart">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {columns.map((plays, at) => (
          <rect
            key={at}
            x={at * width}
            y={HEIGHT - (plays / highest) * HEIGHT}
            width={Math.max(1, width - 1)}
            height={(plays / highest) * HEIGHT}
          />
        ))}
      </svg>
      <div className={[styles.axis, 'tabular'].join(' ')} aria-hidden>
        {Array.from({ length: MARKS + 1 }, (_, at) => (
          <span key={at}>{duration((durationMs * at) / MARKS)}</span>
        ))}
      </div>
      <figcaption>{label}</figcaption>
    </figure>
  );
}
