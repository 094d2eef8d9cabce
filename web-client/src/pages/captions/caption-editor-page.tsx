import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { canonicalLanguage } from '../../../../signaling/protocol/captions.ts';
import { RecordingId } from '../../../../signaling/protocol/ids.ts';
import { callApi } from '../../api/api.ts';
import { asFailure } from '../../api/request-failure.ts';
import { captionsText } from '../../messages/captions.ts';
import { playerText } from '../../messages/player.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { DetailHead, DetailPage } from '../../ui/detail-page.tsx';
import { Banner, FailurePanel, Skeleton } from '../../ui/panels.tsx';
import { captionListQuery, languageName } from '../player/captions-query.ts';
import { openedQuery, summaryQuery } from '../player/playback-query.ts';
import { CaptionEditor, type EditorProps } from './caption-editor.tsx';

interface Place {
  readonly recordingId: RecordingId;
  readonly language: string;
}

/** What is stored, or the beginning of what is not. Never read again by itself: somebody is writing in it. */
function useStored({ recordingId, language }: Place) {
  const list = useQuery(captionListQuery(recordingId));
  const leftOut = list.data?.leftOut;
  return useQuery({
    queryKey: ['caption-draft', recordingId, language],
    queryFn: async ({ signal }): Promise<EditorProps['captions']> => {
      try {
        return await callApi('getCaptions', { params: { recordingId, language }, query: { all: 'yes' } }, signal);
      } catch (error) {
        if (asFailure(error).code !== 'notFound' || leftOut === undefined) throw error;
        return { language, label: '', version: 0, cues: [], leftOut };
      }
    },
    enabled: list.data?.mayManage === true,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
}

/** The editor once everything that it needs is there; a recording that cannot be played can still be written for. */
function Stored({ recordingId, language, title }: Place & { readonly title: string }) {
  const opened = useQuery(openedQuery(recordingId));
  const stored = useStored({ recordingId, language });
  if (stored.isError) return <FailurePanel error={stored.error} onRetry={() => void stored.refetch()} />;
  if (stored.data === undefined || opened.isPending) return <Skeleton height={480} />;
  return <CaptionEditor {...{ recordingId, title }} captions={stored.data} opened={opened.data ?? null} />;
}

function Loaded({ recordingId, language }: Place) {
  const t = useText(captionsText);
  const page = useLanguage();
  const list = useQuery(captionListQuery(recordingId));
  const title = useQuery(summaryQuery(recordingId)).data?.title ?? '';
  return (
    <>
      <DetailHead
        title={t('editorTitle', { language: languageName(language, page) })}
        about={title}
        back={{ href: `/watch/${recordingId}/captions`, label: t('backToList') }}
      />
      {list.isError && <FailurePanel error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.mayManage === false && <Banner tone="warn">{t('forbidden')}</Banner>}
      {list.data?.mayManage === true && <Stored {...{ recordingId, language, title }} />}
    </>
  );
}

export default function CaptionEditorPage() {
  const t = useText(captionsText);
  const player = useText(playerText);
  const parameters = useParams<{ recordingId: string; language: string }>();
  const recordingId = RecordingId.safeParse(parameters.recordingId);
  const language = canonicalLanguage(parameters.language);
  const place = recordingId.success && language !== undefined ? { recordingId: recordingId.data, language } : undefined;
  return (
    <DetailPage title={t('title')} width="wide" id={place} missing={player('gone')}>
      {(found) => <Loaded {...found} />}
    </DetailPage>
  );
}
