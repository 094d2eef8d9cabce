import { Download } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ActivityEntry, RoomResult } from '../../../../../signaling/protocol/room.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { activityText } from '../../../messages/activity.ts';
import { panelText } from '../../../messages/room.ts';
import { useText } from '../../../text/text.ts';
import { clockTime, duration } from '../../../text/time.ts';
import { Button } from '../../../ui/button.tsx';
import { SelectField } from '../../../ui/field.tsx';
import { Skeleton } from '../../../ui/panels.tsx';
import { downloadCsv } from '../../desk/sheet.ts';
import { useCall } from '../call-context.ts';
import { lineOf } from '../tiles.ts';
import { sortedBy, SORTS } from './activity-order.ts';
import type { ActivitySort } from './activity-order.ts';
import panel from '../side-panel.module.css';
import styles from './activity-tool.module.css';

type Activity = RoomResult<'activity'>;

const REFRESH_MS = 3_000;

/** Asked for while it is shown, and by nobody else: what is not looked at costs nothing. */
function useActivity(): Activity | null {
  const { actions } = useCall();
  const [activity, setActivity] = useState<Activity | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    let isShown = true;
    const load = async (): Promise<void> => {
      const latest = document.hidden ? null : await actions.tools.activity();
      if (!isShown) return;
      if (latest !== null) setActivity(latest);
      timer = setTimeout(() => void load(), REFRESH_MS);
    };
    timer = setTimeout(() => void load(), 0);
    return () => {
      isShown = false;
      if (timer !== null) clearTimeout(timer);
    };
  }, [actions]);
  return activity;
}

function useWords() {
  const t = useText(activityText);
  const p = useText(panelText);
  return {
    state: ({ state }: ActivityEntry): string => p(state),
    line: ({ line }: ActivityEntry): string => t(lineOf({ lineUp: line, lineDown: null }) ?? 'unknown'),
  };
}

function Person({ entry, asked }: { readonly entry: ActivityEntry; readonly asked: number }) {
  const t = useText(activityText);
  const words = useWords();
  const came = entry.state !== 'absent';
  return (
    <tr data-testid="activity-entry" data-name={entry.displayName} data-state={entry.state}>
      <th scope="row">
        <div className={styles.name}>
          {entry.displayName}
          <span className={[panel.badge, panel[entry.state]].join(' ')}>{words.state(entry)}</span>
        </div>
      </th>
      <td className="tabular" data-testid="activity-talked">
        {came ? duration(entry.talkedMs) : t('unknown')}
      </td>
      <td className="tabular" data-testid="activity-hands">
        {came ? entry.handsRaised : t('unknown')}
      </td>
      <td className="tabular" data-testid="activity-answers">
        {asked === 0 || !came ? t('unknown') : `${entry.answers}/${asked}`}
      </td>
      <td data-line={lineOf({ lineUp: entry.line, lineDown: null }) ?? 'unknown'}>{words.line(entry)}</td>
    </tr>
  );
}

function ExportButton({ title, activity }: { readonly title: string; readonly activity: Activity }) {
  const t = useText(activityText);
  const words = useWords();
  const names = ['person', 'class', 'state', 'joined', 'talked', 'hands', 'answers', 'line', 'poorTime'] as const;
  const save = (): void => {
    const rows = activity.entries.map((entry) => [
      entry.displayName,
      entry.classGroup ?? '',
      words.state(entry),
      entry.firstJoinedAtMs === null ? '' : clockTime(entry.firstJoinedAtMs),
      duration(entry.talkedMs),
      String(entry.handsRaised),
      `${entry.answers} / ${activity.asked}`,
      words.line(entry),
      duration(entry.poorLineMs),
    ]);
    downloadCsv(t('fileName', { title }), [names.map((name) => t(name)), ...rows]);
  };
  return (
    <Button icon={Download} onClick={save} data-testid="activity-export">
      {t('export')}
    </Button>
  );
}

/** Who is here, who has spoken, asked to speak and answered, and whose line is poor: while it happens. */
export function ActivityTool({ state }: { readonly state: InsideState }) {
  const t = useText(activityText);
  const activity = useActivity();
  const [sort, setSort] = useState<ActivitySort>('state');
  if (activity === null) return <Skeleton height={240} />;
  const { entries, asked } = activity;
  if (entries.length === 0) return <p className={panel.note}>{t('empty')}</p>;
  const here = entries.filter((entry) => entry.state === 'present' || entry.state === 'late').length;
  const absent = entries.filter((entry) => entry.state === 'absent').length;
  const heads = ['person', 'talked', 'hands', 'answers', 'line'] as const;
  return (
    <section className={styles.activity} data-testid="activity">
      <p className={styles.summary}>{t('summary', { all: entries.length, here, absent })}</p>
      <SelectField
        label={t('sort')}
        value={sort}
        options={SORTS.map((value) => ({ value, label: t(`sort_${value}` as const) }))}
        onChange={(value) => setSort(SORTS.find((one) => one === value) ?? 'state')}
      />
      <div className={styles.frame}>
        <table className={styles.table}>
          <thead>
            <tr>
              {heads.map((name) => (
                <th key={name} scope="col">
                  {t(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sortedBy(sort, entries).map((entry, index) => (
              <Person key={entry.seatId ?? `${entry.displayName}-${index}`} entry={entry} asked={asked} />
            ))}
          </tbody>
        </table>
      </div>
      <ExportButton title={state.lesson.title} activity={activity} />
      <p className={styles.hint}>{t('honest')}</p>
    </section>
  );
}
