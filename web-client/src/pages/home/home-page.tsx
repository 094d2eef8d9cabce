import { useQuery } from '@tanstack/react-query';
import { Clapperboard, Presentation } from 'lucide-react';
import { useEffect } from 'react';
import { Link } from 'wouter';
import type { RouteReply } from '../../../../signaling/protocol/rest.ts';
import type { LessonSummary } from '../../../../signaling/protocol/rest/shapes.ts';
import { homeQuery, useSession } from '../../api/queries.ts';
import { homeText } from '../../messages/home.ts';
import { useServices } from '../../services.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { clockTime, dayAndTime } from '../../text/time.ts';
import { Answer } from '../../ui/answer.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { EmptyPanel } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import { useNow } from '../../ui/use-now.ts';
import { AdHocLesson } from './ad-hoc-lesson.tsx';
import { AnswerRecords } from './answer-records.tsx';
import { Drafts } from './drafts.tsx';
import { InvitationButton } from './invitation-dialog.tsx';
import { MicroLessonButton, UnfinishedMicroLessons } from './micro-lesson.tsx';
import { enterWord, kindWord, nextLesson, startsIn, stateWord } from './lesson-words.ts';
import styles from './home-page.module.css';

type Home = RouteReply<'home'>;

const teaches = (lesson: LessonSummary): boolean => lesson.mySeat === 'lecturer' || lesson.mySeat === 'coTeacher';

function CoursewareLink({ lessonId }: { readonly lessonId: string }) {
  const t = useText(homeText);
  const href = `/lessons/${lessonId}/courseware`;
  return (
    <LinkButton href={href} icon={Presentation}>
      {t('courseware')}
    </LinkButton>
  );
}

function NextLesson({ lesson, nowMs }: { readonly lesson: LessonSummary; readonly nowMs: number }) {
  const t = useText(homeText);
  const language = useLanguage();
  const isLive = lesson.state === 'live';
  return (
    <section
      className={styles.next}
      aria-labelledby="next-title"
      data-testid="next-lesson"
      data-lesson-id={lesson.lessonId}
    >
      <p className={styles.eyebrow}>
        {isLive ? <span className={styles.live}>{t('liveNow')}</span> : <span>{t('nextTitle')}</span>}
        <span>{kindWord(t, lesson.kind)}</span>
      </p>
      <h2 id="next-title">{lesson.title}</h2>
      <p className={styles.when}>
        <strong>
          {dayAndTime(lesson.startsAtMs, language, nowMs)}–{clockTime(lesson.endsAtMs)}
        </strong>
        {!isLive && <span className="tabular">{startsIn(t, lesson.startsAtMs - nowMs)}</span>}
      </p>
      <ul className={styles.facts}>
        <li>{t('lecturer', { name: `${lesson.lecturerName} · ${lesson.schoolName}` })}</li>
        {lesson.classGroups.length > 0 && (
          <li>{t('classes', { names: [...new Set(lesson.classGroups.map((group) => group.name))].join('、') })}</li>
        )}
        {lesson.classrooms.length > 0 && (
          <li>
            {t('listeners', { names: lesson.classrooms.map((room) => `${room.schoolName} ${room.name}`).join('、') })}
          </li>
        )}
        {lesson.presentCount !== null && <li>{t('present', { n: lesson.presentCount })}</li>}
        {lesson.isRecorded && <li>{t('recorded')}</li>}
      </ul>
      <div className={styles.actions}>
        <Link href={`/room/${lesson.lessonId}`} className={styles.enter ?? ''} data-testid="enter-lesson">
          {enterWord(t, lesson)}
        </Link>
        {teaches(lesson) && <InvitationButton lessonId={lesson.lessonId} />}
        {teaches(lesson) && <CoursewareLink lessonId={lesson.lessonId} />}
      </div>
    </section>
  );
}

function Timeline({ lessons, nowMs }: { readonly lessons: readonly LessonSummary[]; readonly nowMs: number }) {
  const t = useText(homeText);
  return (
    <ol className={styles.timeline}>
      {lessons.map((lesson) => {
        const isOpen = lesson.mySeat !== null && (lesson.state === 'live' || lesson.state === 'scheduled');
        return (
          <li key={lesson.lessonId} data-testid="lesson" data-lesson-id={lesson.lessonId} data-state={lesson.state}>
            <time className="tabular">{clockTime(lesson.startsAtMs)}</time>
            <div className={styles.entry}>
              <strong>{lesson.title}</strong>
              <span>
                {kindWord(t, lesson.kind)} · {lesson.lecturerName} · {lesson.schoolName}
              </span>
            </div>
            <span className={lesson.state === 'live' ? styles.live : styles.state}>{stateWord(t, lesson.state)}</span>
            {isOpen && lesson.endsAtMs > nowMs && teaches(lesson) && <CoursewareLink lessonId={lesson.lessonId} />}
            {isOpen && lesson.endsAtMs > nowMs && (
              <Link href={`/room/${lesson.lessonId}`} className={styles.enterSmall ?? ''}>
                {enterWord(t, lesson)}
              </Link>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function Recordings({ recordings }: { readonly recordings: Home['recordings'] }) {
  const t = useText(homeText);
  const language = useLanguage();
  if (recordings.length === 0) return null;
  return (
    <section className={styles.section} aria-labelledby="recordings-title">
      <h2 id="recordings-title">{t('recordings')}</h2>
      <ul className={styles.recordings}>
        {recordings.slice(0, 4).map((recording) => (
          <li key={recording.recordingId}>
            <Link href={`/watch/${recording.recordingId}`} data-testid="recent-recording">
              <Clapperboard aria-hidden />
              <span>
                <strong>{recording.title}</strong>
                <span>{dayAndTime(recording.startedAtMs, language)}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      <LinkButton href="/library" look="plain">
        {t('allRecordings')}
      </LinkButton>
    </section>
  );
}

function Today({ home }: { readonly home: Home }) {
  const t = useText(homeText);
  const nowMs = useNow(1_000);
  const lessons = home.lessons.filter(({ origin }) => origin === 'class');
  const next = nextLesson(lessons, nowMs);
  const rest = lessons.filter((lesson) => lesson !== next);
  const unfinished = home.lessons.filter(
    ({ origin, state, endsAtMs }) =>
      origin === 'micro' && (state === 'live' || (state === 'scheduled' && endsAtMs > nowMs)),
  );
  return (
    <>
      {next !== null && <NextLesson lesson={next} nowMs={nowMs} />}
      {next === null && rest.length === 0 && (
        <EmptyPanel title={t('nothing')}>
          <p>{home.mayTeach ? t('nothingTeacher') : t('nothingOther')}</p>
        </EmptyPanel>
      )}
      {home.mayTeach && (
        <div className={styles.adHoc}>
          <AdHocLesson />
          <MicroLessonButton />
        </div>
      )}
      <AnswerRecords />
      <UnfinishedMicroLessons lessons={unfinished} />
      {rest.length > 0 && (
        <section className={styles.section} aria-labelledby="today-title">
          <h2 id="today-title">{t('today')}</h2>
          <Timeline lessons={rest} nowMs={nowMs} />
        </section>
      )}
      <Drafts drafts={home.drafts} />
      <Recordings recordings={home.recordings} />
    </>
  );
}

export default function HomePage() {
  const t = useText(homeText);
  const { data: me } = useSession();
  const home = useQuery(homeQuery);
  const { warmDevice } = useServices();
  useEffect(() => void warmDevice.warm(), [warmDevice]);
  return (
    <Page title={t('title')}>
      <h1 className={styles.hello}>{t('greeting', { name: me?.displayName ?? '' })}</h1>
      <Answer of={home} height={280}>
        {(data) => <Today home={data} />}
      </Answer>
    </Page>
  );
}
