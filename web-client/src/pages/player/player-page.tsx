import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { RecordingId } from '../../../../signaling/protocol/ids.ts';
import { asFailure } from '../../api/request-failure.ts';
import { libraryText } from '../../messages/library.ts';
import { playerText } from '../../messages/player.ts';
import { useText } from '../../text/text.ts';
import { LinkButton } from '../../ui/button.tsx';
import { EmptyPanel, FailurePanel, Waiting } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import { useTitle } from '../../ui/use-title.ts';
import { failureWords } from '../library/recording-words.ts';
import { openedQuery, summaryQuery, type Opened } from './playback-query.ts';
import { Player } from './player.tsx';
import styles from './player.module.css';

/** Before there is anything to play; the page goes on by itself as soon as there is. */
function NotYet({ recordingId }: { readonly recordingId: RecordingId }) {
  const t = useText(playerText);
  const library = useText(libraryText);
  const { data: recording } = useQuery(summaryQuery(recordingId));
  if (recording === undefined) return <Waiting>{t('opening')}</Waiting>;
  const { phase, title } = recording;
  if (phase === 'recording' || phase === 'finishing') {
    return (
      <EmptyPanel title={t(phase === 'recording' ? 'notYet' : 'finishing')}>
        <p>{title}</p>
        <p>{t('notYetBody')}</p>
        <Waiting>{t('opening')}</Waiting>
      </EmptyPanel>
    );
  }
  if (recording.isPreparing) {
    return (
      <EmptyPanel title={t('preparing')}>
        <p>{title}</p>
        <p>{t('preparingBody')}</p>
        <Waiting>{t('opening')}</Waiting>
      </EmptyPanel>
    );
  }
  return (
    <EmptyPanel title={t('unavailable')}>
      <p>{recording.failure === null ? t('unavailableBody') : failureWords(library, recording.failure)}</p>
      <LinkButton href="/library">{t('back')}</LinkButton>
    </EmptyPanel>
  );
}

function Opening() {
  const t = useText(playerText);
  return (
    <div className={['stage', styles.player, styles.opening].join(' ')}>
      <Waiting>{t('opening')}</Waiting>
    </div>
  );
}

function Titled({ opened }: { readonly opened: Opened }) {
  useTitle(opened.recording.title);
  return <Player key={opened.recording.recordingId} opened={opened} />;
}

function Watch({ recordingId }: { readonly recordingId: RecordingId }) {
  const t = useText(playerText);
  const library = useText(libraryText);
  const opened = useQuery(openedQuery(recordingId));
  if (opened.data !== undefined) return <Titled opened={opened.data} />;
  if (!opened.isError) return <Opening />;
  return (
    <Page title={library('title')} width="narrow">
      {asFailure(opened.error).code === 'conflict' ? (
        <NotYet recordingId={recordingId} />
      ) : (
        <>
          <FailurePanel error={opened.error} onRetry={() => void opened.refetch()} />
          <LinkButton href="/library">{t('back')}</LinkButton>
        </>
      )}
    </Page>
  );
}

export default function PlayerPage() {
  const parameters = useParams<{ recordingId: string }>();
  const t = useText(playerText);
  const library = useText(libraryText);
  const parsed = RecordingId.safeParse(parameters.recordingId);
  if (parsed.success) return <Watch recordingId={parsed.data} />;
  return (
    <Page title={library('title')} width="narrow">
      <EmptyPanel title={t('gone')}>
        <LinkButton href="/library">{t('back')}</LinkButton>
      </EmptyPanel>
    </Page>
  );
}
