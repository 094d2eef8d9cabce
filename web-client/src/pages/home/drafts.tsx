import { EyeOff } from 'lucide-react';
import { Link } from 'wouter';
import type { RouteReply } from '../../../../signaling/protocol/rest.ts';
import { publishingText } from '../../messages/publishing.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { dayAndTime } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import { usePublication } from '../recording/recording-orders.ts';
import styles from './home-page.module.css';

type Home = RouteReply<'home'>;

/** What waits for the person's review; the library has the button beside each. */
export function Drafts({ drafts }: { readonly drafts: Home['drafts'] }) {
  const t = useText(publishingText);
  const language = useLanguage();
  if (drafts.length === 0) return null;
  return (
    <section className={styles.section} aria-labelledby="drafts-title" data-testid="home-drafts">
      <h2 id="drafts-title">{t('draftsTitle')}</h2>
      <ul className={styles.recordings}>
        {drafts.map((draft) => (
          <li key={draft.recordingId} className={styles.draft}>
            <Link href={`/watch/${draft.recordingId}`}>
              <EyeOff aria-hidden />
              <span>
                <strong>{draft.title}</strong>
                <span>{dayAndTime(draft.startedAtMs, language)}</span>
              </span>
            </Link>
            <PublishDraft draft={draft} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function PublishDraft({ draft }: { readonly draft: Home['drafts'][number] }) {
  const t = useText(publishingText);
  const publication = usePublication(draft.recordingId);
  return (
    <>
      <Button
        look="primary"
        busy={publication.isPending}
        aria-label={t('publishNamed', { title: draft.title })}
        onClick={() => publication.mutate('publishRecording')}
        data-testid="publish"
      >
        {t('publish')}
      </Button>
      {publication.isError && <FailureBanner error={publication.error} />}
    </>
  );
}
