import { useEffect, useState, useSyncExternalStore } from 'react';
import type { RoomCall } from '../../call/room-call.ts';
import { siteText } from '../../messages/site.ts';
import { useText } from '../../text/text.ts';
import { clockTime } from '../../text/time.ts';
import { useNow } from '../../ui/use-now.ts';
import { CallProvider, useCallState } from '../room/call-context.ts';
import { sharedByOpener } from './site-share.ts';
import type { SharedSite, SiteShare } from './site-share.ts';
import { SecondRoom } from './site-room.tsx';
import styles from './site-page.module.css';

const LOOK_EVERY_MS = 1_000;

/** The first window may be loaded anew at any time: then it has another one to share. */
function useOpenersShare(): SiteShare | null {
  const [share, setShare] = useState(sharedByOpener);
  useEffect(() => {
    const timer = setInterval(() => setShare(sharedByOpener()), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return share;
}

function Quiet({ words }: { readonly words: string }) {
  const nowMs = useNow(1_000);
  return (
    <main className={['stage', styles.idle].join(' ')} data-testid="site-second-idle">
      <span />
      <div className={styles.clock}>
        <time className="tabular">{clockTime(nowMs)}</time>
      </div>
      <footer className={styles.foot}>
        <p className={styles.soft}>{words}</p>
      </footer>
    </main>
  );
}

function InRoom({ layout }: Pick<SharedSite, 'layout'>) {
  const t = useText(siteText);
  const { view } = useCallState();
  return view.phase === 'inside' ? <SecondRoom state={view} layout={layout} /> : <Quiet words={t('secondIdle')} />;
}

function Shared({ share }: { readonly share: SiteShare }) {
  const t = useText(siteText);
  const { call, layout } = useSyncExternalStore(share.subscribe, share.getState);
  if (call === null) return <Quiet words={t('secondIdle')} />;
  return (
    <CallProvider value={call satisfies RoomCall}>
      <InRoom layout={layout} />
    </CallProvider>
  );
}

/** The second window of a classroom's screen, on the other display. */
export function SecondScreen() {
  const t = useText(siteText);
  const share = useOpenersShare();
  if (share === null) return <Quiet words={t('secondAlone', { address: `${location.origin}/site?screens=2` })} />;
  return <Shared share={share} />;
}
