import { useQueryClient } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, FolderOpen, Pause, Play, X } from 'lucide-react';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useSession } from '../../api/queries.ts';
import { failureText } from '../../messages/failure.ts';
import { libraryText } from '../../messages/library.ts';
import { uploadText } from '../../messages/uploads.ts';
import { useServices } from '../../services.ts';
import { useText } from '../../text/text.ts';
import type { Translate } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import type { UploadItem } from '../../uploads/upload-queue.ts';
import { failureWords } from './recording-words.ts';
import styles from './uploads.module.css';

const SECONDS_PER_MINUTE = 60;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

type U = Translate<typeof uploadText>;

function sizeWords(bytes: number): string {
  return bytes >= GIB ? `${(bytes / GIB).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / MIB))} MB`;
}

function timeLeft(u: U, seconds: number | null): string | null {
  if (seconds === null) return null;
  if (seconds < SECONDS_PER_MINUTE) return u('secondsLeft', { n: Math.max(1, seconds) });
  return u('minutesLeft', { n: Math.ceil(seconds / SECONDS_PER_MINUTE) });
}

function useStateWords({ state, sentBytes, bytes, secondsLeft, refusal, failure }: UploadItem): string {
  const u = useText(uploadText);
  const t = useText(libraryText);
  const f = useText(failureText);
  const percent = Math.floor((100 * sentBytes) / Math.max(1, bytes));
  switch (state) {
    case 'waiting':
      return u('state_waiting');
    case 'sending':
      return [u('state_sending', { percent }), timeLeft(u, secondsLeft)].filter((part) => part !== null).join(' · ');
    case 'offline':
      return u('state_offline', { percent });
    case 'paused':
      return u('state_paused', { percent });
    case 'needsFile':
      return u('state_needsFile', { percent });
    case 'done':
      return u('state_done');
    case 'failed':
      return refusal === null ? f(failure?.code ?? 'unreadable') : failureWords(t, refusal);
  }
}

/** The file of an upload that a reload has interrupted. */
function ChooseAgain({ item }: { readonly item: UploadItem }) {
  const u = useText(uploadText);
  const { uploads } = useServices();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button look="primary" icon={FolderOpen} onClick={() => input.current?.click()}>
        {u('chooseAgain')}
      </Button>
      <input
        ref={input}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        aria-label={u('chooseAgainFor', { name: item.fileName })}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file !== undefined && !uploads.giveFile(item.id, file)) alertOtherFile(event.target, u('otherFile'));
          event.target.value = '';
        }}
        data-testid="upload-file-again"
      />
    </>
  );
}

/** The browser says it beside the field, in the reader's language, and screen readers hear it. */
function alertOtherFile(input: HTMLInputElement, words: string): void {
  input.setCustomValidity(words);
  input.reportValidity();
  input.setCustomValidity('');
}

function Actions({ item }: { readonly item: UploadItem }) {
  const u = useText(uploadText);
  const { uploads } = useServices();
  const { id, state, title, refusal } = item;
  const isGoingOn = state === 'sending' || state === 'waiting' || state === 'offline';
  const mayTryAgain = state === 'paused' || (state === 'failed' && refusal === null);
  return (
    <div className={styles.actions}>
      {state === 'needsFile' && <ChooseAgain item={item} />}
      {isGoingOn && (
        <Button
          icon={Pause}
          onClick={() => uploads.pause(id)}
          aria-label={u('pauseFilm', { title })}
          data-testid="upload-pause"
        >
          {u('pause')}
        </Button>
      )}
      {mayTryAgain && (
        <Button
          icon={Play}
          onClick={() => uploads.resume(id)}
          aria-label={u('resumeFilm', { title })}
          data-testid="upload-resume"
        >
          {u('resume')}
        </Button>
      )}
      <Button
        look="plain"
        icon={X}
        onClick={() => void uploads.remove(id).catch(() => undefined)}
        aria-label={state === 'done' ? u('dismissFilm', { title }) : u('cancelFilm', { title })}
        data-testid="upload-cancel"
      >
        {u(state === 'done' || refusal !== null ? 'dismiss' : 'cancel')}
      </Button>
    </div>
  );
}

function Item({ item }: { readonly item: UploadItem }) {
  const u = useText(uploadText);
  const words = useStateWords(item);
  const { state, title, fileName, bytes, sentBytes } = item;
  return (
    <li className={styles.item} data-testid="upload-item" data-state={state}>
      <div className={styles.about}>
        <strong>{title}</strong>
        <span className={styles.file}>
          {fileName} · {sizeWords(bytes)}
        </span>
      </div>
      {state !== 'failed' && state !== 'done' && (
        <ProgressBar label={u('progressOf', { title })} value={sentBytes / Math.max(1, bytes)} />
      )}
      <p className={[styles.state, 'tabular'].join(' ')} data-tone={state}>
        {state === 'failed' && <CircleAlert aria-hidden />}
        {state === 'done' && <CircleCheck aria-hidden />}
        {words}
      </p>
      <Actions item={item} />
    </li>
  );
}

/** What is on its way; nothing while there is nothing. */
export function UploadList() {
  const u = useText(uploadText);
  const { uploads } = useServices();
  const { data: me } = useSession();
  const client = useQueryClient();
  const items = useSyncExternalStore(uploads.subscribe, uploads.getState);
  const mayUpload = me?.roles.some(({ role }) => role === 'teacher' || role === 'schoolAdmin') ?? false;
  useEffect(() => {
    if (!mayUpload) return undefined;
    const leaving = new AbortController();
    // Without it the list only lacks what was begun earlier.
    uploads.load(leaving.signal).catch(() => undefined);
    return () => leaving.abort();
  }, [mayUpload, uploads]);
  const doneCount = items.filter(({ state }) => state === 'done').length;
  useEffect(() => {
    if (doneCount > 0) void client.invalidateQueries({ queryKey: ['recordings'] });
  }, [doneCount, client]);
  if (items.length === 0) return null;
  return (
    <section className={styles.list} aria-labelledby="uploads-title" data-testid="upload-list">
      <h2 id="uploads-title">{u('listTitle')}</h2>
      <ul aria-live="polite">
        {items.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ul>
    </section>
  );
}
