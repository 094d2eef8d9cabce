import { Menu } from '@base-ui/react/menu';
import { Eye, Gavel, Pencil, Share2, Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { publishingText } from '../../messages/publishing.ts';
import { useText } from '../../text/text.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import { DetailsDialog } from './details-dialog.tsx';
import { HoldDialog } from './hold-dialog.tsx';
import { usePublication } from './recording-orders.ts';
import { SharingDialog } from './sharing-dialog.tsx';

type Open = 'details' | 'sharing' | 'hold' | null;

interface ItemsProps {
  readonly recording: RecordingSummary;
  readonly itemClass: string | undefined;
  readonly onOpen: (dialog: Open) => void;
  readonly onPublication: (name: 'publishRecording' | 'unpublishRecording') => void;
}

function Items({ recording, itemClass, onOpen, onPublication }: ItemsProps) {
  const t = useText(publishingText);
  const { isPublished, mayHold, isHeld } = recording;
  const item = { className: itemClass ?? '' };
  return (
    <>
      <Menu.Item {...item} onClick={() => onOpen('details')} data-testid="recording-details">
        <Pencil aria-hidden /> {t('details')}
      </Menu.Item>
      <Menu.Item {...item} onClick={() => onOpen('sharing')} data-testid="recording-sharing">
        <Share2 aria-hidden /> {t('sharing')}
      </Menu.Item>
      <Menu.Item
        {...item}
        onClick={() => onPublication(isPublished ? 'unpublishRecording' : 'publishRecording')}
        data-testid="recording-publication"
      >
        {isPublished ? <Undo2 aria-hidden /> : <Eye aria-hidden />} {t(isPublished ? 'unpublish' : 'publish')}
      </Menu.Item>
      {mayHold && (
        <Menu.Item {...item} onClick={() => onOpen('hold')} data-testid="recording-hold">
          <Gavel aria-hidden /> {t(isHeld ? 'release' : 'hold')}
        </Menu.Item>
      )}
    </>
  );
}

/** What managers do with a recording as a whole, as part of any menu: its items, and the dialogs that they open. */
export function usePublishingMenu(
  recording: RecordingSummary,
  { itemClass, dark = false }: { readonly itemClass: string | undefined; readonly dark?: boolean },
): { readonly items: ReactNode; readonly dialogs: ReactNode } {
  const t = useText(publishingText);
  const [open, setOpen] = useState<Open>(null);
  // Not in the menu, which is gone by the time it could say that it did not work.
  const publication = usePublication(recording.recordingId);
  const props = { recording, dark, onClose: () => setOpen(null) };
  return {
    items: (
      <Items
        recording={recording}
        itemClass={itemClass}
        onOpen={setOpen}
        onPublication={(name) => publication.mutate(name)}
      />
    ),
    dialogs: (
      <>
        {open === 'details' && <DetailsDialog {...props} />}
        {open === 'sharing' && <SharingDialog {...props} />}
        {open === 'hold' && <HoldDialog {...props} />}
        {publication.isError && (
          <Dialog
            open
            onClose={publication.reset}
            title={t(publication.variables === 'unpublishRecording' ? 'unpublish' : 'publish')}
            dark={dark}
          >
            <FailureBanner error={publication.error} />
          </Dialog>
        )}
      </>
    ),
  };
}
