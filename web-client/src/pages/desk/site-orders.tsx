import { useMutation } from '@tanstack/react-query';
import { RotateCw, SlidersHorizontal, Unplug } from 'lucide-react';
import { useState } from 'react';
import type { KeptSite } from '../../../../signaling/protocol/rest/sites.ts';
import type { SiteOrder } from '../../../../signaling/protocol/sites.ts';
import { callApi } from '../../api/api.ts';
import { deskSiteText } from '../../messages/desk-sites.ts';
import { siteControlText } from '../../messages/site-controls.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ScreenChoices } from '../room/site-controls.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useDeskRefresh } from './desk-queries.ts';
import { useNotices } from './notices.tsx';
import { setupOf } from './site-setup.ts';
import styles from './sites-section.module.css';

const VOLUMES = [100, 90, 80, 70, 60, 50, 40, 30, 20, 10, 0];

function Volume(props: { readonly site: KeptSite; readonly onChoose: (volume: number) => void }) {
  const t = useText(deskSiteText);
  const { classroomName: name } = props.site;
  const now = setupOf(props.site).volume;
  const choices = [...new Set([now, ...VOLUMES])].toSorted((a, b) => b - a);
  return (
    <select
      className={styles.volume}
      aria-label={t('volume', { name })}
      value={now}
      onChange={(event) => props.onChoose(Number(event.target.value))}
      data-testid="desk-volume"
    >
      {choices.map((volume) => (
        <option key={volume} value={volume}>
          {t('volumeOf', { volume })}
        </option>
      ))}
    </select>
  );
}

function UnenrolButton({ site }: { readonly site: KeptSite }) {
  const t = useText(deskSiteText);
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const [isAsking, setAsking] = useState(false);
  const { siteId, classroomName: name } = site;
  const unenrol = useMutation({
    mutationFn: () => callApi('unenrolSite', { params: { siteId } }),
    onSuccess: () => notices.say(t('unenrolled', { name })),
    onError: (error) => notices.fail(error),
    onSettled: async () => {
      setAsking(false);
      await refresh('sites', 'classrooms');
    },
  });
  return (
    <>
      <Button look="plain" icon={Unplug} aria-label={t('unenrolOf', { name })} onClick={() => setAsking(true)} />
      <ConfirmDialog
        open={isAsking}
        title={t('unenrolTitle', { name })}
        body={t('unenrolBody')}
        confirm={t('unenrol')}
        busy={unenrol.isPending}
        onConfirm={() => unenrol.mutate()}
        onClose={() => setAsking(false)}
      />
    </>
  );
}

/** Camera, microphone and layout, in the words of the lesson. */
function Settings(props: { readonly site: KeptSite; readonly onOrder: (order: SiteOrder) => void }) {
  const { site, onOrder } = props;
  const t = useText(deskSiteText);
  const control = useText(siteControlText);
  const [isOpen, setOpen] = useState(false);
  const { classroomName: name } = site;
  return (
    <>
      <Button
        icon={SlidersHorizontal}
        disabled={site.health === null}
        aria-label={t('controlOf', { name })}
        onClick={() => setOpen(true)}
        data-testid="desk-control"
      >
        {control('title')}
      </Button>
      <Dialog
        open={isOpen}
        onClose={() => setOpen(false)}
        title={t('controlOf', { name })}
        description={t('controlBody')}
      >
        <div className={styles.control} data-testid="desk-controls">
          <ScreenChoices setup={setupOf(site)} onOrder={onOrder} />
        </div>
      </Dialog>
    </>
  );
}

/** What somebody who looks after a screen may have it do. */
export function SiteOrders({ site }: { readonly site: KeptSite }) {
  const t = useText(deskSiteText);
  const refresh = useDeskRefresh();
  const notices = useNotices();
  const { siteId, classroomName: name } = site;
  const order = useMutation({
    mutationFn: (body: SiteOrder) => callApi('orderSite', { params: { siteId }, body }),
    onSuccess: () => notices.say(t('ordered', { name })),
    onError: (error) => notices.fail(error),
    onSettled: () => refresh('sites'),
  });
  return (
    <>
      <Volume site={site} onChoose={(volume) => order.mutate({ kind: 'volume', volume })} />
      <Settings site={site} onOrder={order.mutate} />
      <Button
        icon={RotateCw}
        busy={order.isPending}
        aria-label={t('reloadOf', { name })}
        onClick={() => order.mutate({ kind: 'reload' })}
        data-testid="desk-reload"
      >
        {t('reload')}
      </Button>
      <UnenrolButton site={site} />
    </>
  );
}
