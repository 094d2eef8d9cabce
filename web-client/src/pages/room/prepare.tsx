import type { SeatKind } from '../../../../signaling/protocol/seats.ts';
import { isTeacherSeat, SEAT_PERMISSIONS } from '../../../../signaling/protocol/seats.ts';
import { microText } from '../../messages/micro-lesson.ts';
import { visitText } from '../../messages/visit.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { dayAndTime } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/panels.tsx';
import { DeviceCheck } from './device-check.tsx';
import { usePreviews } from './use-preview.ts';
import type { PreparedTracks } from './use-visit.ts';
import type { VisitLesson } from './visit.tsx';
import styles from './prepare.module.css';

export interface PrepareProps {
  readonly lesson: VisitLesson;
  readonly seat: SeatKind;
  /** The button was pressed, the room is being opened. */
  readonly isEntering: boolean;
  readonly onEnter: (tracks: PreparedTracks) => void;
}

function LessonHead({ lesson }: { readonly lesson: VisitLesson }) {
  const t = useText(visitText);
  const language = useLanguage();
  return (
    <header className={styles.head}>
      <h1>{lesson.title}</h1>
      <p>
        {lesson.lecturerName}
        {!lesson.isMicro && ` · ${t('startsAt', { time: dayAndTime(lesson.startsAtMs, language) })}`}
      </p>
    </header>
  );
}

function SenderPrepare({ lesson, seat, onEnter }: PrepareProps) {
  const t = useText(visitText);
  const micro = useText(microText);
  const enterWord = seat === 'lecturer' && lesson.isScheduled ? t('start') : t('enter');
  const isTeacher = isTeacherSeat(seat);
  const previews = usePreviews(isTeacher);
  return (
    <>
      <DeviceCheck previews={previews} isTeacher={isTeacher} />
      <div className={styles.door}>
        <LessonHead lesson={lesson} />
        {lesson.isMicro ? (
          <Banner tone="calm">{micro('notYet')}</Banner>
        ) : (
          lesson.isRecorded && <Banner tone="warn">{t('recordedNotice')}</Banner>
        )}
        <Button look="primary" size="l" onClick={() => onEnter(previews.handOver())} data-testid="enter-room">
          {lesson.isMicro ? micro('enter') : enterWord}
        </Button>
      </div>
    </>
  );
}

/** Nothing of one's own is sent on coming in, so there is nothing to look at first. */
export const watchesOnly = (seat: SeatKind): boolean =>
  seat === 'pupil' || SEAT_PERMISSIONS[seat].sendCamera === 'never';

/** The last page before the room: one looks at oneself, hears what is told, and presses one button. */
export function Prepare(props: PrepareProps) {
  const { lesson, seat, isEntering, onEnter } = props;
  const t = useText(visitText);
  const watches = watchesOnly(seat);
  return (
    <main className={['stage', styles.page, watches ? styles.single : ''].join(' ')} data-testid="prepare">
      {watches ? (
        <div className={styles.door}>
          <LessonHead lesson={lesson} />
          {seat === 'pupil' && <p className={styles.soft}>{t('watchOnly')}</p>}
          {lesson.isRecorded && <Banner tone="warn">{t('recordedNotice')}</Banner>}
          <Button look="primary" size="l" busy={isEntering} onClick={() => onEnter({})} data-testid="enter-room">
            {t(isEntering ? 'joining' : 'enter')}
          </Button>
        </div>
      ) : (
        <SenderPrepare {...props} />
      )}
    </main>
  );
}
