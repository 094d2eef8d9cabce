import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useLocation, useParams } from 'wouter';
import { restRoutes } from '../../../../signaling/protocol/rest.ts';
import { callApi } from '../../api/api.ts';
import { systemQuery, useSessionChange } from '../../api/queries.ts';
import { asFailure } from '../../api/request-failure.ts';
import { setupText } from '../../messages/setup.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import styles from '../join/join-page.module.css';

const FIELDS = ['districtName', 'displayName', 'account', 'password'] as const;
type FieldName = (typeof FIELDS)[number];
type Values = Readonly<Record<FieldName, string>>;

/** What the contract itself says about the fields, before anything is sent. */
function problemFields(token: string, values: Values): ReadonlySet<string> {
  const parsed = restRoutes.setUpDistrict.body.safeParse({ token, ...values });
  return new Set(parsed.success ? [] : parsed.error.issues.map((issue) => String(issue.path[0])));
}

export default function SetupPage() {
  const t = useText(setupText);
  const { token } = useParams<{ token: string }>();
  const [, navigate] = useLocation();
  const client = useQueryClient();
  const changeSession = useSessionChange();
  const [values, setValues] = useState<Values>({ districtName: '', displayName: '', account: '', password: '' });
  const [isTried, setTried] = useState(false);
  const setUp = useMutation({
    mutationFn: () => callApi('setUpDistrict', { body: { token, ...values } }),
    onSuccess: async (me) => {
      changeSession(me);
      await client.invalidateQueries({ queryKey: systemQuery.queryKey });
      navigate('/desk', { replace: true });
    },
  });
  const wrong = new Set([
    ...problemFields(token, values),
    ...(setUp.isError ? asFailure(setUp.error).problems.map((problem) => problem.path) : []),
  ]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (problemFields(token, values).size === 0) setUp.mutate();
  };
  const problemOf = (name: FieldName): string | undefined => {
    if (!isTried || !wrong.has(name)) return undefined;
    return values[name].trim() === '' ? t('required') : t('invalid');
  };
  const hints: Partial<Record<FieldName, string>> = { account: t('accountHint'), password: t('passwordHint') };
  return (
    <Page title={t('title')} width="narrow">
      <form className={styles.card} onSubmit={submit} noValidate>
        <header>
          <h1>{t('heading')}</h1>
          <p>{t('intro')}</p>
        </header>
        {FIELDS.map((name) => (
          <TextField
            key={name}
            label={t(name)}
            name={name}
            type={name === 'password' ? 'password' : 'text'}
            autoComplete={name === 'password' ? 'new-password' : name === 'account' ? 'username' : 'off'}
            value={values[name]}
            hint={hints[name]}
            problem={problemOf(name)}
            onChange={(event) => setValues({ ...values, [name]: event.target.value })}
          />
        ))}
        {setUp.isError && <FailureBanner error={setUp.error} />}
        <Button look="primary" size="l" type="submit" busy={setUp.isPending} data-testid="set-up">
          {t('submit')}
        </Button>
      </form>
    </Page>
  );
}
