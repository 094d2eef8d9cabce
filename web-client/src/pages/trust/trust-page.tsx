import { Download } from 'lucide-react';
import { useSystem } from '../../api/queries.ts';
import { trustText } from '../../messages/trust.ts';
import { useText } from '../../text/text.ts';
import { LinkButton } from '../../ui/button.tsx';
import { Banner } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import styles from './trust-page.module.css';

/** Which steps are one's own comes first. */
function ownFirst<T extends { readonly id: string }>(devices: readonly T[]): T[] {
  const agent = navigator.userAgent;
  const own = /iPhone|iPad/.test(agent) ? 'iphone' : /Android/.test(agent) ? 'android' : 'windows';
  return devices.toSorted((a, b) => Number(b.id === own) - Number(a.id === own));
}

export default function TrustPage() {
  const t = useText(trustText);
  const { data: system } = useSystem();
  const devices = ownFirst([
    { id: 'iphone', name: t('iphone'), steps: [t('iphone1'), t('iphone2'), t('iphone3')] },
    { id: 'android', name: t('android'), steps: [t('android1'), t('android2'), t('android3')] },
    { id: 'windows', name: t('windows'), steps: [t('windows1'), t('windows2'), t('windows3')] },
  ]);
  return (
    <Page title={t('title')} width="narrow">
      <div className={styles.page}>
        <h1>{t('title')}</h1>
        {system?.hasLocalAuthority === false ? (
          <Banner tone="calm">{t('none')}</Banner>
        ) : (
          <>
            <p>{t('why')}</p>
            <LinkButton href="/ca.crt" look="primary" size="l" icon={Download}>
              {t('download')}
            </LinkButton>
            {devices.map((device, index) => (
              <details key={device.id} className={styles.device} open={index === 0}>
                <summary>{device.name}</summary>
                <ol>
                  {device.steps.map((step) => (
                    <li key={step}>{step}</li>
                  ))}
                </ol>
              </details>
            ))}
            <p>{t('after')}</p>
          </>
        )}
      </div>
    </Page>
  );
}
