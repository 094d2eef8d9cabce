import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { PairedSite } from '../../../../signaling/protocol/rest/sites.ts';
import { callApi } from '../../api/api.ts';
import { useSession } from '../../api/queries.ts';
import { phoneText } from '../../messages/phone.ts';
import { useText } from '../../text/text.ts';
import { clockTime } from '../../text/time.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { EmptyPanel, FailurePanel, Skeleton } from '../../ui/panels.tsx';
import { useTitle } from '../../ui/use-title.ts';
import { LessonCourseware } from './lesson-courseware.tsx';
import { PhoneLesson } from './phone-lesson.tsx';
import styles from './phone.module.css';

const PAIRED_KEY = ['paired-sites'];
const LOOK_EVERY_MS = 10_000;

function Upcoming({ site }: { readonly site: PairedSite }) {
  const t = useText(phoneText);
  if (site.upcoming.length === 0) return site.current === null ? <p className={styles.soft}>{t('noLesson')}</p> : null;
  return (
    <section className={styles.card}>
      <h2>{t('upcoming')}</h2>
      {site.upcoming.map((lesson) => (
        <div key={lesson.lessonId} data-testid="phone-upcoming" data-title={lesson.title}>
          <p>
            <strong>
              {clockTime(lesson.startsAtMs, site.timeZone)} {lesson.title}
            </strong>
          </p>
          <p className={styles.soft}>{t('lecturer', { name: `${lesson.lecturerName} · ${lesson.schoolName}` })}</p>
          <LessonCourseware files={lesson.courseware} />
        </div>
      ))}
    </section>
  );
}

function PairedClassroom({ site }: { readonly site: PairedSite }) {
  const t = useText(phoneText);
  const client = useQueryClient();
  const { data: me } = useSession();
  const unpair = useMutation({
    mutationFn: async () => {
      if (me === null || me === undefined) return;
      await callApi('unpairPhone', { params: { siteId: site.siteId, personId: me.personId } });
    },
    onSettled: () => client.invalidateQueries({ queryKey: PAIRED_KEY }),
  });
  return (
    <main className={styles.page} data-testid="phone-site" data-name={site.classroomName}>
      <header className={styles.head}>
        <h1>{site.classroomName}</h1>
        <span className={styles.soft}>{site.schoolName}</span>
      </header>
      {site.current !== null && (
        <PhoneLesson key={`${site.siteId}-${site.current.lessonId}`} site={site} lesson={site.current} />
      )}
      <Upcoming site={site} />
      <footer className={styles.foot}>
        <span className={styles.soft}>{t('pairedUntil', { time: clockTime(site.pairedUntilMs, site.timeZone) })}</span>
        <Button look="plain" busy={unpair.isPending} onClick={() => unpair.mutate()} data-testid="phone-unpair">
          {t('unpair')}
        </Button>
      </footer>
    </main>
  );
}

/** For the teacher beside the pupils of a listening classroom: everything with one thumb. */
export default function PhonePage() {
  const t = useText(phoneText);
  useTitle(t('title'));
  const paired = useQuery({
    queryKey: PAIRED_KEY,
    queryFn: ({ signal }) => callApi('listPairedSites', undefined, signal),
    refetchInterval: LOOK_EVERY_MS,
  });
  if (paired.data === undefined) {
    return (
      <main className={styles.page}>
        {paired.isError ? (
          <FailurePanel error={paired.error} onRetry={() => void paired.refetch()} />
        ) : (
          <Skeleton height={320} />
        )}
      </main>
    );
  }
  const [site] = paired.data.sites;
  if (site === undefined) {
    return (
      <main className={styles.page} data-testid="phone-none">
        <EmptyPanel isWholePage title={t('noSite')}>
          <p>{t('noSiteBody')}</p>
          <LinkButton href="/">{t('home')}</LinkButton>
        </EmptyPanel>
      </main>
    );
  }
  return <PairedClassroom key={site.siteId} site={site} />;
}
