import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { publishingText } from '../../messages/publishing.ts';
import { useText } from '../../text/text.ts';
import { draftsQuery } from './library-query.ts';
import { RecordingCard } from './recording-card.tsx';
import styles from './library-page.module.css';

/** What waits for review, for those who manage it. Everybody else, and who has none, sees `otherwise`. */
export function Drafts({ otherwise = null }: { readonly otherwise?: ReactNode }) {
  const t = useText(publishingText);
  const list = useQuery(draftsQuery);
  const drafts = list.data?.items ?? [];
  if (list.isPending) return null;
  if (drafts.length === 0) return otherwise;
  return (
    <section aria-labelledby="drafts-title" className={styles.section} data-testid="drafts">
      <h2 id="drafts-title">{t('draftsTitle')}</h2>
      <p className={styles.count}>{t('draftsBody')}</p>
      <div className={styles.grid}>
        {drafts.map((recording) => (
          <RecordingCard key={recording.recordingId} recording={recording} />
        ))}
      </div>
    </section>
  );
}
