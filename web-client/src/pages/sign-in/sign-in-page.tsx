import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { Link, Redirect, useLocation, useSearch } from 'wouter';
import type { RouteReply } from '../../../../signaling/protocol/rest.ts';
import { callApi } from '../../api/api.ts';
import { useSession, useSessionChange, useSystem } from '../../api/queries.ts';
import { signInText } from '../../messages/sign-in.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Banner, FailureBanner } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import { wantedPath } from '../wanted-path.ts';
import styles from './sign-in-page.module.css';

type DemoAccount = RouteReply<'systemInfo'>['demoAccounts'][number];
interface Credentials {
  readonly account: string;
  readonly password: string;
}

function useSignIn() {
  const [, navigate] = useLocation();
  const search = useSearch();
  const changeSession = useSessionChange();
  return useMutation({
    mutationFn: (credentials: Credentials) => callApi('signIn', { body: credentials }),
    onSuccess: (me) => {
      changeSession(me);
      navigate(wantedPath(search), { replace: true });
    },
  });
}

/** One for each role of each school: enough to take every part. */
function firstOfEach(accounts: readonly DemoAccount[]): readonly DemoAccount[] {
  const seen = new Set<string>();
  return accounts.filter((one) => {
    const part = `${one.role} ${one.school}`;
    if (seen.has(part)) return false;
    seen.add(part);
    return true;
  });
}

function DemoAccounts(props: {
  readonly accounts: readonly DemoAccount[];
  readonly sites: RouteReply<'systemInfo'>['demoSites'];
  readonly onPick: (one: DemoAccount) => void;
}) {
  const t = useText(signInText);
  const [isAll, setAll] = useState(false);
  const shown = isAll ? props.accounts : firstOfEach(props.accounts);
  const roleNames: Readonly<Record<string, string>> = {
    districtAdmin: t('role_districtAdmin'),
    schoolAdmin: t('role_schoolAdmin'),
    teacher: t('role_teacher'),
    student: t('role_student'),
    guardian: t('role_guardian'),
  };
  return (
    <section className={styles.aside} aria-labelledby="demo-title">
      <h2 id="demo-title">{t('demoTitle')}</h2>
      <p>{t('demoBody')}</p>
      <ul className={styles.accounts}>
        {shown.map((one) => (
          <li key={one.account}>
            <button
              type="button"
              onClick={() => props.onPick(one)}
              data-testid="demo-account"
              data-account={one.account}
            >
              <strong>{one.name}</strong>
              <span>
                {roleNames[one.role] ?? one.role}
                {one.school === '' ? '' : ` · ${one.school}`}
              </span>
            </button>
          </li>
        ))}
        {props.sites.map(({ classroom, school, code }) => (
          <li key={code}>
            <Link href={`/site?code=${encodeURIComponent(code)}`} data-testid="demo-site" data-classroom={classroom}>
              <strong>{classroom}</strong>
              <span>
                {t('role_site')} · {school}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {shown.length < props.accounts.length && (
        <Button look="plain" onClick={() => setAll(true)} data-testid="all-demo-accounts">
          {t('demoAll', { n: props.accounts.length })}
        </Button>
      )}
    </section>
  );
}

function SignInForm({ signIn }: { readonly signIn: ReturnType<typeof useSignIn> }) {
  const t = useText(signInText);
  const [account, setAccount] = useState('');
  const [password, setPassword] = useState('');
  const [isMissing, setMissing] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const missing = account.trim() === '' || password === '';
    setMissing(missing);
    if (!missing) signIn.mutate({ account, password });
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <TextField
        label={t('accountLabel')}
        name="account"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        value={account}
        onChange={(event) => setAccount(event.target.value)}
      />
      <TextField
        label={t('passwordLabel')}
        name="password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      {isMissing && <Banner tone="warn">{t('missing')}</Banner>}
      {signIn.isError && !isMissing && <FailureBanner error={signIn.error} />}
      <Button look="primary" size="l" type="submit" busy={signIn.isPending} data-testid="sign-in">
        {t('submit')}
      </Button>
    </form>
  );
}

export default function SignInPage() {
  const t = useText(signInText);
  const search = useSearch();
  const { data: me } = useSession();
  const { data: system } = useSystem();
  const signIn = useSignIn();
  const enterAs = ({ account, password }: DemoAccount): void => signIn.mutate({ account, password });
  if (me !== undefined && me !== null) return <Redirect to={wantedPath(search)} replace />;
  return (
    <Page title={t('title')} width="narrow">
      <div className={styles.card}>
        <header>
          <h1>{system?.districtName ?? t('welcome')}</h1>
          <p>{t('welcome')}</p>
        </header>
        {system?.needsSetup === true && <Banner tone="warn">{t('setupBody')}</Banner>}
        <SignInForm signIn={signIn} />
        <p className={styles.note}>
          <strong>{t('invitationTitle')}</strong> {t('invitationBody')}
        </p>
      </div>
      {system?.isDemo === true && system.demoAccounts.length > 0 && (
        <DemoAccounts accounts={system.demoAccounts} sites={system.demoSites} onPick={enterAs} />
      )}
      <ul className={styles.links}>
        <li>
          {t('siteDevice')} <a href="/site">{t('siteOpen')}</a>
        </li>
        {system?.hasLocalAuthority === true && (
          <li>
            {t('trust')} <a href="/trust">{t('trustOpen')}</a>
          </li>
        )}
      </ul>
    </Page>
  );
}
