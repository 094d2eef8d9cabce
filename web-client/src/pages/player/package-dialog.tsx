import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Download, Package } from 'lucide-react';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import type { PackageView } from '../../../../signaling/protocol/rest/packages.ts';
import { callApi } from '../../api/api.ts';
import { packageText } from '../../messages/package.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { dayAndTime } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FailureBanner, Waiting } from '../../ui/panels.tsx';
import styles from './player.module.css';

const MOVING_MS = 1_500;
const BYTES_PER_MB = 1_000_000;

const isMoving = (view: PackageView | undefined): boolean => view?.state === 'waiting' || view?.state === 'making';

function sizeOf(bytes: number): string {
  const mb = bytes / BYTES_PER_MB;
  return mb >= 1_000 ? `${(mb / 1_000).toFixed(1)} GB` : `${Math.max(mb, 0.1).toFixed(mb < 10 ? 1 : 0)} MB`;
}

function usePackage(recordingId: RecordingId) {
  const client = useQueryClient();
  const queryKey = ['package', recordingId];
  const params = { recordingId };
  const state = useQuery({
    queryKey,
    queryFn: ({ signal }) => callApi('getPackage', { params }, signal),
    refetchInterval: ({ state: { data } }) => (isMoving(data) ? MOVING_MS : false),
  });
  const order = useMutation({
    mutationFn: () => callApi('orderPackage', { params }),
    onSuccess: (view) => client.setQueryData(queryKey, view),
  });
  const cancel = useMutation({
    mutationFn: () => callApi('cancelPackage', { params }),
    onSettled: () => client.invalidateQueries({ queryKey }),
  });
  return { state, order, cancel };
}

/** What has become of it, in words; nothing before it is ordered. */
function Progress({ view }: { readonly view: PackageView }) {
  const t = useText(packageText);
  const language = useLanguage();
  if (view.state === 'waiting') return <output data-testid="package-progress">{t('waiting')}</output>;
  if (view.state === 'failed') return <p role="alert">{t('failed')}</p>;
  if (view.state === 'ready' && view.keptUntilMs !== null) {
    return <p>{t('kept', { date: dayAndTime(view.keptUntilMs, language) })}</p>;
  }
  if (view.state !== 'making') return null;
  const fraction = view.progress ?? 0;
  return (
    <output data-testid="package-progress">
      <progress className={styles.progress} value={fraction} max={1} />
      {t('making', { percent: Math.round(fraction * 100) })}
    </output>
  );
}

type PackageWork = ReturnType<typeof usePackage>;

/** What can be done about it now. */
function Actions({ view, order, cancel }: Pick<PackageWork, 'order' | 'cancel'> & { readonly view: PackageView }) {
  const t = useText(packageText);
  if (isMoving(view)) {
    return (
      <Button busy={cancel.isPending} onClick={() => cancel.mutate()} data-testid="package-cancel">
        {t('stop')}
      </Button>
    );
  }
  const isReady = view.state === 'ready';
  const [look, word] = isReady ? (['plain', 'again'] as const) : (['primary', 'order'] as const);
  return (
    <>
      {isReady && view.url !== null && (
        <a className={styles.downloadLink} href={view.url} data-testid="package-download">
          <Download aria-hidden /> {t('download', { size: sizeOf(view.bytes ?? 0) })}
        </a>
      )}
      <Button
        look={look}
        icon={Package}
        busy={order.isPending}
        onClick={() => order.mutate()}
        data-testid="package-order"
      >
        {t(word)}
      </Button>
    </>
  );
}

export interface PackageDialogProps {
  readonly recordingId: RecordingId;
  readonly onClose: () => void;
}

export function PackageDialog({ recordingId, onClose }: PackageDialogProps) {
  const t = useText(packageText);
  const { state, order, cancel } = usePackage(recordingId);
  const view = state.data;
  const error = order.error ?? cancel.error ?? state.error;
  return (
    <Dialog open onClose={onClose} title={t('title')} dark>
      <div className={styles.form}>
        <p>{t('what')}</p>
        {view === undefined && error === null && <Waiting>{t('title')}</Waiting>}
        {error !== null && <FailureBanner error={error} />}
        {view !== undefined && <Progress view={view} />}
        {view !== undefined && (
          <div className={styles.actions}>
            <Actions {...{ view, order, cancel }} />
          </div>
        )}
      </div>
    </Dialog>
  );
}
