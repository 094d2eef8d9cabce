import { Languages } from 'lucide-react';
import { Suspense, lazy } from 'react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useSession } from '../api/queries.ts';
import { shellText } from '../messages/shell.ts';
import { setLanguage, useLanguage } from '../text/language.ts';
import { useText } from '../text/text.ts';
import { useTitle } from './use-title.ts';
import styles from './page.module.css';

/** Menus weigh more than the rest of the frame; who has no account needs none. */
const AccountMenu = lazy(() => import('./account-menu.tsx'));

function LanguageButton() {
  const t = useText(shellText);
  const language = useLanguage();
  return (
    <button
      type="button"
      className={styles.iconLink}
      aria-label={t('languageLabel')}
      onClick={() => setLanguage(language === 'en' ? 'zh-CN' : 'en')}
    >
      <Languages aria-hidden />
      <span>{t('language')}</span>
    </button>
  );
}

export interface PageProps {
  readonly title: string;
  readonly children: ReactNode;
  /** `narrow`: one card in the middle (sign-in, set-up); `wide`: tables and libraries. */
  readonly width?: 'narrow' | 'normal' | 'wide';
}

const ADMINISTERS = new Set(['districtAdmin', 'schoolAdmin']);

/** The frame of every ordinary page: where one is, where one can go, who one is. */
export function Page({ title, children, width = 'normal' }: PageProps) {
  const t = useText(shellText);
  const [location] = useLocation();
  const { data: me } = useSession();
  useTitle(title);
  const administers = me?.roles.some((grant) => ADMINISTERS.has(grant.role)) ?? false;
  const links = [
    { href: '/', label: t('home'), shown: true },
    { href: '/library', label: t('library'), shown: true },
    { href: '/inspection', label: t('inspection'), shown: administers },
    { href: '/desk', label: t('desk'), shown: administers },
  ];
  return (
    <div className={styles.page}>
      <a className={styles.skip} href="#content">
        {t('skip')}
      </a>
      <header className={styles.header}>
        <Link href="/" className={styles.brand ?? ''}>
          <img src="/favicon.svg" alt="" width={32} height={32} />
          <span>{t('product')}</span>
        </Link>
        {me !== undefined && me !== null && !me.mustChangePassword && (
          <nav className={styles.nav}>
            {links
              .filter((link) => link.shown)
              .map((link) => (
                <Link key={link.href} href={link.href} aria-current={isHere(location, link.href) ? 'page' : undefined}>
                  {link.label}
                </Link>
              ))}
          </nav>
        )}
        <div className={styles.tools}>
          <LanguageButton />
          {me !== undefined && me !== null && (
            <Suspense fallback={null}>
              <AccountMenu name={me.displayName} />
            </Suspense>
          )}
        </div>
      </header>
      <main id="content" className={[styles.main, styles[width]].join(' ')} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

const isHere = (location: string, href: string): boolean =>
  href === '/' ? location === '/' : location.startsWith(href);
