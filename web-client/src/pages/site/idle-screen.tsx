import type { RouteReply } from '../../../../signaling/protocol/rest.ts';
import { siteText } from '../../messages/site.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import type { Translate } from '../../text/text.ts';
import { clockTime } from '../../text/time.ts';
import { useNow } from '../../ui/use-now.ts';
import { PairingSign } from './pairing-sign.tsx';
import { SetUpButton } from './set-up.tsx';
import type { SiteKit } from './site-kit.ts';
import { SoundCard } from './sound-card.tsx';
import styles from './site-page.module.css';

type Agenda = RouteReply<'siteAgenda'>;

const MINUTE_MS = 60_000;

/** The agenda names a lesson as the current one from five minutes before its start. */
const JOINS_EARLY_MINUTES = 5;

function joinsIn(t: Translate<typeof siteText>, minutes: number): string {
  if (minutes <= 0) return t('soon');
  return minutes < 90 ? t('inMinutes', { n: minutes }) : t('inHours', { n: Math.round(minutes / 60) });
}

function NextLesson({ agenda, nowMs }: { readonly agenda: Agenda; readonly nowMs: number }) {
  const t = useText(siteText);
  const next = agenda.upcoming.find((lesson) => lesson.startsAtMs > nowMs);
  if (next === undefined) return <p className={styles.soft}>{t('noMore')}</p>;
  const minutes = Math.ceil((next.startsAtMs - nowMs) / MINUTE_MS);
  const { timeZone } = agenda.site;
  return (
    <section className={styles.next}>
      <p className={styles.soft}>{t('next')}</p>
      <h2>{next.title}</h2>
      <p>
        {clockTime(next.startsAtMs, timeZone)}–{clockTime(next.endsAtMs, timeZone)} ·{' '}
        {t('lecturer', { name: `${next.lecturerName} · ${next.schoolName}` })}
      </p>
      <p className={styles.soft}>{joinsIn(t, minutes - JOINS_EARLY_MINUTES)}</p>
    </section>
  );
}

/** Between lessons: what time it is, who this is, what comes. */
export function IdleScreen(props: {
  readonly agenda: Agenda | null;
  readonly isOffline: boolean;
  readonly kit: SiteKit;
}) {
  const { agenda, isOffline, kit } = props;
  const t = useText(siteText);
  const language = useLanguage();
  const nowMs = useNow(1_000);
  const timeZone = agenda?.site.timeZone;
  const zone = timeZone === undefined ? {} : { timeZone };
  const day = new Intl.DateTimeFormat(language, { month: 'long', day: 'numeric', weekday: 'long', ...zone }).format(
    nowMs,
  );
  return (
    <main className={['stage', styles.idle].join(' ')} data-testid="site-idle">
      <header>
        <strong>{agenda?.site.schoolName}</strong> {agenda?.site.classroomName}
      </header>
      <div className={styles.clock}>
        <time className="tabular">{clockTime(nowMs, timeZone)}</time>
        <p className={styles.soft}>{day}</p>
      </div>
      {agenda !== null && <NextLesson agenda={agenda} nowMs={nowMs} />}
      <SoundCard checksItself={false} />
      <footer className={styles.foot}>
        <PairingSign kit={kit} />
        <p className={styles.soft}>{isOffline ? t('offline') : t('selfRunning')}</p>
        <SetUpButton kit={kit} />
      </footer>
    </main>
  );
}
