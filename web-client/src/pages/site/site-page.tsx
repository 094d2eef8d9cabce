import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, useEffect, useState } from 'react';
import type { FormEvent } from 'react';
import { useSearch } from 'wouter';
import type { RouteReply } from '../../../../signaling/protocol/rest.ts';
import { callApi } from '../../api/api.ts';
import { asFailure } from '../../api/request-failure.ts';
import { siteText } from '../../messages/site.ts';
import { useServices } from '../../services.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import { useTitle } from '../../ui/use-title.ts';
import {
  COOKIE_WRITTEN_MS,
  forgetEnrolmentToken,
  keepEnrolmentToken,
  recallEnrolmentToken,
} from './enrolment-token.ts';
import { IdleScreen } from './idle-screen.tsx';
import { SiteVitals } from './site-kit.ts';
import type { SiteKit } from './site-kit.ts';
import { SiteLesson } from './site-lesson.tsx';
import { SiteSettings } from './site-settings.ts';
import type { PageLoad } from './site-settings.ts';
import { SiteShare } from './site-share.ts';
import { useSecondScreen } from './use-second-screen.ts';
import { useSiteHealth } from './use-site-health.ts';
import styles from './site-page.module.css';

const AGENDA_EVERY_MS = 5_000;
/** Until somebody has typed a code there is nothing to ask for. */
const AGENDA_SIGNED_OUT_MS = 60_000;
const AGENDA_KEY = ['site-agenda'];

function isSignedOut(error: Error | null): boolean {
  if (error === null) return false;
  const { code } = asFailure(error);
  return code === 'signedOut' || code === 'forbidden';
}

function EnrolForm() {
  const t = useText(siteText);
  const client = useQueryClient();
  const search = useSearch();
  const [code, setCode] = useState(() => new URLSearchParams(search).get('code') ?? '');
  const enrol = useMutation({
    mutationFn: async () => {
      const { resumeToken } = await callApi('enrolSite', { body: { code } });
      await keepEnrolmentToken(resumeToken);
    },
    onSuccess: () => client.invalidateQueries({ queryKey: AGENDA_KEY }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    enrol.mutate();
  };
  return (
    <main className={['stage', styles.enrol].join(' ')}>
      <form onSubmit={submit} data-testid="site-enrol">
        <h1>{t('enrolTitle')}</h1>
        <p>{t('enrolBody')}</p>
        <TextField
          label={t('code')}
          value={code}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          onChange={(event) => setCode(event.target.value)}
          data-testid="enrolment-code"
        />
        {enrol.isError && <FailureBanner error={enrol.error} />}
        <Button look="primary" size="l" type="submit" busy={enrol.isPending} disabled={code.trim().length < 6}>
          {t('enrol')}
        </Button>
      </form>
    </main>
  );
}

/** After a power cut that the cookie has not survived. True: it is there again. */
async function resumeEnrolment(): Promise<boolean> {
  const resumeToken = await recallEnrolmentToken();
  if (resumeToken === null) return false;
  try {
    await callApi('resumeSite', { body: { resumeToken } });
    return true;
  } catch (error) {
    if (asFailure(error).code !== 'signedOut') throw error;
    await forgetEnrolmentToken();
    return false;
  }
}

async function askAgenda(signal: AbortSignal): Promise<RouteReply<'siteAgenda'>> {
  try {
    return await callApi('siteAgenda', undefined, signal);
  } catch (error) {
    if (asFailure(error).code !== 'signedOut' || !(await resumeEnrolment())) throw error;
    return callApi('siteAgenda', undefined, signal);
  }
}

/** The agenda, when it came by this computer's clock, and when the page was loaded by the server's. */
async function loadAgenda(signal: AbortSignal) {
  const sentAtMs = Date.now();
  const ageWhenSentMs = performance.now();
  const agenda = await askAgenda(signal);
  const { serverNowMs } = agenda;
  const load: PageLoad = { fromMs: serverNowMs - performance.now(), toMs: serverNowMs - ageWhenSentMs };
  return { agenda, clockOffsetMs: serverNowMs - (sentAtMs + Date.now()) / 2, load };
}
type LoadedAgenda = Awaited<ReturnType<typeof loadAgenda>>;

function useKit(loaded: LoadedAgenda | undefined): SiteKit {
  const agenda = loaded?.agenda ?? null;
  const [parts] = useState(() => ({
    settings: new SiteSettings(localStorage),
    share: new SiteShare(),
    vitals: new SiteVitals(),
  }));
  const search = useSearch();
  const isTwo = new URLSearchParams(search).get('screens') === '2';
  const screens = useSecondScreen(agenda !== null, isTwo);
  useEffect(() => {
    window.tongkeSite = parts.share;
    return () => {
      delete window.tongkeSite;
    };
  }, [parts]);
  useEffect(() => {
    if (loaded !== undefined && parts.settings.follow(loaded.agenda.wanted, loaded.load)) location.reload();
  }, [parts, loaded]);
  return { ...parts, screens, pairingCode: agenda?.pairingCode ?? null, phones: agenda?.phones ?? [] };
}

const SecondScreen = lazy(async () => ({ default: (await import('./second-screen.tsx')).SecondScreen }));

/** The unattended screen of a classroom: enrolled once, then it goes to its lessons by itself. */
export default function SitePage() {
  const t = useText(siteText);
  useTitle(t('title'));
  const isSecond = new URLSearchParams(useSearch()).get('screen') === '2';
  return isSecond ? <SecondScreen /> : <FirstScreen />;
}

function FirstScreen() {
  const { devices } = useServices();
  useEffect(() => {
    if (devices.getState().chosen.sound === null) devices.choose({ sound: 'hall' });
    devices.showWholeRoom(true);
    return () => devices.showWholeRoom(false);
  }, [devices]);
  const agenda = useQuery({
    queryKey: AGENDA_KEY,
    queryFn: ({ signal }) => loadAgenda(signal),
    refetchInterval: (query) => (isSignedOut(query.state.error) ? AGENDA_SIGNED_OUT_MS : AGENDA_EVERY_MS),
    refetchIntervalInBackground: true,
  });
  /** A lesson that is over stays over, also while the agenda still names it. */
  const [doneId, setDoneId] = useState<string | null>(null);
  const isOut = isSignedOut(agenda.error);
  const { agenda: known = null, clockOffsetMs = null } = agenda.data ?? {};
  const isEnrolled = known !== null;
  useEffect(() => {
    if (!isEnrolled) return undefined;
    const timer = setTimeout(() => void forgetEnrolmentToken(), COOKIE_WRITTEN_MS);
    return () => clearTimeout(timer);
  }, [isEnrolled]);
  const kit = useKit(agenda.data);
  useSiteHealth(kit, isOut ? null : clockOffsetMs);
  if (isOut) return <EnrolForm />;
  const current = known?.current ?? null;
  if (current !== null && current.lessonId !== doneId) {
    return <SiteLesson key={current.lessonId} lesson={current} kit={kit} onDone={() => setDoneId(current.lessonId)} />;
  }
  return <IdleScreen agenda={known} isOffline={agenda.isError} kit={kit} />;
}
