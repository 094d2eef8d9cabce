import { Tabs } from '@base-ui/react/tabs';
import { DoorOpen, Hand, Lock, LockOpen, MicOff } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { Participant, Waiting } from '../../../../signaling/protocol/room.ts';
import { isTeacherSeat } from '../../../../signaling/protocol/seats.ts';
import { may } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import { wallText } from '../../messages/class-wall.ts';
import { groupText } from '../../messages/groups.ts';
import { panelText, roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import type { Translate } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Skeleton } from '../../ui/panels.tsx';
import { useNow } from '../../ui/use-now.ts';
import { useCall } from './call-context.ts';
import { HandList } from './hand-list.tsx';
import { ParticipantMenu } from './participant-menu.tsx';
import { ReportsList } from './reports-list.tsx';
import { RollList } from './roll-list.tsx';
import { SiteControls } from './site-controls.tsx';
import styles from './side-panel.module.css';

const ClassWall = lazy(() => import('./wall/class-wall.tsx'));

const MINUTE_MS = 60_000;

/** Whose parent, and whether that is only what a guest says of itself. */
function kindOf(
  { seat, wardName, isWardClaimed }: Pick<Participant, 'seat' | 'wardName' | 'isWardClaimed'>,
  t: Translate<typeof panelText>,
): string {
  if (wardName === null) return t(`seat_${seat}` as const);
  return isWardClaimed ? t('claimsParentOf', { name: wardName }) : t('parentOf', { name: wardName });
}

function Lobby({ waiting }: { readonly waiting: readonly Waiting[] }) {
  const t = useText(panelText);
  const room = useText(roomText);
  const { actions } = useCall();
  const nowMs = useNow(15_000);
  if (waiting.length === 0) return null;
  return (
    <section className={styles.section} data-testid="lobby">
      <h3>
        {room('withNote', { name: t('lobby'), note: waiting.length })}
        {waiting.length > 1 && (
          <Button look="plain" onClick={() => void actions.admitAll()} data-testid="admit-all">
            {t('admitAll')}
          </Button>
        )}
      </h3>
      <ul>
        {waiting.map((one) => {
          const minutes = Math.floor((nowMs - one.sinceMs) / MINUTE_MS);
          return (
            <li key={one.seatId} className={styles.row} data-testid="lobby-entry" data-seat-id={one.seatId}>
              <div className={styles.who}>
                <strong>{one.displayName}</strong>
                <span>
                  {kindOf(one, t)} · {minutes < 1 ? t('sinceNow') : t('since', { n: minutes })}
                </span>
              </div>
              <Button look="primary" onClick={() => void actions.admit(one.seatId)} data-testid="admit">
                {t('admit')}
              </Button>
              <Button onClick={() => void actions.deny(one.seatId)} data-testid="deny">
                {t('deny')}
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Hands({ state }: { readonly state: InsideState }) {
  const t = useText(panelText);
  if (state.hands.length === 0) return null;
  return (
    <section className={styles.section} data-testid="hands">
      <h3>{t('hands')}</h3>
      <HandList state={state} />
    </section>
  );
}

/** What a teacher should know of somebody's sound; nobody else is told. */
function soundFact({ tools }: InsideState, seatId: string, t: Translate<typeof roomText>): string | null {
  const isDucked = tools.sound.echoes.some((echo) => echo.seatId === seatId && echo.state === 'ducked');
  if (isDucked) return t('soundShort_ducked');
  const verdict = tools.sound.checks.find((check) => check.seatId === seatId)?.verdict;
  if (verdict === undefined) return null;
  return verdict === 'ok' ? t('siteSound_ok') : t(`soundShort_${verdict}` as const);
}

function Person({ participant, state }: { readonly participant: Participant; readonly state: InsideState }) {
  const t = useText(panelText);
  const room = useText(roomText);
  const g = useText(groupText);
  const { seatId, seat, displayName, schoolName, connected, group } = participant;
  const microphone = state.producers.find((one) => one.seatId === seatId && one.source === 'microphone');
  const isSelf = seatId === state.self.seatId;
  const facts = [
    kindOf(participant, t),
    schoolName,
    group === null ? null : g('groupN', { n: group }),
    connected ? null : room('away'),
    soundFact(state, seatId, room),
  ].filter((fact) => fact !== null);
  return (
    <li className={styles.row} data-testid="participant" data-seat-id={seatId} data-name={displayName}>
      <div className={styles.who}>
        <strong>{isSelf ? room('withNote', { name: displayName, note: room('you') }) : displayName}</strong>
        <span>{facts.join(' · ')}</span>
      </div>
      {state.hands.some((hand) => hand.seatId === seatId) && <Hand aria-label={t('hands')} />}
      {microphone?.paused === true && <MicOff aria-label={room('muted')} />}
      {!isSelf && <ParticipantMenu participant={participant} state={state} />}
      {seat === 'site' && may(state, 'controlSites') && <SiteControls seatId={seatId} state={state} />}
    </li>
  );
}

function Group(props: {
  readonly title: string;
  readonly people: readonly Participant[];
  readonly state: InsideState;
}) {
  if (props.people.length === 0) return null;
  return (
    <section className={styles.section}>
      <h3>{props.title}</h3>
      <ul>
        {props.people.map((participant) => (
          <Person key={participant.seatId} participant={participant} state={props.state} />
        ))}
      </ul>
    </section>
  );
}

function Audience({ state }: { readonly state: InsideState }) {
  const t = useText(panelText);
  const room = useText(roomText);
  const { actions } = useCall();
  const [more, setMore] = useState<readonly Participant[]>([]);
  const known = new Set(state.participants.map((participant) => participant.seatId));
  const others = [
    ...state.participants.filter((one) => !isStage(one) && !isInspector(one)),
    ...more.filter((one) => !known.has(one.seatId) && !isInspector(one)),
  ];
  const missing = state.audienceCount - others.length;
  const load = async (): Promise<void> => {
    const page = await actions.participants(known.size + more.length);
    if (page !== null) setMore([...more, ...page.participants]);
  };
  return (
    <>
      <Group
        title={room('withNote', { name: t('inAudience'), note: state.audienceCount })}
        people={others}
        state={state}
      />
      {missing > 0 && (
        <Button look="plain" onClick={() => void load()}>
          {t('audienceMore')}
        </Button>
      )}
    </>
  );
}

const isStage = (participant: Participant): boolean =>
  participant.onStage || isTeacherSeat(participant.seat) || participant.seat === 'site';

const isInspector = ({ seat }: Participant): boolean => seat === 'observer';

function TeacherTools({ state }: { readonly state: InsideState }) {
  const t = useText(panelText);
  const { actions } = useCall();
  return (
    <div className={styles.tools}>
      {may(state, 'muteOthers') && (
        <Button icon={MicOff} onClick={() => void actions.muteAll()} data-testid="mute-all">
          {t('muteAll')}
        </Button>
      )}
      {may(state, 'manageLobby') && (
        <Button
          icon={state.locked ? LockOpen : Lock}
          aria-pressed={state.locked}
          onClick={() => void actions.setLocked(!state.locked)}
          data-testid="lock"
        >
          {state.locked ? t('unlock') : t('lock')}
        </Button>
      )}
    </div>
  );
}

function Present({ state }: { readonly state: InsideState }) {
  const t = useText(panelText);
  const onStage = state.participants.filter(isStage);
  return (
    <>
      <TeacherTools state={state} />
      <ReportsList state={state} />
      {may(state, 'manageLobby') && <Lobby waiting={state.waiting} />}
      <Hands state={state} />
      <Group title={t('onStage')} people={onStage} state={state} />
      <Group title={t('inspectors')} people={state.participants.filter(isInspector)} state={state} />
      <Audience state={state} />
    </>
  );
}

type PeopleTab = 'people' | 'roll' | 'wall';

export interface PeoplePanelProps {
  readonly state: InsideState;
  readonly onLargeWall: () => void;
}

function TabList({ asking, hasWall }: { readonly asking: number; readonly hasWall: boolean }) {
  const t = useText(panelText);
  const room = useText(roomText);
  const wall = useText(wallText);
  return (
    <Tabs.List className={styles.tabs}>
      <Tabs.Tab value="people" data-testid="people-tab">
        {room('people')}
        {asking > 0 && (
          <>
            <b aria-hidden>{asking}</b>
            <span className="visually-hidden">{room('attention', { n: asking })}</span>
          </>
        )}
      </Tabs.Tab>
      <Tabs.Tab value="roll" data-testid="roll-tab">
        {t('roll')}
      </Tabs.Tab>
      {hasWall && (
        <Tabs.Tab value="wall" data-testid="wall-tab">
          {wall('wall')}
        </Tabs.Tab>
      )}
    </Tabs.List>
  );
}

/** Who waits, who wants to speak, who is here, and who should be. */
export function PeoplePanel({ state, onLargeWall }: PeoplePanelProps) {
  const t = useText(panelText);
  const [tab, setTab] = useState<PeopleTab>('people');
  if (!may(state, 'seeRoll')) {
    return (
      <div className={styles.body}>
        <Present state={state} />
      </div>
    );
  }
  const waiting = may(state, 'manageLobby') ? state.waiting.length : 0;
  const reports = state.tools.reports.filter(({ isSeen }) => !isSeen).length;
  return (
    <Tabs.Root value={tab} onValueChange={(next) => setTab(next as PeopleTab)} className={styles.fill}>
      <TabList asking={waiting + state.hands.length + reports} hasWall={state.tools.wall.isAllowed} />
      <Tabs.Panel value="people" className={styles.body}>
        <Present state={state} />
      </Tabs.Panel>
      <Tabs.Panel value="roll" className={styles.body}>
        {waiting > 0 && (
          <button
            type="button"
            className={styles.lobbyNotice}
            onClick={() => setTab('people')}
            data-testid="lobby-notice"
          >
            <DoorOpen aria-hidden /> {t('someWait', { n: waiting })}
          </button>
        )}
        <RollList />
      </Tabs.Panel>
      <Tabs.Panel value="wall" className={styles.body}>
        <Suspense fallback={<Skeleton height={160} />}>
          <ClassWall state={state} isLarge={false} onLarge={onLargeWall} />
        </Suspense>
      </Tabs.Panel>
    </Tabs.Root>
  );
}
