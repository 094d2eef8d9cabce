import styles from './coverage.module.css';

export interface BarRow {
  readonly key: string;
  readonly name: string;
  /** What each bar stands for, how long it is, and in words. */
  readonly bars: readonly { readonly label: string; readonly value: number; readonly words: string }[];
}

/** Lying bars, so that the names of schools can be read. The words beside each say the same: colour is never the only sign. */
export function CoverageChart({ title, rows }: { readonly title: string; readonly rows: readonly BarRow[] }) {
  const most = Math.max(1, ...rows.flatMap(({ bars }) => bars.map(({ value }) => value)));
  return (
    <figure className={styles.chart} data-testid="coverage-chart">
      <figcaption>{title}</figcaption>
      <dl>
        {rows.map(({ key, name, bars }) => (
          <div key={key} className={styles.row}>
            <dt>{name}</dt>
            {bars.map(({ label, value, words }, index) => (
              <dd key={label} data-bar={index}>
                <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
                  <rect width={(value / most) * 100} height="10" />
                </svg>
                <span className="tabular">
                  {label} {words}
                </span>
              </dd>
            ))}
          </div>
        ))}
      </dl>
    </figure>
  );
}
