import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { RecordingId } from '../../../../signaling/protocol/ids.ts';
import { asFailure } from '../../api/request-failure.ts';
import { editorText } from '../../messages/editor.ts';
import { playerText } from '../../messages/player.ts';
import { useText } from '../../text/text.ts';
import { LinkButton } from '../../ui/button.tsx';
import { EmptyPanel, FailurePanel, Skeleton, Waiting } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import { editorQuery } from './editor-query.ts';
import { Editor } from './editor.tsx';
import styles from './editor.module.css';

function Loaded({ recordingId }: { readonly recordingId: RecordingId }) {
  const t = useText(editorText);
  const opened = useQuery(editorQuery(recordingId));
  const isBusy = opened.isError && asFailure(opened.error).code === 'conflict';
  return (
    <>
      <div className={styles.head}>
        <h1>{opened.data === undefined ? t('title') : t('titleOf', { title: opened.data.view.recording.title })}</h1>
        <LinkButton href={`/watch/${recordingId}`}>{t('back')}</LinkButton>
      </div>
      {opened.data !== undefined ? (
        <Editor key={opened.dataUpdatedAt} opened={opened.data} />
      ) : isBusy ? (
        <EmptyPanel title={t('busy')}>
          <p>{t('busyBody')}</p>
          <Waiting>{t('opening')}</Waiting>
        </EmptyPanel>
      ) : opened.isError ? (
        <FailurePanel error={opened.error} onRetry={() => void opened.refetch()} />
      ) : (
        <Skeleton height={480} />
      )}
    </>
  );
}

/** For those who look after a recording: what of it is published. */
export default function EditorPage() {
  const t = useText(editorText);
  const player = useText(playerText);
  const parsed = RecordingId.safeParse(useParams<{ recordingId: string }>().recordingId);
  return (
    <Page title={t('title')} width="wide">
      {parsed.success ? <Loaded recordingId={parsed.data} /> : <EmptyPanel isWholePage title={player('gone')} />}
    </Page>
  );
}
