import { useEffect, useMemo, useRef, useState } from 'react';
import type { EchoSource, SiteSound } from '../../../../signaling/protocol/room-sound.ts';
import { isTeacherSeat } from '../../../../signaling/protocol/seats.ts';
import type { EchoWatch, Suspect } from '../../call/echo-watch.ts';
import { may } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import type { CallState } from '../../call/room-store.ts';
import { roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/panels.tsx';
import { useCall } from './call-context.ts';

/** The lesson begins first. */
const AFTER_MS = 3_000;

interface Props {
  readonly state: InsideState;
  readonly call: CallState;
}

/** Microphones that are open and not a teacher's. */
function suspectsOf({ participants, producers }: InsideState, { media }: CallState): Suspect[] {
  const teachers = new Set(participants.filter(({ seat }) => isTeacherSeat(seat)).map(({ seatId }) => seatId));
  const open = new Set(producers.filter(({ paused }) => !paused).map(({ producerId }) => producerId));
  return media.remote
    .filter(
      ({ source, seatId, producerId }) => source === 'microphone' && !teachers.has(seatId) && open.has(producerId),
    )
    .map(({ seatId, track }) => ({ seatId, track }));
}

/** Listens, on a teacher's page, for the teacher's own voice in what comes back, and says whose it is. */
function useEchoWatch({ state, call }: Props): void {
  const { actions } = useCall();
  const own = call.media.local.find(({ source, paused }) => source === 'microphone' && !paused)?.track ?? null;
  const suspects = useMemo(() => suspectsOf(state, call), [state, call]);
  const watch = useRef<EchoWatch | null>(null);
  const latest = useRef({ suspects, echoes: state.tools.sound.echoes });
  useEffect(() => {
    latest.current = { suspects, echoes: state.tools.sound.echoes };
    watch.current?.setSuspects(suspects);
  });
  const isOn = may(state, 'muteOthers') && suspects.length > 0;
  useEffect(() => {
    if (!isOn || own === null) return undefined;
    let isOver = false;
    const begin = async (): Promise<void> => {
      const { EchoWatch: Watch } = await import('../../call/echo-watch.ts');
      const made = await Watch.create(own, (seatId) => {
        // One that is ducked and still heard is muted.
        const known = latest.current.echoes.find((echo) => echo.seatId === seatId);
        if (known === undefined || known.state === 'ducked') void actions.tools.reportEcho(seatId);
      });
      if (isOver) {
        await made.close();
        return;
      }
      watch.current = made;
      made.setSuspects(latest.current.suspects);
    };
    const timer = setTimeout(
      () => void begin().catch((error: unknown) => console.warn('no echo watch', error)),
      AFTER_MS,
    );
    return () => {
      isOver = true;
      clearTimeout(timer);
      void watch.current?.close();
      watch.current = null;
    };
  }, [isOn, own, actions]);
}

const nameOf = ({ schoolName, displayName }: { readonly schoolName: string | null; readonly displayName: string }) =>
  schoolName === null ? displayName : `${schoolName} ${displayName}`;

/** Whose echo was found is named once, with what is done about it; and not again when the teacher lets it be. */
const isNamed = ({ seatId, verdict }: SiteSound, echoes: readonly EchoSource[]): boolean =>
  verdict === 'echo' && echoes.some((echo) => echo.seatId === seatId);

interface ProblemProps {
  readonly check: SiteSound;
  readonly state: InsideState;
  readonly isNamed: boolean;
}

function Problem({ check, state, isNamed: isNamedElsewhere }: ProblemProps) {
  const t = useText(roomText);
  const [isSeen, setSeen] = useState(false);
  const site = state.participants.find(({ seatId }) => seatId === check.seatId);
  if (isSeen || isNamedElsewhere || site === undefined || check.verdict === 'ok') return null;
  return (
    <div data-testid="site-sound" data-verdict={check.verdict}>
      <Banner tone="warn">
        {t(`siteSound_${check.verdict}` as const, { name: nameOf(site) })}{' '}
        <Button look="plain" onClick={() => setSeen(true)}>
          {t('ok')}
        </Button>
      </Banner>
    </div>
  );
}

const WORDS_OF = {
  ducked: { what: 'echoDucked', how: 'echoDuckedHow', letGo: 'echoDuckNoMore' },
  muted: { what: 'echoFrom', how: 'echoHow', letGo: 'echoLetGo' },
} as const;

function EchoNote({ echo, state }: { readonly echo: EchoSource; readonly state: keyof typeof WORDS_OF }) {
  const t = useText(roomText);
  const { actions } = useCall();
  const [isSeen, setSeen] = useState(false);
  if (isSeen) return null;
  const words = WORDS_OF[state];
  return (
    <div data-testid="echo-note" data-seat-id={echo.seatId} data-state={state}>
      <Banner tone={state === 'ducked' ? 'calm' : 'warn'}>
        <strong>{t(words.what, { name: nameOf(echo) })}</strong>
        <p>{t(words.how)}</p>
        <Button look="plain" onClick={() => void actions.tools.letEchoGo(echo.seatId)} data-testid="let-echo-go">
          {t(words.letGo)}
        </Button>
        {state === 'ducked' && (
          <Button look="plain" onClick={() => setSeen(true)} data-testid="echo-seen">
            {t('ok')}
          </Button>
        )}
      </Banner>
    </div>
  );
}

/** Nobody who teaches is ducked. */
function OwnDucking() {
  const t = useText(roomText);
  const [isSeen, setSeen] = useState(false);
  if (isSeen) return null;
  return (
    <div data-testid="ducked-note">
      <Banner tone="calm">
        {t('duckedSelf')}{' '}
        <Button look="plain" onClick={() => setSeen(true)}>
          {t('ok')}
        </Button>
      </Banner>
    </div>
  );
}

/** Whose microphone gives the class back, and which classroom's sound needs a hand. */
export function EchoNotes(props: Props) {
  useEchoWatch(props);
  const { checks, echoes, isDucked } = props.state.tools.sound;
  return (
    <>
      {isDucked && <OwnDucking />}
      {echoes.map(
        (echo) =>
          echo.state !== 'letGo' && <EchoNote key={`${echo.seatId} ${echo.state}`} echo={echo} state={echo.state} />,
      )}
      {checks.map((check) => (
        <Problem
          key={`${check.seatId} ${check.checkedAtMs}`}
          check={check}
          state={props.state}
          isNamed={isNamed(check, echoes)}
        />
      ))}
    </>
  );
}
