import { Hand, MessageSquare, Mic, MicOff, MonitorX, Users } from 'lucide-react';
import { useState } from 'react';
import { createPortal } from 'react-dom';
import type { InsideState } from '../../../call/room-state.ts';
import { wallText } from '../../../messages/class-wall.ts';
import { floatText } from '../../../messages/float.ts';
import { roomText } from '../../../messages/room.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { useCallState } from '../call-context.ts';
import { ChatPanel } from '../chat-panel.tsx';
import { HandList } from '../hand-list.tsx';
import { ComplaintNote } from '../room-notes.tsx';
import type { RoomControls } from '../use-controls.ts';
import { useUnread } from '../use-unread.ts';
import { WallGrid } from '../wall/wall-grid.tsx';
import { stageFacesOf, useWallFaces } from '../wall/wall-people.ts';
import { useExposure } from './exposure.ts';
import styles from './float-panel.module.css';

type Part = 'hands' | 'chat' | 'faces';

const ICONS = { hands: Hand, chat: MessageSquare, faces: Users } as const;

export interface FloatPanelProps {
  readonly state: InsideState;
  readonly controls: RoomControls;
  readonly shownIn: Window;
}

/** The class while a teacher looks at another window: who wants something, what is written, who is there. */
export default function FloatPanel({ shownIn, ...props }: FloatPanelProps) {
  return createPortal(<Content {...props} />, shownIn.document.body);
}

function Content({ state, controls }: Omit<FloatPanelProps, 'shownIn'>) {
  const t = useText(floatText);
  const call = useCallState();
  const [part, setPart] = useState<Part>('hands');
  const unread = useUnread(state, part === 'chat');
  const counts = { hands: state.hands.length, chat: unread, faces: 0 };
  return (
    <div className={['stage', styles.panel].join(' ')} data-testid="float-panel">
      <Bar controls={controls} />
      <nav className={styles.parts} aria-label={t('parts')}>
        {(['hands', 'chat', 'faces'] as const).map((id) => (
          <PartButton key={id} id={id} count={counts[id]} isShown={part === id} onShow={() => setPart(id)} />
        ))}
      </nav>
      <ComplaintNote call={call} />
      <main className={styles.body}>
        {part === 'hands' && <Hands state={state} />}
        {part === 'chat' && <ChatPanel state={state} />}
        {part === 'faces' && <Faces state={state} />}
      </main>
      {part !== 'chat' && <Latest state={state} onShow={() => setPart('chat')} />}
    </div>
  );
}

function Bar({ controls: { may, microphone, screen } }: { readonly controls: RoomControls }) {
  const t = useText(roomText);
  return (
    <header className={styles.bar}>
      {may.microphone && (
        <Button
          icon={microphone.on ? Mic : MicOff}
          look={microphone.on ? 'quiet' : 'danger'}
          aria-pressed={microphone.on}
          onClick={microphone.toggle}
          data-testid="float-microphone"
        >
          {microphone.on ? t('mute') : t('unmute')}
        </Button>
      )}
      {screen.on && (
        <Button icon={MonitorX} look="danger" onClick={screen.toggle} data-testid="float-stop">
          {t('stopShare')}
        </Button>
      )}
    </header>
  );
}

interface PartButtonProps {
  readonly id: Part;
  readonly count: number;
  readonly isShown: boolean;
  readonly onShow: () => void;
}

function PartButton({ id, count, isShown, onShow }: PartButtonProps) {
  const t = useText(floatText);
  const room = useText(roomText);
  const Icon = ICONS[id];
  return (
    <button type="button" aria-pressed={isShown} onClick={onShow} data-testid={`float-${id}`}>
      <Icon aria-hidden />
      <span>{t(id)}</span>
      {count > 0 && (
        <>
          <b aria-hidden>{count > 99 ? '99+' : count}</b>
          <span className="visually-hidden">
            {id === 'chat' ? t('unread', { n: count }) : room('attention', { n: count })}
          </span>
        </>
      )}
    </button>
  );
}

function Hands({ state }: { readonly state: InsideState }) {
  const t = useText(floatText);
  return (
    <div className={styles.scroll}>
      {state.hands.length === 0 ? <p className={styles.empty}>{t('noHands')}</p> : <HandList state={state} />}
    </div>
  );
}

const COLUMNS = 2;
const ROWS = 3;

function Faces({ state }: { readonly state: InsideState }) {
  const t = useText(floatText);
  const wall = useText(wallText);
  const onStage = stageFacesOf(state);
  const onWall = useWallFaces(state);
  const isExposed = useExposure() === 'screen';
  // Who is on stage is seen by everybody anyway.
  const faces = isExposed ? onStage : [...onStage, ...onWall];
  const hidesWall = isExposed && state.tools.wall.isOn;
  return (
    <div className={styles.scroll}>
      {hidesWall && <p className={styles.empty}>{wall('screenShared')}</p>}
      {faces.length > 0 && <WallGrid faces={faces} columns={COLUMNS} rows={ROWS} floats />}
      {faces.length === 0 && !hidesWall && <p className={styles.empty}>{t('noFaces')}</p>}
    </div>
  );
}

function Latest({ state, onShow }: { readonly state: InsideState; readonly onShow: () => void }) {
  const t = useText(floatText);
  const latest = state.chat.at(-1);
  if (latest === undefined) return null;
  const { displayName: name, text } = latest;
  return (
    <button type="button" className={styles.latest} onClick={onShow} data-testid="float-latest">
      <MessageSquare aria-hidden />
      <span>{t('latest', { name, text })}</span>
    </button>
  );
}
