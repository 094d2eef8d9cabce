import { useQuery } from '@tanstack/react-query';
import { calendarText } from '../../messages/desk-calendar.ts';
import { useText } from '../../text/text.ts';
import { FailurePanel, Skeleton } from '../../ui/panels.tsx';
import { deskQueries } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { PeriodsBlock } from './periods-block.tsx';
import { SpecialDaysBlock } from './special-days-block.tsx';
import { TermsBlock } from './terms-block.tsx';
import desk from './desk.module.css';
import styles from './calendar.module.css';

/** The school's year: when the timetable is held. */
export function CalendarSection() {
  const t = useText(calendarText);
  const { school } = useDeskSchool();
  const calendar = useQuery(deskQueries.calendar(school.schoolId));
  if (calendar.data === undefined) {
    if (calendar.isError) return <FailurePanel error={calendar.error} onRetry={() => void calendar.refetch()} />;
    return <Skeleton height={480} />;
  }
  return (
    <>
      <p className={desk.hint}>{t('intro')}</p>
      <div className={styles.columns}>
        <div className={styles.years}>
          <TermsBlock terms={calendar.data.terms} />
          <SpecialDaysBlock days={calendar.data.specialDays} />
        </div>
        <PeriodsBlock calendar={calendar.data} />
      </div>
    </>
  );
}
