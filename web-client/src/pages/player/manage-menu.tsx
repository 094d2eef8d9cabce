import { Menu } from '@base-ui/react/menu';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ChartColumn, EllipsisVertical, Package, Scissors, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { callApi } from '../../api/api.ts';
import { editorText } from '../../messages/editor.ts';
import { packageText } from '../../messages/package.ts';
import { playerText } from '../../messages/player.ts';
import { shellText } from '../../messages/shell.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import { usePublishingMenu } from '../recording/publishing-menu.tsx';
import { PackageDialog } from './package-dialog.tsx';
import bar from './control-bar.module.css';
import { ProductionItem, ProductionState } from './production-state.tsx';
import styles from './player.module.css';

interface ManageProps {
  readonly recording: RecordingSummary;
}

function DeleteDialog({ recording, onClose }: ManageProps & { readonly onClose: () => void }) {
  const t = useText(playerText);
  const shell = useText(shellText);
  const { recordingId, title } = recording;
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const remove = useMutation({
    mutationFn: () => callApi('deleteRecording', { params: { recordingId } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['recordings'] });
      navigate('/library', { replace: true });
    },
  });
  return (
    <Dialog open onClose={onClose} title={t('deleteTitle')} description={t('deleteBody', { title })} dark>
      {remove.isError && <FailureBanner error={remove.error} />}
      <div className={styles.actions}>
        <Button
          look="danger"
          icon={Trash2}
          busy={remove.isPending}
          onClick={() => remove.mutate()}
          data-testid="delete-confirm"
        >
          {t('deleteConfirm')}
        </Button>
        <Button onClick={onClose}>{shell('cancel')}</Button>
      </div>
    </Dialog>
  );
}

function EditItem({ recording: { recordingId, phase } }: ManageProps) {
  const t = useText(editorText);
  const [, navigate] = useLocation();
  if (phase === 'recording' || phase === 'finishing') return null;
  return (
    <Menu.Item className={bar.item} onClick={() => navigate(`/watch/${recordingId}/edit`)} data-testid="player-edit">
      <Scissors aria-hidden /> {t('open')}
    </Menu.Item>
  );
}

function PackageItem({ recording, onOpen }: ManageProps & { readonly onOpen: () => void }) {
  const t = useText(packageText);
  const { phase, hasViews } = recording;
  if (phase === 'recording' || phase === 'finishing' || !hasViews) return null;
  return (
    <Menu.Item className={bar.item} onClick={onOpen} data-testid="player-package">
      <Package aria-hidden /> {t('menu')}
    </Menu.Item>
  );
}

export function ManageMenu({ recording }: ManageProps) {
  const t = useText(playerText);
  const [dialog, setDialog] = useState<'delete' | 'package' | null>(null);
  const [, navigate] = useLocation();
  const { recordingId, phase, isHeld } = recording;
  const publishing = usePublishingMenu(recording, { itemClass: bar.item, dark: true });
  const mayDelete = !isHeld && (!recording.mayProduce || (phase !== 'recording' && phase !== 'finishing'));
  const close = (): void => setDialog(null);
  return (
    <>
      <Menu.Root>
        <Menu.Trigger className={bar.control} aria-label={t('manage')} title={t('manage')} data-testid="player-manage">
          <EllipsisVertical aria-hidden />
        </Menu.Trigger>
        <Menu.Portal className="stage">
          <Menu.Positioner sideOffset={4} align="end" className={bar.positioner}>
            <Menu.Popup className={bar.menu}>
              <Menu.Item
                className={bar.item}
                onClick={() => navigate(`/watch/${recordingId}/statistics`)}
                data-testid="player-statistics"
              >
                <ChartColumn aria-hidden /> {t('statistics')}
              </Menu.Item>
              {recording.mayProduce && <EditItem recording={recording} />}
              {publishing.items}
              {recording.mayProduce && <ProductionItem recording={recording} />}
              {recording.mayProduce && <ProductionState recording={recording} />}
              {recording.mayProduce && <PackageItem recording={recording} onOpen={() => setDialog('package')} />}
              {mayDelete && (
                <Menu.Item className={bar.item} onClick={() => setDialog('delete')} data-testid="player-delete">
                  <Trash2 aria-hidden /> {t('delete')}
                </Menu.Item>
              )}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {publishing.dialogs}
      {dialog === 'package' && <PackageDialog recordingId={recordingId} onClose={close} />}
      {dialog === 'delete' && <DeleteDialog recording={recording} onClose={close} />}
    </>
  );
}
