import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useParams } from 'wouter';
import { LessonId } from '../../../../signaling/protocol/ids.ts';
import { callApi } from '../../api/api.ts';
import { shellText } from '../../messages/shell.ts';
import { useText } from '../../text/text.ts';
import { FailurePanel, Skeleton } from '../../ui/panels.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { Page } from '../../ui/page.tsx';
import { Visit } from './visit.tsx';

/** A lesson of somebody who is signed in. */
export default function RoomPage() {
  const t = useText(shellText);
  const { lessonId } = useParams<{ lessonId: string }>();
  const id = LessonId.safeParse(lessonId);
  const lesson = useQuery({
    queryKey: ['lesson', lessonId],
    queryFn: ({ signal }) => callApi('getLesson', { params: { lessonId: LessonId.parse(lessonId) } }, signal),
    enabled: id.success,
  });
  const obtainGrant = useCallback(
    () => callApi('joinLesson', { params: { lessonId: LessonId.parse(lessonId) } }),
    [lessonId],
  );
  if (lesson.data !== undefined) {
    const { title, startsAtMs, isRecorded, mySeat, state, lecturerName, origin } = lesson.data;
    const isScheduled = state === 'scheduled';
    return (
      <Visit
        visitKey={lesson.data.lessonId}
        lesson={{ title, startsAtMs, isRecorded, lecturerName, isScheduled, isMicro: origin === 'micro' }}
        seat={mySeat ?? 'observer'}
        obtainGrant={obtainGrant}
        isGuest={false}
      />
    );
  }
  return (
    <Page title={t('product')} width="narrow">
      {lesson.isError || !id.success ? (
        <>
          <FailurePanel error={lesson.error} onRetry={() => void lesson.refetch()} />
          <LinkButton href="/">{t('back')}</LinkButton>
        </>
      ) : (
        <Skeleton height={320} />
      )}
    </Page>
  );
}
