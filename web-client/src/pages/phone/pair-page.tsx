import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useLocation, useParams } from 'wouter';
import { callApi } from '../../api/api.ts';
import { asFailure } from '../../api/request-failure.ts';
import { phoneText } from '../../messages/phone.ts';
import { useText } from '../../text/text.ts';
import { LinkButton } from '../../ui/button.tsx';
import { FailureBanner, Waiting } from '../../ui/panels.tsx';
import { useTitle } from '../../ui/use-title.ts';
import styles from './phone.module.css';

/** What the code on a classroom's screen leads to: pairs this phone, and goes on. */
export default function PairPage() {
  const t = useText(phoneText);
  useTitle(t('title'));
  const { code } = useParams<{ code: string }>();
  const [, go] = useLocation();
  const { mutate: pair, ...pairing } = useMutation({
    mutationFn: () => callApi('pairPhone', { body: { code } }),
    onSuccess: () => go('/phone', { replace: true }),
  });
  useEffect(() => pair(), [pair]);
  return (
    <main className={styles.page}>
      {pairing.isError ? (
        <section className={styles.card} data-testid="pair-failed" data-code={asFailure(pairing.error).code}>
          <h1>{t('pairFailed')}</h1>
          {asFailure(pairing.error).code === 'forbidden' ? (
            <p>{t('notTeacher')}</p>
          ) : (
            <>
              <FailureBanner error={pairing.error} />
              <p>{t('scanAgain')}</p>
            </>
          )}
          <LinkButton href="/phone">{t('toAssistant')}</LinkButton>
        </section>
      ) : (
        <Waiting>{t('pairing')}</Waiting>
      )}
    </main>
  );
}
