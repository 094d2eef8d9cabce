import { useCallback, useEffect, useState } from 'react';
import type { RollEntry } from '../../../../signaling/protocol/room.ts';
import { panelText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import { clockTime } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { Skeleton } from '../../ui/panels.tsx';
import { useCall } from './call-context.ts';
import styles from './side-panel.module.css';

const REFRESH_MS = 10_000;
const ORDER = { absent: 0, left: 1, late: 2, present: 3 } as const;

/** Present, late, absent, from the class list: who is missing comes first. */
export function RollList() {
  const t = useText(panelText);
  const { actions } = useCall();
  const [entries, setEntries] = useState<readonly RollEntry[] | null>(null);
  const load = useCallback(async () => {
    const roll = await actions.roll();
    if (roll !== null) setEntries(roll);
  }, [actions]);
  useEffect(() => {
    const first = setTimeout(() => void load(), 0);
    const timer = setInterval(() => void load(), REFRESH_MS);
    return () => {
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [load]);
  if (entries === null) return <Skeleton height={200} />;
  if (entries.length === 0) return <p className={styles.note}>{t('rollEmpty')}</p>;
  const here = entries.filter((entry) => entry.state === 'present' || entry.state === 'late').length;
  const absent = entries.filter((entry) => entry.state === 'absent').length;
  const words = { present: t('present'), late: t('late'), absent: t('absent'), left: t('left') };
  return (
    <section className={styles.section} data-testid="roll">
      <h3>
        {t('rollSummary', { all: entries.length, here, absent })}
        <Button look="plain" onClick={() => void load()}>
          {t('refresh')}
        </Button>
      </h3>
      <ul>
        {entries
          .toSorted((a, b) => ORDER[a.state] - ORDER[b.state])
          .map((entry, index) => (
            <li
              key={entry.seatId ?? `${entry.displayName}-${index}`}
              className={styles.row}
              data-testid="roll-entry"
              data-state={entry.state}
              data-name={entry.displayName}
            >
              <div className={styles.who}>
                <strong>{entry.displayName}</strong>
                <span>
                  {entry.classGroup}
                  {entry.firstJoinedAtMs !== null && ` · ${clockTime(entry.firstJoinedAtMs)}`}
                </span>
              </div>
              <span className={[styles.badge, styles[entry.state]].join(' ')}>{words[entry.state]}</span>
            </li>
          ))}
      </ul>
    </section>
  );
}
