import { useMutation, useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import type { KeptSite, SiteHealth, SitePhone } from '../../../../signaling/protocol/rest/sites.ts';
import { PROTOCOL_VERSION } from '../../../../signaling/protocol/version.ts';
import { callApi } from '../../api/api.ts';
import { deskSiteText } from '../../messages/desk-sites.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import type { Translate } from '../../text/text.ts';
import { dayAndTime } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyPanel } from '../../ui/panels.tsx';
import { useNow } from '../../ui/use-now.ts';
import { DeskList } from './desk-list.tsx';
import { deskQueries, useDeskRefresh } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { useNotices } from './notices.tsx';
import { SiteOrders } from './site-orders.tsx';
import desk from './desk.module.css';
import styles from './sites-section.module.css';
import table from './table.module.css';

/** Three reports are missing. */
const ONLINE_WITHIN_MS = 45_000;
const QUARTERS_A_DAY = 96;
const MINUTE_MS = 60_000;
/** Below this nobody notices, and a countdown is right. */
const CLOCK_OFF_MS = 2_000;

type Words = Translate<typeof deskSiteText>;

const percent = (part: number, whole: number): string => `${whole === 0 ? 0 : Math.round((part / whole) * 100)}%`;

function runningFor(t: Words, health: SiteHealth, nowMs: number): string {
  const minutes = Math.max(0, Math.round((nowMs - (health.startedAtMs + health.clockOffsetMs)) / MINUTE_MS));
  return minutes < 120 ? t('minutes', { n: minutes }) : t('hours', { n: Math.round(minutes / 60) });
}

function State({ site }: { readonly site: KeptSite }) {
  const t = useText(deskSiteText);
  const language = useLanguage();
  const nowMs = useNow(5_000);
  const { health, lastSeenAtMs, day } = site;
  if (lastSeenAtMs === null) return <span className={desk.off}>{t('never')}</span>;
  const isOnline = nowMs - lastSeenAtMs < ONLINE_WITHIN_MS;
  const lines = { good: t('lineGood'), fair: t('lineFair'), poor: t('linePoor') };
  const line = health?.line === null || health === null ? '' : `，${lines[health.line]}`;
  const doing = site.lessonTitle === null ? t('idle') : `${t('inLesson', { title: site.lessonTitle })}${line}`;
  return (
    <div className={styles.facts}>
      {isOnline ? (
        <span className={desk.online}>{t('online')}</span>
      ) : (
        <span className={desk.off}>{t('offline', { when: dayAndTime(lastSeenAtMs, language, nowMs) })}</span>
      )}
      {isOnline && <span>{doing}</span>}
      <span className={desk.hint}>
        {t('day', { online: percent(day.quarters, QUARTERS_A_DAY), poor: percent(day.poorQuarters, day.quarters) })}
      </span>
    </div>
  );
}

function Devices({ health }: { readonly health: SiteHealth | null }) {
  const t = useText(deskSiteText);
  const nowMs = useNow(30_000);
  if (health === null) return <span className={desk.hint}>{t('never')}</span>;
  const { cameras, hasMicrophone, screens, clockOffsetMs, browser, version } = health;
  const facts = [
    cameras.length > 0 && t('cameras', { n: cameras.length }),
    hasMicrophone && t('microphone'),
    screens > 1 && t('screens', { n: screens }),
  ].filter((fact) => fact !== false);
  const troubles = [
    cameras.length === 0 && t('noCamera'),
    !hasMicrophone && t('noMicrophone'),
    Math.abs(clockOffsetMs) > CLOCK_OFF_MS && t('clock', { s: Math.round(clockOffsetMs / 1_000) }),
    version < PROTOCOL_VERSION && t('oldPage'),
  ].filter((trouble) => trouble !== false);
  return (
    <div className={styles.facts}>
      {facts.length > 0 && <span title={cameras.map(({ label }) => label).join('\n')}>{facts.join(' · ')}</span>}
      {troubles.map((trouble) => (
        <strong key={trouble} className={styles.trouble}>
          {trouble}
        </strong>
      ))}
      <span className={desk.hint}>{t('browser', { browser, time: runningFor(t, health, nowMs) })}</span>
    </div>
  );
}

function Phone({ site, phone }: { readonly site: KeptSite; readonly phone: SitePhone }) {
  const t = useText(deskSiteText);
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const { personId, displayName: name } = phone;
  const unpair = useMutation({
    mutationFn: () => callApi('unpairPhone', { params: { siteId: site.siteId, personId } }),
    onSuccess: () => notices.say(t('unpaired', { name })),
    onError: (error) => notices.fail(error),
    onSettled: () => refresh('sites'),
  });
  return (
    <span className={styles.phone}>
      {name}
      <Button
        look="plain"
        icon={X}
        busy={unpair.isPending}
        aria-label={t('unpairOf', { name })}
        onClick={() => unpair.mutate()}
        data-testid="desk-unpair"
      />
    </span>
  );
}

/** How the screens of a school's classrooms are, for who looks after them. */
export function SitesSection() {
  const t = useText(deskSiteText);
  const { school } = useDeskSchool();
  const sites = useQuery(deskQueries.sites(school.schoolId));
  return (
    <>
      <p className={desk.hint}>{t('intro')}</p>
      <DeskList
        query={sites}
        items={sites.data}
        caption={t('title')}
        columns={[t('classroom'), t('state'), t('devices'), t('phones')]}
        hasActions
        wordsOf={({ classroomName }) => classroomName}
        searchHint={t('search')}
        empty={
          <EmptyPanel title={t('none')}>
            <p>{t('noneBody')}</p>
          </EmptyPanel>
        }
        renderLine={(site) => (
          <tr key={site.siteId} data-testid="desk-site" data-name={site.classroomName}>
            <td data-label={t('classroom')}>{site.classroomName}</td>
            <td data-label={t('state')}>
              <State site={site} />
            </td>
            <td data-label={t('devices')}>
              <Devices health={site.health} />
            </td>
            <td data-label={t('phones')}>
              {site.phones.length === 0
                ? '—'
                : site.phones.map((phone) => <Phone key={phone.personId} {...{ site, phone }} />)}
            </td>
            <td className={table.rowActions}>
              <SiteOrders site={site} />
            </td>
          </tr>
        )}
      />
    </>
  );
}
