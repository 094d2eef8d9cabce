import { lazy, Suspense, useMemo, useState } from 'react';
import type { SeatId } from '../../../../signaling/protocol/ids.ts';
import type { Layout } from '../../../../signaling/protocol/room.ts';
import { isTeacherSeat } from '../../../../signaling/protocol/seats.ts';
import { isMicro, may } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import type { CallState } from '../../call/room-store.ts';
import { roomText } from '../../messages/room.ts';
import { visitText } from '../../messages/visit.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { useWakeLock } from '../../ui/use-wake-lock.ts';
import { Announcer } from './announcer.tsx';
import { useCall, useCallState } from './call-context.ts';
import { ChatPanel } from './chat-panel.tsx';
import { ClosedView } from './closed-view.tsx';
import { ControlBar } from './control-bar.tsx';
import { FloatButton } from './float/float-button.tsx';
import { useFloating } from './float/use-floating.ts';
import { EndDialog, LeaveDialog } from './end-dialogs.tsx';
import { PeoplePanel } from './people-panel.tsx';
import { Countdown } from './micro/countdown.tsx';
import { RecorderBar } from './micro/recorder-bar.tsx';
import { useTakeStart } from './micro/use-take-start.ts';
import { RemoteSound } from './remote-sound.tsx';
import { RoomNotes } from './room-notes.tsx';
import { ShortcutHelp, useShortcuts } from './shortcuts.tsx';
import { SidePanel } from './side-panel.tsx';
import type { Panel } from './side-panel.tsx';
import { Stage } from './stage.tsx';
import { ToolsPanel } from './tools-panel.tsx';
import { ClassCards, hasClassCards } from './tools/class-cards.tsx';
import { TopLine } from './top-line.tsx';
import { useControls } from './use-controls.ts';
import type { RoomControls } from './use-controls.ts';
import { useIdle } from './use-idle.ts';
import { useUnread } from './use-unread.ts';
import type { CaptureComplaint } from './use-visit.ts';
import type { VisitLesson } from './visit.tsx';
import { WallSelf } from './wall/wall-note.tsx';
import { WaitingFrame, WaitingView } from './waiting-view.tsx';
import styles from './live-room.module.css';

const FloatPanel = lazy(() => import('./float/float-panel.tsx'));
const ClassWall = lazy(() => import('./wall/class-wall.tsx'));

/** Who only watches arranges the picture for oneself; a teacher arranges it for everybody. */
function useLayout(state: InsideState) {
  const { actions } = useCall();
  const [own, setOwn] = useState<{ readonly layout: Layout; readonly pinnedSeatId: SeatId | null } | null>(null);
  const decides = may(state, 'setLayout');
  const layout = own?.layout ?? state.layout;
  const pinnedSeatId = own === null ? state.pinnedSeatId : own.pinnedSeatId;
  const set = (next: Layout, pinned: SeatId | null): void => {
    if (decides) void actions.setLayout(next, pinned);
    else setOwn({ layout: next, pinnedSeatId: pinned });
  };
  return { layout, pinnedSeatId, set };
}

/** A teacher looks at the class instead of the lesson; the panel would show it a second time. */
function useLargeWall({ tools }: InsideState, closePanel: () => void) {
  const [isWanted, setWanted] = useState(false);
  const set = (isLarge: boolean): void => {
    setWanted(isLarge);
    if (isLarge) closePanel();
  };
  return { isShown: isWanted && tools.wall.isOn, set };
}

interface InsideProps {
  readonly state: InsideState;
  readonly callState: CallState;
  readonly complaint: CaptureComplaint | null;
  readonly onComplaintSeen: () => void;
}

type OpenDialog = 'help' | 'end' | 'leave' | null;

interface DialogsProps {
  readonly state: InsideState;
  readonly dialog: OpenDialog;
  readonly setDialog: (dialog: OpenDialog) => void;
}

function Dialogs({ state, dialog, setDialog }: DialogsProps) {
  const close = (): void => setDialog(null);
  return (
    <>
      <ShortcutHelp isOpen={dialog === 'help'} onClose={close} />
      <EndDialog state={state} isOpen={dialog === 'end'} onClose={close} />
      <LeaveDialog state={state} isOpen={dialog === 'leave'} onClose={close} onEnd={() => setDialog('end')} />
    </>
  );
}

interface RoomPanelProps {
  readonly state: InsideState;
  readonly controls: RoomControls;
  readonly panel: Panel | null;
  readonly setPanel: (panel: Panel | null) => void;
  readonly setDialog: (dialog: OpenDialog) => void;
  readonly arrangement: ReturnType<typeof useLayout>;
  readonly onLargeWall: () => void;
}

function RoomPanel({ state, controls, panel, setPanel, setDialog, arrangement, onLargeWall }: RoomPanelProps) {
  const t = useText(roomText);
  if (panel === null) return null;
  return (
    <SidePanel panel={panel} title={t(panel)} onClose={() => setPanel(null)}>
      {panel === 'people' && <PeoplePanel state={state} onLargeWall={onLargeWall} />}
      {panel === 'chat' && <ChatPanel state={state} />}
      {panel === 'tools' && (
        <ToolsPanel
          state={state}
          controls={controls}
          layout={arrangement.layout}
          onLayout={(layout) => arrangement.set(layout, null)}
          onHelp={() => setDialog('help')}
          onEnd={() => setDialog('end')}
        />
      )}
    </SidePanel>
  );
}

function useKeys(
  controls: RoomControls,
  togglePanel: (panel: Panel) => void,
  close: () => void,
  help: () => void,
): void {
  const { may } = controls;
  useShortcuts({
    microphone: () => may.microphone && controls.microphone.toggle(),
    camera: () => (may.wall ? controls.wall.toggle() : may.camera && controls.camera.toggle()),
    cameras: () => may.visualiser && controls.cameras.next(),
    share: () => may.screen && controls.screen.toggle(),
    hand: () => may.hand && controls.hand.toggle(),
    people: () => togglePanel('people'),
    chat: () => togglePanel('chat'),
    tools: () => togglePanel('tools'),
    fullscreen: () => void toggleFullscreen(),
    close,
    help,
  });
}

/** What a teacher should look at: the lobby and the hands; for everybody, unread chat. */
function useAttention(state: InsideState, controls: RoomControls, panel: Panel | null) {
  const unread = useUnread(state, panel === 'chat');
  const waiting = may(state, 'manageLobby') ? state.waiting.length : 0;
  const reports = state.tools.reports.filter(({ isSeen }) => !isSeen).length;
  return { people: waiting + reports + (controls.may.teach ? state.hands.length : 0), chat: unread };
}

/** What its styles, and tests, go by. */
const marksOf = (state: InsideState, { panel, hidesPoll }: { panel: Panel | null; hidesPoll: boolean }) => ({
  'data-testid': 'room',
  'data-seat': state.self.seat,
  'data-seat-id': state.self.seatId,
  'data-panel': panel !== null,
  'data-cards': hasClassCards(state, hidesPoll),
  'data-take': isMicro(state) && state.recording === 'recording',
});

function Inside({ state, callState, complaint, onComplaintSeen }: InsideProps) {
  const call = useCall();
  const { controls, floating } = useFloating(useControls(), isMicro(state));
  const [panel, setPanel] = useState<Panel | null>(null);
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const arrangement = useLayout(state);
  const largeWall = useLargeWall(state, () => setPanel(null));
  const attention = useAttention(state, controls, panel);
  const isFaded = useIdle(panel !== null || attention.people > 0 || callState.connection.kind !== 'connected');
  const isAlone = isMicro(state);
  const take = useTakeStart(state);
  const hidesPoll = panel === 'tools' && may(state, 'runTools');
  const togglePanel = (next: Panel): void => {
    if (!isAlone || next === 'tools') setPanel((now) => (now === next ? null : next));
  };
  const leave = (): void => (may(state, 'endLesson') ? setDialog('leave') : void call.leave());
  useKeys(
    controls,
    togglePanel,
    () => setPanel(null),
    () => setDialog('help'),
  );
  useWakeLock();
  return (
    <div className={['stage', styles.room].join(' ')} {...marksOf(state, { panel, hidesPoll })}>
      <TopLine state={state} onLeave={leave} />
      <main className={styles.main} data-frozen={callState.media.line === 'interrupted'}>
        <MainView state={state} focus={callState.focus} arrangement={arrangement} largeWall={largeWall} />
        <Countdown left={take.left} cancel={take.cancel} />
        <RoomNotes {...{ state, controls, complaint, onComplaintSeen }} call={callState} />
      </main>
      <RoomPanel
        {...{ state, controls, panel, setPanel, setDialog, arrangement }}
        onLargeWall={() => largeWall.set(true)}
      />
      <footer className={styles.bottom}>
        <ClassCards {...{ state, hidesPoll }} />
        <LeaveStage state={state} />
        <FloatButton floating={floating} isSharing={controls.screen.on} />
        <RemoteSound />
        {isAlone && <RecorderBar {...{ state, controls, take }} onFinish={() => setDialog('end')} />}
        <ControlBar
          {...{ controls, panel, attention, isFaded, isAlone }}
          isInGroup={state.self.group !== null && !controls.may.teach}
          onPanel={togglePanel}
          onLeave={leave}
        />
      </footer>
      <Announcer state={state} />
      <FloatHost state={state} controls={controls} shownIn={floating.window} />
      <Dialogs {...{ state, dialog, setDialog }} />
    </div>
  );
}

interface MainViewProps {
  readonly state: InsideState;
  readonly focus: SeatId | null;
  readonly arrangement: ReturnType<typeof useLayout>;
  readonly largeWall: ReturnType<typeof useLargeWall>;
}

/** The lesson or, for a teacher who wants it large, the class. */
function MainView({ state, focus, arrangement, largeWall }: MainViewProps) {
  const { layout, pinnedSeatId } = arrangement;
  const wishes = useMemo(() => ({ layout, pinnedSeatId, focus }), [layout, pinnedSeatId, focus]);
  if (!largeWall.isShown) {
    return (
      <>
        <Stage state={state} wishes={wishes} onPin={(seatId) => arrangement.set(layout, seatId)} />
        <WallSelf />
      </>
    );
  }
  return (
    <Suspense fallback={null}>
      <ClassWall state={state} isLarge onLarge={largeWall.set} />
    </Suspense>
  );
}

interface FloatHostProps {
  readonly state: InsideState;
  readonly controls: RoomControls;
  readonly shownIn: Window | null;
}

function FloatHost({ shownIn, ...props }: FloatHostProps) {
  if (shownIn === null) return null;
  return (
    <Suspense fallback={null}>
      <FloatPanel {...props} shownIn={shownIn} />
    </Suspense>
  );
}

function LeaveStage({ state }: { readonly state: InsideState }) {
  const t = useText(roomText);
  const { actions } = useCall();
  if (!state.self.onStage || state.self.group !== null || isTeacherSeat(state.self.seat)) return null;
  return (
    <Button onClick={() => void actions.leaveStage()} data-testid="leave-stage">
      {t('leaveStage')}
    </Button>
  );
}

async function toggleFullscreen(): Promise<void> {
  const change =
    document.fullscreenElement === null ? document.documentElement.requestFullscreen?.() : document.exitFullscreen();
  await change?.catch(() => undefined);
}

export interface LiveRoomProps {
  readonly lesson: VisitLesson;
  readonly isGuest: boolean;
  readonly complaint: CaptureComplaint | null;
  readonly onComplaintSeen: () => void;
  readonly onAgain: () => void;
}

export function LiveRoom({ lesson, isGuest, complaint, onComplaintSeen, onAgain }: LiveRoomProps) {
  const t = useText(visitText);
  const call = useCall();
  const state = useCallState();
  if (state.connection.kind === 'closed') {
    const { reason } = state.connection;
    const { view } = state;
    const { isRecorded, isMicro: isAlone } = lesson;
    const taught = view.phase === 'inside' && view.self.seat === 'lecturer' ? view.lesson.lessonId : null;
    const reportHref = taught === null || isAlone ? null : `/lessons/${taught}/report`;
    return <ClosedView {...{ reason, isGuest, reportHref, onAgain, isRecorded }} isMicro={isAlone} />;
  }
  switch (state.view.phase) {
    case 'joining': {
      const isAway = state.connection.kind === 'reconnecting';
      return (
        <WaitingFrame title={t(isAway ? 'lineAway' : 'joining')} lesson={lesson} onLeave={() => void call.leave()} />
      );
    }
    case 'waiting':
      return <WaitingView waiting={state.view} lesson={lesson} onLeave={() => void call.leave()} />;
    case 'inside':
      return <Inside state={state.view} callState={state} complaint={complaint} onComplaintSeen={onComplaintSeen} />;
  }
}
