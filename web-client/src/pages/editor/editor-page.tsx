import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { RecordingId } from '../../../../signaling/protocol/ids.ts';
import { asFailure } from '../../api/request-failure.ts';
import { editorText } from '../../messages/editor.ts';
import { playerText } from '../../messages/player.ts';
import { useText } from '../../text/text.ts';
import { Answer } from '../../ui/answer.tsx';
import { DetailHead, DetailPage } from '../../ui/detail-page.tsx';
import { EmptyPanel, Waiting } from '../../ui/panels.tsx';
import { editorQuery } from './editor-query.ts';
import { Editor } from './editor.tsx';

function Loaded({ recordingId }: { readonly recordingId: RecordingId }) {
  const t = useText(editorText);
  const opened = useQuery(editorQuery(recordingId));
  const isBusy = opened.data === undefined && opened.isError && asFailure(opened.error).code === 'conflict';
  return (
    <>
      <DetailHead
        title={opened.data === undefined ? t('title') : t('titleOf', { title: opened.data.view.recording.title })}
        back={{ href: `/watch/${recordingId}`, label: t('back') }}
      />
      {isBusy ? (
        <EmptyPanel title={t('busy')}>
          <p>{t('busyBody')}</p>
          <Waiting>{t('opening')}</Waiting>
        </EmptyPanel>
      ) : (
        <Answer of={opened} height={480}>
          {(data) => <Editor key={opened.dataUpdatedAt} opened={data} />}
        </Answer>
      )}
    </>
  );
}

/** For those who look after a recording: what of it is published. */
export default function EditorPage() {
  const t = useText(editorText);
  const player = useText(playerText);
  const id = RecordingId.safeParse(useParams<{ recordingId: string }>().recordingId).data;
  return (
    <DetailPage title={t('title')} width="wide" id={id} missing={player('gone')}>
      {(recordingId) => <Loaded recordingId={recordingId} />}
    </DetailPage>
  );
}
