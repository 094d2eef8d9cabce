import { useQuery } from '@tanstack/react-query';
import { Suspense, lazy, useCallback, useEffect, useState } from 'react';
import type { FormEvent } from 'react';
import { useParams } from 'wouter';
import type { RouteReply } from '../../../../signaling/protocol/rest.ts';
import { callApi } from '../../api/api.ts';
import { joinText } from '../../messages/join.ts';
import { useServices } from '../../services.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { dayAndTime } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Banner, FailurePanel, Skeleton } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import { recallGuest, rememberGuest } from './guest-memory.ts';
import type { Guest } from './guest-memory.ts';
import styles from './join-page.module.css';

/** The room is fetched while the name is typed, not before the form can be read. */
const loadVisit = () => import('../room/visit.tsx');
const Visit = lazy(async () => ({ default: (await loadVisit()).Visit }));

type Invitation = RouteReply<'openInvitation'>;

const WARM_AFTER_MS = 1_000;

const isWeChat = (): boolean => /MicroMessenger/i.test(navigator.userAgent);
const hasCamera = (): boolean => typeof navigator.mediaDevices?.getUserMedia === 'function';

/** Says exactly how to get out of a browser that gives no camera. */
function CameraHint() {
  const t = useText(joinText);
  const [isCopied, setCopied] = useState(false);
  if (hasCamera()) return null;
  const body = isWeChat() ? t('weChatBody') : isSecureContext ? t('otherBody') : t('insecureBody');
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(location.href).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <Banner tone="warn">
      <strong>{t('noCameraTitle')}</strong>
      <p>{body}</p>
      <p>{t('stillJoin')}</p>
      <Button onClick={() => void copy()}>{isCopied ? t('copied') : t('copyLink')}</Button>
    </Banner>
  );
}

interface DoorProps {
  readonly invitation: Invitation;
  readonly guest: Guest;
  readonly onJoin: (guest: Guest) => void;
}

function Door({ invitation, guest, onJoin }: DoorProps) {
  const t = useText(joinText);
  const language = useLanguage();
  const [displayName, setName] = useState(guest.displayName);
  const [wardName, setWard] = useState(guest.wardName);
  const [isTried, setTried] = useState(false);
  const { lesson, seat } = invitation;
  const needsWard = seat === 'guardian';
  const nameMissing = displayName.trim() === '';
  const wardMissing = needsWard && wardName.trim() === '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!nameMissing && !wardMissing) onJoin({ ...guest, displayName: displayName.trim(), wardName: wardName.trim() });
  };
  return (
    <form className={styles.card} onSubmit={submit} noValidate>
      <header>
        <p>{t('invitedBy', { teacher: lesson.lecturerName })}</p>
        <h1>{lesson.title}</h1>
        <p>{t('at', { time: dayAndTime(lesson.startsAtMs, language) })}</p>
      </header>
      <CameraHint />
      {needsWard && (
        <TextField
          label={t('wardName')}
          value={wardName}
          maxLength={40}
          autoComplete="off"
          problem={isTried && wardMissing ? t('wardMissing') : undefined}
          hint={wardMissing ? undefined : t('wardHint', { child: wardName.trim() })}
          onChange={(event) => setWard(event.target.value)}
          data-testid="ward-name"
        />
      )}
      <TextField
        label={t('yourName')}
        value={displayName}
        maxLength={40}
        autoComplete="name"
        problem={isTried && nameMissing ? t('nameMissing') : undefined}
        onChange={(event) => setName(event.target.value)}
        data-testid="guest-name"
      />
      <Button look="primary" size="l" type="submit" data-testid="join">
        {t('submit')}
      </Button>
      <p className={styles.note}>{t('lobbyNote', { teacher: lesson.lecturerName })}</p>
    </form>
  );
}

/** What the link leads to, and a token for it in the name that was typed. */
function useInvitation(token: string, guest: Guest) {
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => callApi('openInvitation', { params: { token } }, signal),
  });
  const obtainGrant = useCallback(() => {
    const { displayName, wardName, guestKey } = guest;
    const body = { displayName, wardName: wardName === '' ? null : wardName, guestKey };
    return callApi('joinByInvitation', { params: { token }, body });
  }, [token, guest]);
  return { invitation, obtainGrant };
}

function useWarmRoom(): void {
  const { warmDevice } = useServices();
  useEffect(() => {
    const timer = setTimeout(() => {
      void loadVisit();
      void warmDevice.warm();
    }, WARM_AFTER_MS);
    return () => clearTimeout(timer);
  }, [warmDevice]);
}

/** A link, a name, one button: no account, nothing to install. */
export default function JoinPage() {
  const t = useText(joinText);
  const { token } = useParams<{ token: string }>();
  const { seatMemory } = useServices();
  const visitKey = `invitation-${token}`;
  const [guest, setGuest] = useState(() => recallGuest(localStorage));
  const [isInside, setInside] = useState(() => seatMemory.recall(visitKey) !== null);
  const { invitation, obtainGrant } = useInvitation(token, guest);
  useWarmRoom();
  if (invitation.data !== undefined && isInside) {
    const lesson = { ...invitation.data.lesson, isScheduled: false, isMicro: false };
    return (
      <Suspense fallback={<Skeleton height={360} />}>
        <Visit visitKey={visitKey} lesson={lesson} seat={invitation.data.seat} obtainGrant={obtainGrant} isGuest />
      </Suspense>
    );
  }
  const join = (next: Guest): void => {
    const entering = invitation.data?.seat === 'guardian' ? next : { ...next, wardName: '' };
    rememberGuest(localStorage, entering);
    setGuest(entering);
    setInside(true);
  };
  return (
    <Page title={t('title')} width="narrow">
      {invitation.data !== undefined && <Door invitation={invitation.data} guest={guest} onJoin={join} />}
      {invitation.isError && (
        <>
          <h1>{t('title')}</h1>
          <FailurePanel error={invitation.error} onRetry={() => void invitation.refetch()} />
        </>
      )}
      {invitation.isPending && <Skeleton height={360} />}
    </Page>
  );
}
