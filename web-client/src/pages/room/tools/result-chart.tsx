import { toolText } from '../../../messages/class-tools.ts';
import { useText } from '../../../text/text.ts';
import { chartWords, choiceNames, percent } from './poll-words.ts';
import type { Counted } from './poll-words.ts';
import styles from './class-cards.module.css';

const WIDTH = 400;
const ROW = 34;
const BAR = { x: 44, width: 250, height: 20 };

export interface ResultChartProps {
  readonly kind: 'single' | 'multiple' | 'trueFalse' | 'short';
  readonly options: readonly string[];
  readonly counted: Counted;
}

/** Bars by choice. What is right has a tick as well as another colour; the same in words for who does not see it. */
export function ResultChart({ kind, options, counted }: ResultChartProps) {
  const t = useText(toolText);
  const asked = { kind, options: [...options] };
  const names = choiceNames(asked, t);
  const height = names.length * ROW;
  return (
    <svg
      className={styles.chart}
      viewBox={`0 0 ${WIDTH} ${height}`}
      role="img"
      aria-label={chartWords(asked, counted, t)}
      data-testid="poll-chart"
    >
      {names.map((name, choice) => {
        const count = counted.counts[choice] ?? 0;
        const isRight = counted.correctChoices.includes(choice);
        const top = choice * ROW + (ROW - BAR.height) / 2;
        const width = counted.answered === 0 ? 0 : (BAR.width * count) / counted.answered;
        return (
          <g key={name} data-right={isRight} data-count={count}>
            <text x={0} y={choice * ROW + ROW / 2} dominantBaseline="central">
              {name}
              {isRight ? ' ✓' : ''}
            </text>
            <rect className={styles.track} x={BAR.x} y={top} width={BAR.width} height={BAR.height} rx={5} />
            <rect className={styles.bar} x={BAR.x} y={top} width={width} height={BAR.height} rx={5} />
            <text x={BAR.x + BAR.width + 10} y={choice * ROW + ROW / 2} dominantBaseline="central">
              {count} · {percent(count, counted.answered)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
