import { Menu } from '@base-ui/react/menu';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ChartColumn, Check, Clapperboard, Download, EllipsisVertical, Pencil, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useLocation } from 'wouter';
import type { RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { callApi } from '../../api/api.ts';
import { libraryText } from '../../messages/library.ts';
import { playerText } from '../../messages/player.ts';
import { shellText } from '../../messages/shell.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import bar from './control-bar.module.css';
import styles from './player.module.css';

interface ManageProps {
  readonly recording: RecordingSummary;
}

function useChanged(recordingId: string): (changed?: RecordingSummary) => void {
  const client = useQueryClient();
  return (changed) => {
    if (changed !== undefined) client.setQueryData(['recording', recordingId], changed);
    void client.invalidateQueries({ queryKey: ['recording', recordingId] });
    void client.invalidateQueries({ queryKey: ['recordings'] });
  };
}

function RenameDialog({ recording, onClose }: ManageProps & { readonly onClose: () => void }) {
  const t = useText(playerText);
  const shell = useText(shellText);
  const { recordingId } = recording;
  const changed = useChanged(recordingId);
  const [title, setTitle] = useState(recording.title);
  const rename = useMutation({
    mutationFn: () => callApi('changeRecording', { params: { recordingId }, body: { title: title.trim() } }),
    onSuccess: (summary) => {
      changed(summary);
      onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    rename.mutate();
  };
  return (
    <Dialog open onClose={onClose} title={t('rename')} dark>
      <form className={styles.form} onSubmit={submit}>
        <TextField
          label={t('name')}
          value={title}
          maxLength={80}
          required
          onChange={(event) => setTitle(event.target.value)}
          data-testid="rename-title"
        />
        {rename.isError && <FailureBanner error={rename.error} />}
        <div className={styles.actions}>
          <Button
            look="primary"
            type="submit"
            busy={rename.isPending}
            disabled={title.trim() === ''}
            data-testid="rename-save"
          >
            {t('save')}
          </Button>
          <Button onClick={onClose}>{shell('cancel')}</Button>
        </div>
      </form>
    </Dialog>
  );
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

/** Compose, or stop composing, and what is the state of it. */
function ProductionItem({ recording }: ManageProps) {
  const t = useText(libraryText);
  const { recordingId, phase } = recording;
  const changed = useChanged(recordingId);
  const order = useMutation({
    mutationFn: (name: 'retryProduction' | 'cancelProduction') => callApi(name, { params: { recordingId } }),
    onSettled: (summary) => changed(summary),
  });
  if (phase === 'recording' || phase === 'finishing') return null;
  const isProducing = phase === 'producing';
  return (
    <Menu.Item
      className={bar.item}
      onClick={() => order.mutate(isProducing ? 'cancelProduction' : 'retryProduction')}
      data-testid={isProducing ? 'cancel-production' : 'retry-production'}
    >
      {isProducing ? <X aria-hidden /> : <Clapperboard aria-hidden />}
      {t(isProducing ? 'cancelProduction' : phase === 'playable' ? 'compose' : 'retryProduction')}
    </Menu.Item>
  );
}

export function ManageMenu({ recording }: ManageProps) {
  const t = useText(playerText);
  const [dialog, setDialog] = useState<'rename' | 'delete' | null>(null);
  const [, navigate] = useLocation();
  const { recordingId, allowsDownload, phase } = recording;
  const changed = useChanged(recordingId);
  const allow = useMutation({
    mutationFn: (allowsDownload: boolean) =>
      callApi('changeRecording', { params: { recordingId }, body: { allowsDownload } }),
    onSettled: (summary) => changed(summary),
  });
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
              <Menu.Item className={bar.item} onClick={() => setDialog('rename')} data-testid="player-rename">
                <Pencil aria-hidden /> {t('rename')}
              </Menu.Item>
              <Menu.CheckboxItem
                className={bar.item}
                checked={allow.isPending ? allow.variables : allowsDownload}
                onCheckedChange={(isAllowed: boolean) => allow.mutate(isAllowed)}
                data-testid="player-allow-download"
              >
                <Download aria-hidden /> {t('allowDownload')}
                <Menu.CheckboxItemIndicator className={styles.checked}>
                  <Check aria-hidden />
                </Menu.CheckboxItemIndicator>
              </Menu.CheckboxItem>
              <ProductionItem recording={recording} />
              {phase !== 'recording' && phase !== 'finishing' && (
                <Menu.Item className={bar.item} onClick={() => setDialog('delete')} data-testid="player-delete">
                  <Trash2 aria-hidden /> {t('delete')}
                </Menu.Item>
              )}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {dialog === 'rename' && <RenameDialog recording={recording} onClose={close} />}
      {dialog === 'delete' && <DeleteDialog recording={recording} onClose={close} />}
    </>
  );
}
