import type { InsideState } from '../../call/room-state.ts';
import { orderText } from '../../messages/class-order.ts';
import { roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import { clockTime } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { useCall } from './call-context.ts';
import styles from './side-panel.module.css';

/** What was reported and no teacher has seen to yet. */
export function ReportsList({ state }: { readonly state: InsideState }) {
  const t = useText(orderText);
  const room = useText(roomText);
  const { actions } = useCall();
  const open = state.tools.reports.filter(({ isSeen }) => !isSeen);
  if (open.length === 0) return null;
  return (
    <section className={styles.section} data-testid="reports">
      <h3>{room('withNote', { name: t('reports'), note: open.length })}</h3>
      <ul>
        {open.map((report) => (
          <li key={report.reportId} className={styles.row} data-testid="report">
            <div className={styles.who}>
              <strong>{report.aboutName}</strong>
              {report.text !== null && <q>{report.text}</q>}
              <span>
                {t('reportedBy', { name: report.byName })} · {clockTime(report.atMs)}
                {report.reason === '' ? '' : ` · ${report.reason}`}
              </span>
            </div>
            <Button onClick={() => void actions.tools.seeReport(report.reportId)} data-testid="see-report">
              {t('reportSeen')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
