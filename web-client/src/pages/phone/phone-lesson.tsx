import { useCallback, useEffect } from 'react';
import type { PairedSite } from '../../../../signaling/protocol/rest/sites.ts';
import { callApi } from '../../api/api.ts';
import { phoneText } from '../../messages/phone.ts';
import { useText } from '../../text/text.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { FailureBanner, Waiting } from '../../ui/panels.tsx';
import { CallProvider, useCallState } from '../room/call-context.ts';
import { useVisit } from '../room/use-visit.ts';
import { LessonCourseware } from './lesson-courseware.tsx';
import { PhoneRoom } from './phone-room.tsx';
import styles from './phone.module.css';

type Lesson = NonNullable<PairedSite['current']>;

const RETRY_MS = 5_000;
/** Its loudspeakers stand next to this phone. */
const NOTHING = () => ({ camera: false, microphone: false });

function PhoneCall({ lesson, onAgain }: { readonly lesson: Lesson; readonly onAgain: () => void }) {
  const t = useText(phoneText);
  const { connection, view } = useCallState();
  const reason = connection.kind === 'closed' ? connection.reason : null;
  useEffect(() => {
    // What ended for good shows in the list, which is asked for anyway.
    if (reason !== 'seatTokenInvalid' && reason !== 'roomGone' && reason !== 'clientTooOld') return undefined;
    const timer = setTimeout(onAgain, RETRY_MS);
    return () => clearTimeout(timer);
  }, [reason, onAgain]);
  if (reason === 'seatTakenOver') {
    return (
      <section className={styles.card}>
        <p>{t('takenOver')}</p>
        <Button look="primary" size="l" onClick={onAgain}>
          {t('useHere')}
        </Button>
      </section>
    );
  }
  if (reason === 'removed') return <p className={styles.card}>{t('unpaired')}</p>;
  if (view.phase !== 'inside' || reason !== null) return <Door lesson={lesson} words={t('entering')} />;
  return <PhoneRoom state={view} files={lesson.courseware} />;
}

function Door({ lesson, words }: { readonly lesson: Lesson; readonly words: string }) {
  const t = useText(phoneText);
  return (
    <section className={styles.card} data-testid="phone-door">
      <h2>{lesson.title}</h2>
      <p className={styles.soft}>{t('lecturer', { name: `${lesson.lecturerName} · ${lesson.schoolName}` })}</p>
      <Waiting>{words}</Waiting>
      <LessonCourseware files={lesson.courseware} />
    </section>
  );
}

/** The lesson that the classroom is in: entered by itself once the lecturer is there. */
export function PhoneLesson({ site, lesson }: { readonly site: PairedSite; readonly lesson: Lesson }) {
  const t = useText(phoneText);
  const { siteId } = site;
  const { lessonId } = lesson;
  const obtainGrant = useCallback(
    () => callApi('joinAsPhone', { params: { siteId }, body: { lessonId } }),
    [siteId, lessonId],
  );
  const { phase, enter } = useVisit({
    key: `phone-${siteId}-${lessonId}`,
    obtainGrant,
    wants: NOTHING,
    isMedialess: true,
    entersAtOnce: true,
  });
  const again = useCallback(() => enter({}), [enter]);
  useEffect(() => again(), [again]);
  if (phase.kind === 'inside') {
    return (
      <CallProvider value={phase.call}>
        <PhoneCall lesson={lesson} onAgain={again} />
      </CallProvider>
    );
  }
  if (phase.kind !== 'refused') {
    return <Door lesson={lesson} words={phase.kind === 'notOpen' ? t('waiting') : t('entering')} />;
  }
  if (phase.failure.code === 'conflict') {
    return (
      <section className={styles.card}>
        <p>{t('isLecturer')}</p>
        <LinkButton href={`/room/${lessonId}`}>{t('openRoom')}</LinkButton>
      </section>
    );
  }
  return (
    <section className={styles.card} data-testid="phone-refused">
      <FailureBanner error={phase.failure} />
      <Button onClick={again}>{t('useHere')}</Button>
    </section>
  );
}
