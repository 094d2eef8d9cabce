import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { asFailure } from '../../api/request-failure.ts';
import { playerText } from '../../messages/player.ts';
import { publishingText } from '../../messages/publishing.ts';
import { useText } from '../../text/text.ts';
import { EmptyPanel, FailurePanel, Waiting } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import { useTitle } from '../../ui/use-title.ts';
import { LinkContext } from '../player/playback-door.ts';
import { sharedQuery, type Opened } from '../player/playback-query.ts';
import { Player } from '../player/player.tsx';

function Titled({ opened }: { readonly opened: Opened }) {
  useTitle(opened.recording.title);
  return <Player opened={opened} />;
}

function NotThere({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  const t = useText(publishingText);
  const { code } = asFailure(error);
  if (code === 'invitationExpired') {
    return (
      <EmptyPanel isWholePage title={t('sharedGone')}>
        <p>{t('sharedGoneBody')}</p>
      </EmptyPanel>
    );
  }
  if (code === 'conflict') {
    return (
      <EmptyPanel isWholePage title={t('sharedLater')}>
        <p>{t('sharedLaterBody')}</p>
      </EmptyPanel>
    );
  }
  return <FailurePanel error={error} onRetry={onRetry} />;
}

/** One recording for whoever holds its link: no account, no library, nothing remembered. */
export default function SharedPage() {
  const { token } = useParams<{ token: string }>();
  const t = useText(publishingText);
  const player = useText(playerText);
  const opened = useQuery(sharedQuery(token));
  if (opened.data !== undefined) {
    return (
      <LinkContext value={token}>
        <Titled opened={opened.data} />
      </LinkContext>
    );
  }
  return (
    <Page title={t('sharedTitle')} width="narrow">
      {opened.isError ? (
        <NotThere error={opened.error} onRetry={() => void opened.refetch()} />
      ) : (
        <Waiting>{player('opening')}</Waiting>
      )}
    </Page>
  );
}
