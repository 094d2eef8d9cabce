import { Flag, SendHorizontal } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { may } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import { groupText } from '../../messages/groups.ts';
import { orderText } from '../../messages/class-order.ts';
import { panelText, roomText } from '../../messages/room.ts';
import { useText } from '../../text/text.ts';
import { clockTime } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { useCall } from './call-context.ts';
import { TeacherLine } from './teacher-notes.tsx';
import { ReportDialog } from './report-dialog.tsx';
import { isComposing } from '../../ui/is-composing.ts';
import styles from './side-panel.module.css';

const NEAR_BOTTOM_PX = 80;
const HISTORY_SHOWS_FROM = 20;
/** Why nothing can be written. */
const CLOSED = { everybody: undefined, teachers: 'onlyTeachersWrite', nobody: 'nobodyWrites' } as const;

function Composer() {
  const t = useText(panelText);
  const { actions } = useCall();
  const [text, setText] = useState('');
  const [isSending, setSending] = useState(false);
  const send = async (): Promise<void> => {
    const trimmed = text.trim();
    if (trimmed === '' || isSending) return;
    setSending(true);
    // The text stays in the box until the room has stored it.
    if (await actions.sendChat(trimmed)) setText('');
    setSending(false);
  };
  const handleKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event.nativeEvent)) return;
    event.preventDefault();
    void send();
  };
  return (
    <form
      className={styles.composer}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        rows={1}
        value={text}
        maxLength={1000}
        aria-label={t('chatPlaceholder')}
        placeholder={t('chatPlaceholder')}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={handleKey}
        data-testid="chat-input"
      />
      <Button
        look="primary"
        type="submit"
        icon={SendHorizontal}
        busy={isSending}
        aria-label={t('send')}
        data-testid="chat-send"
      />
    </form>
  );
}

function ReportButton({ message }: { readonly message: InsideState['chat'][number] }) {
  const t = useText(orderText);
  const [isOpen, setOpen] = useState(false);
  const { messageId, sentAtMs, displayName: name } = message;
  return (
    <>
      <button
        type="button"
        className={styles.flag}
        aria-label={t('reportOf', { name })}
        title={t('report')}
        onClick={() => setOpen(true)}
        data-testid="report-message"
      >
        <Flag aria-hidden />
      </button>
      {isOpen && (
        <ReportDialog
          name={name}
          target={{ kind: 'message', messageId, sentAtMs }}
          isOpen
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

/** The newest message is in sight unless somebody reads older ones. */
function useStickToEnd(chat: InsideState['chat']) {
  const ref = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const newest = chat.at(-1)?.messageId;
  useEffect(() => {
    const list = ref.current;
    if (list !== null && newest !== undefined && isAtEnd.current) list.scrollTop = list.scrollHeight;
  }, [newest]);
  const handleScroll = (): void => {
    const list = ref.current;
    if (list !== null) isAtEnd.current = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_BOTTOM_PX;
  };
  return { ref, handleScroll };
}

export function ChatPanel({ state }: { readonly state: InsideState }) {
  const t = useText(panelText);
  const room = useText(roomText);
  const g = useText(groupText);
  const { group } = state.self;
  const { actions } = useCall();
  const order = useText(orderText);
  const rule = state.tools.order.rules.chat;
  const { ref, handleScroll } = useStickToEnd(state.chat);
  const [hasMore, setHasMore] = useState(true);
  const first = state.chat[0];
  const older = async (): Promise<void> => {
    if (first !== undefined) setHasMore(await actions.loadOlderChat(first.sentAtMs));
  };
  return (
    <div className={styles.fill}>
      <TeacherLine state={state} />
      <div className={styles.messages} ref={ref} onScroll={handleScroll} role="log" aria-label={room('chat')}>
        {hasMore && state.chat.length >= HISTORY_SHOWS_FROM && (
          <Button look="plain" onClick={() => void older()}>
            {t('older')}
          </Button>
        )}
        {state.chat.length === 0 && <p className={styles.note}>{t('chatEmpty')}</p>}
        {state.chat.map((message) => (
          <article
            key={message.messageId}
            className={styles.message}
            data-testid="chat-message"
            data-seat-id={message.seatId}
          >
            <header>
              <strong>
                {message.group === undefined
                  ? message.displayName
                  : room('withNote', { name: message.displayName, note: g('groupN', { n: message.group }) })}
              </strong>
              <time>{clockTime(message.sentAtMs)}</time>
              {message.seatId !== state.self.seatId && <ReportButton message={message} />}
            </header>
            <p>{message.text}</p>
          </article>
        ))}
      </div>
      {group !== null && <p className={styles.note}>{g('chatOfGroup', { n: group })}</p>}
      {may(state, 'chat') ? (
        <Composer />
      ) : (
        <p className={styles.note} data-testid="chat-closed">
          {CLOSED[rule] === undefined || state.safeMode ? t('chatLocked') : order(CLOSED[rule])}
        </p>
      )}
    </div>
  );
}
