import { useMemo } from 'react';
import { encode } from 'uqr';
import { siteText } from '../../messages/site.ts';
import { useText } from '../../text/text.ts';
import type { SiteKit } from './site-kit.ts';
import styles from './pairing-sign.module.css';

const QUIET_MODULES = 3;

function Code({ address, label }: { readonly address: string; readonly label: string }) {
  const { path, size } = useMemo(() => {
    const { data } = encode(address, { ecc: 'M', border: QUIET_MODULES });
    const modules = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { path: modules.join(''), size: data.length };
  }, [address]);
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
      data-testid="pairing-code"
      data-address={address}
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

/** For the teacher in front of the screen: a phone that looks after this classroom. */
export function PairingSign({ kit, isSmall = false }: { readonly kit: SiteKit; readonly isSmall?: boolean }) {
  const t = useText(siteText);
  const { pairingCode, phones } = kit;
  if (pairingCode === null) return null;
  return (
    <aside className={[styles.sign, isSmall ? styles.small : ''].join(' ')}>
      <Code address={`${location.origin}/p/${pairingCode}`} label={t('pairCode')} />
      <p>
        <strong>{t('pairTitle')}</strong>
        {phones.length === 0 ? t('pairBody') : t('pairedWith', { names: phones.join('、') })}
      </p>
    </aside>
  );
}
