import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { LessonId } from '../../../../signaling/protocol/ids.ts';
import { callApi } from '../../api/api.ts';
import { CoursewarePanel } from '../../courseware/courseware-panel.tsx';
import { coursewareText } from '../../messages/courseware.ts';
import { useText } from '../../text/text.ts';
import { LinkButton } from '../../ui/button.tsx';
import { DetailHead, DetailPage } from '../../ui/detail-page.tsx';

function Loaded({ lessonId }: { readonly lessonId: LessonId }) {
  const t = useText(coursewareText);
  const lesson = useQuery({
    queryKey: ['lesson', lessonId],
    queryFn: ({ signal }) => callApi('getLesson', { params: { lessonId } }, signal),
  });
  return (
    <>
      <DetailHead title={t('title')} about={lesson.data?.title} back={{ href: '/', label: t('backHome') }} />
      <p>{t('before')}</p>
      <CoursewarePanel lessonId={lessonId} />
      <div>
        <LinkButton href={`/room/${lessonId}`}>{t('enter')}</LinkButton>
      </div>
    </>
  );
}

/** What a teacher prepares for a lesson. */
export default function CoursewarePage() {
  const t = useText(coursewareText);
  const lessonId = LessonId.safeParse(useParams().lessonId);
  return (
    <DetailPage id={lessonId.data} missing={t('missing')} title={t('title')}>
      {(id) => <Loaded lessonId={id} />}
    </DetailPage>
  );
}
