import { Menu } from '@base-ui/react/menu';
import { EllipsisVertical, Eye } from 'lucide-react';
import type { RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { publishingText } from '../../messages/publishing.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import { usePublication } from '../recording/recording-orders.ts';
import { usePublishingMenu } from '../recording/publishing-menu.tsx';
import styles from './recording-card.module.css';

interface CardProps {
  readonly recording: RecordingSummary;
}

/** For those who manage a recording: details, who may watch, review, hold. */
export function CardMenu({ recording }: CardProps) {
  const t = useText(publishingText);
  const { items, dialogs } = usePublishingMenu(recording, { itemClass: styles.menuItem });
  return (
    <>
      <Menu.Root>
        <Menu.Trigger
          className={styles.menuButton}
          aria-label={t('manage', { title: recording.title })}
          data-testid="card-menu"
        >
          <EllipsisVertical aria-hidden />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner sideOffset={4} align="end" className={styles.menuPositioner}>
            <Menu.Popup className={styles.menu}>{items}</Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {dialogs}
    </>
  );
}

/** A draft needs one press and nothing else. */
export function PublishButton({ recording }: CardProps) {
  const t = useText(publishingText);
  const publication = usePublication(recording.recordingId);
  return (
    <div className={styles.actions}>
      <Button
        look="primary"
        icon={Eye}
        busy={publication.isPending}
        onClick={() => publication.mutate('publishRecording')}
        data-testid="publish"
      >
        {t('publish')}
      </Button>
      {publication.isError && <FailureBanner error={publication.error} />}
    </div>
  );
}
