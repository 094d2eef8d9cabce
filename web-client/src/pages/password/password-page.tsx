import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { Me } from '../../../../signaling/protocol/rest/shapes.ts';
import { callApi } from '../../api/api.ts';
import { useSession, useSessionChange } from '../../api/queries.ts';
import { asFailure } from '../../api/request-failure.ts';
import { passwordText } from '../../messages/password.ts';
import { shellText } from '../../messages/shell.ts';
import { useProblemWords } from '../../text/problem-words.ts';
import { useText } from '../../text/text.ts';
import { Button, LinkButton } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Banner, FailureBanner } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import { wantedPath } from '../wanted-path.ts';
import { passwordProblems } from './password-problems.ts';
import type { PasswordEntry } from './password-problems.ts';
import styles from './password-page.module.css';

type Field = keyof PasswordEntry;

/** The words for each field: what is wrong before it is sent, and what the server found. */
function useProblems(entry: PasswordEntry, isTried: boolean, error: unknown): (field: Field) => string | undefined {
  const t = useText(passwordText);
  const words = useProblemWords();
  const own = passwordProblems(entry);
  const failure = error === null ? null : asFailure(error);
  return (field) => {
    const problem = own[field];
    if (isTried && problem !== undefined) return t(problem);
    if (field === 'current' && failure?.code === 'wrongCredentials') return t('wrongCurrent');
    const found = failure?.problems.find(({ path }) => path === field);
    return found === undefined ? undefined : words(found);
  };
}

function useChange(me: Me, onChanged: () => void) {
  const [, navigate] = useLocation();
  const search = useSearch();
  const changeSession = useSessionChange();
  return useMutation({
    mutationFn: ({ current, next }: PasswordEntry) =>
      callApi('changePassword', { body: { next, ...(current === null ? {} : { current }) } }),
    onSuccess: (): void => {
      if (!me.mustChangePassword) return onChanged();
      changeSession({ ...me, mustChangePassword: false });
      navigate(wantedPath(search), { replace: true });
    },
  });
}

const LABELS = { current: 'current', next: 'next', repeat: 'repeat' } as const;

function PasswordForm({ me, onChanged }: { readonly me: Me; readonly onChanged: () => void }) {
  const t = useText(passwordText);
  const [isFirst] = useState(me.mustChangePassword);
  const [entry, setEntry] = useState<PasswordEntry>({ current: isFirst ? null : '', next: '', repeat: '' });
  const [isTried, setTried] = useState(false);
  const [isShown, setShown] = useState(false);
  const change = useChange(me, onChanged);
  const problemOf = useProblems(entry, isTried, change.error);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(passwordProblems(entry)).length === 0) change.mutate(entry);
  };
  const edit = (field: Field, value: string): void => {
    change.reset();
    setEntry({ ...entry, [field]: value });
  };
  const fields: readonly Field[] = isFirst ? ['next', 'repeat'] : ['current', 'next', 'repeat'];
  const isSaid = change.isError && fields.some((field) => problemOf(field) !== undefined);
  return (
    <form className={styles.card} onSubmit={submit} noValidate data-testid="password-form">
      <header>
        <h1>{isFirst ? t('titleFirst') : t('title')}</h1>
        <p>{isFirst ? t('introFirst') : t('intro')}</p>
      </header>
      <TextField label={t('account')} name="account" autoComplete="username" value={me.account} readOnly />
      {fields.map((field) => (
        <TextField
          key={field}
          label={t(LABELS[field])}
          name={field}
          type={isShown ? 'text' : 'password'}
          autoComplete={field === 'current' ? 'current-password' : 'new-password'}
          autoCapitalize="none"
          spellCheck={false}
          value={entry[field] ?? ''}
          {...(field === 'next' ? { hint: t('nextHint') } : {})}
          problem={problemOf(field)}
          onChange={(event) => edit(field, event.target.value)}
        />
      ))}
      <label className={styles.show}>
        <input type="checkbox" checked={isShown} onChange={(event) => setShown(event.target.checked)} />
        {t('show')}
      </label>
      {change.isError && !isSaid && <FailureBanner error={change.error} />}
      <Button look="primary" size="l" type="submit" busy={change.isPending} data-testid="save-password">
        {t('submit')}
      </Button>
    </form>
  );
}

/** Everybody's own password; who came with one that was given out gets no further without it. */
export default function PasswordPage() {
  const t = useText(passwordText);
  const shell = useText(shellText);
  const { data: me } = useSession();
  const [isDone, setDone] = useState(false);
  if (me === null || me === undefined) return null;
  return (
    <Page title={me.mustChangePassword ? t('titleFirst') : t('title')} width="narrow">
      {isDone ? (
        <div className={styles.card} data-testid="password-changed">
          <Banner tone="good">{t('done')}</Banner>
          <LinkButton href="/" look="primary" size="l">
            {shell('back')}
          </LinkButton>
        </div>
      ) : (
        <PasswordForm me={me} onChanged={() => setDone(true)} />
      )}
    </Page>
  );
}
