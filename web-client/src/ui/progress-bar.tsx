import styles from './progress-bar.module.css';

/** How far something is: 0–1, or null while nobody knows. */
export function ProgressBar({ label, value }: { readonly label: string; readonly value: number | null }) {
  return <progress className={styles.bar} aria-label={label} max={1} {...(value === null ? {} : { value })} />;
}
