import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link2, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { CalendarFeed } from '../../../../signaling/protocol/rest/calendar-feeds.ts';
import { callApi } from '../../api/api.ts';
import { useSession } from '../../api/queries.ts';
import { asFailure } from '../../api/request-failure.ts';
import { calendarImportText } from '../../messages/calendar-import.ts';
import { calendarLinkText } from '../../messages/calendar-links.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { dayAndTime, wholeDate } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { MadeLink } from '../../ui/made-link.tsx';
import { Banner, EmptyPanel, FailureBanner, FailurePanel, Skeleton } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import { MINE, subjectOf, useSubjects } from './subjects.ts';
import styles from './calendar-links.module.css';

const FEEDS = ['calendar-feeds'];

function NewLink() {
  const t = useText(calendarLinkText);
  const client = useQueryClient();
  const subjects = useSubjects();
  const [subject, setSubject] = useState(MINE);
  const make = useMutation({
    mutationFn: () => callApi('createCalendarFeed', { body: subjectOf(subject) }),
    onSuccess: () => client.invalidateQueries({ queryKey: FEEDS }),
  });
  if (make.data !== undefined) {
    return (
      <MadeLink
        url={make.data.url}
        label={t('url')}
        hint={t('shownOnce')}
        copy={t('copy')}
        copied={t('copied')}
        testId="feed-url"
        actionsClassName={styles.actions}
      >
        <Button onClick={() => make.reset()}>{t('another')}</Button>
      </MadeLink>
    );
  }
  const isFull = make.error !== null && asFailure(make.error).code === 'conflict';
  return (
    <>
      {subjects.length > 1 && (
        <SelectField label={t('whose')} value={subject} options={subjects} onChange={setSubject} />
      )}
      {isFull ? <Banner tone="bad">{t('tooMany')}</Banner> : make.isError && <FailureBanner error={make.error} />}
      <div className={styles.actions}>
        <Button look="primary" icon={Link2} busy={make.isPending} onClick={() => make.mutate()} data-testid="make-feed">
          {t('make')}
        </Button>
      </div>
    </>
  );
}

function FeedLine({ feed }: { readonly feed: CalendarFeed }) {
  const t = useText(calendarLinkText);
  const language = useLanguage();
  const client = useQueryClient();
  const { feedId, name, createdAtMs, readAtMs } = feed;
  const revoke = useMutation({
    mutationFn: () => callApi('revokeCalendarFeed', { params: { feedId } }),
    onSettled: () => client.invalidateQueries({ queryKey: FEEDS }),
  });
  return (
    <li className={styles.feed} data-testid="feed">
      <div>
        <strong>{name}</strong>
        <p>
          {t('made', { date: wholeDate(createdAtMs, language) })} ·{' '}
          {readAtMs === null ? t('neverRead') : t('read', { when: dayAndTime(readAtMs, language) })}
        </p>
        {revoke.isError && <FailureBanner error={revoke.error} />}
      </div>
      <Button
        icon={Trash2}
        busy={revoke.isPending}
        aria-label={t('revokeOf', { name })}
        onClick={() => revoke.mutate()}
        data-testid="revoke-feed"
      >
        {t('revoke')}
      </Button>
    </li>
  );
}

function Feeds() {
  const t = useText(calendarLinkText);
  const feeds = useQuery({
    queryKey: FEEDS,
    queryFn: async ({ signal }) => (await callApi('listCalendarFeeds', undefined, signal)).feeds,
  });
  if (feeds.data === undefined) {
    if (feeds.isError) return <FailurePanel error={feeds.error} onRetry={() => void feeds.refetch()} />;
    return <Skeleton height={120} />;
  }
  if (feeds.data.length === 0) return <EmptyPanel title={t('none')} />;
  return (
    <ul className={styles.feeds}>
      {feeds.data.map((feed) => (
        <FeedLine key={feed.feedId} feed={feed} />
      ))}
    </ul>
  );
}

/** Timetables in people's own calendars. */
export default function CalendarLinksPage() {
  const t = useText(calendarLinkText);
  const importing = useText(calendarImportText);
  const { data: me } = useSession();
  if (me === null || me === undefined) return null;
  const isStaff = me.roles.some(({ role }) => role === 'teacher' || role === 'schoolAdmin');
  return (
    <Page title={t('title')}>
      <h1>{t('title')}</h1>
      <p>{t('intro')}</p>
      {isStaff && (
        <p>
          <Link href="/calendar/import">{importing('link')}</Link>
        </p>
      )}
      <section className={styles.card} aria-label={t('make')}>
        <NewLink />
        <p className={styles.hint}>{t('secret')}</p>
      </section>
      <section className={styles.made} aria-labelledby="feeds-heading">
        <h2 id="feeds-heading">{t('links')}</h2>
        <Feeds />
      </section>
    </Page>
  );
}
