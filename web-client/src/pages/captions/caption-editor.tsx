import { useMemo, useRef, useState } from 'react';
import { CaptionTimes } from '../../../../signaling/protocol/captions.ts';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import { captionsText } from '../../messages/captions.ts';
import { addCue, changeCue, deleteCue, mergeWithNext, splitCue } from '../../player/caption-edit.ts';
import type { Playback } from '../../player/playback.ts';
import { cuesAt, lastBegun } from '../../player/shown-captions.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/panels.tsx';
import type { Captions } from '../player/captions-query.ts';
import type { Opened } from '../player/playback-query.ts';
import { playsViews, usePlaybackState } from '../player/use-playback.ts';
import { seekBy, togglePlay } from '../player/use-player-keys.ts';
import { CueForm, type CueOrders } from './cue-form.tsx';
import { CueList } from './cue-list.tsx';
import { EditorPicture, STEP_S, useEditorPlayback } from './editor-picture.tsx';
import { SaveBar } from './save-bar.tsx';
import { useCaptionDraft, type CaptionDraft } from './use-caption-draft.ts';
import { useEditorKeys } from './use-editor-keys.ts';
import { useSaving } from './use-saving.ts';
import styles from './caption-editor.module.css';

export interface EditorProps {
  readonly recordingId: RecordingId;
  readonly title: string;
  readonly captions: Pick<Captions, 'language' | 'label' | 'version' | 'cues' | 'leftOut'>;
}

interface DeskProps extends EditorProps {
  readonly times: CaptionTimes;
  readonly playback: Playback | null;
  readonly draft: CaptionDraft;
}

/** What can be done to the selected caption, with the button and with the key. */
function useCueOrders({ draft, times }: Pick<DeskProps, 'draft' | 'times'>, nowMs: () => number) {
  const textArea = useRef<HTMLTextAreaElement>(null);
  const { cues, selected, edit } = draft;
  const orders: CueOrders = {
    beginNow: () => {
      const fromMs = times.toSessionMs(nowMs(), 'begins');
      const toMs = cues[selected]?.toMs ?? 0;
      edit(changeCue(cues, selected, { fromMs, toMs: Math.max(toMs, fromMs + 500) }));
    },
    endNow: () => {
      const toMs = times.toSessionMs(nowMs(), 'ends');
      if (toMs > (cues[selected]?.fromMs ?? 0)) edit(changeCue(cues, selected, { toMs }));
    },
    split: () => edit(splitCue(cues, selected, textArea.current?.selectionStart ?? 0)),
    merge: () => edit(mergeWithNext(cues, selected)),
    remove: () => edit(deleteCue(cues, selected)),
  };
  const add = (): void => {
    edit(addCue(cues, times.toSessionMs(nowMs()), cues[selected]?.voice ?? null));
    requestAnimationFrame(() => textArea.current?.focus());
  };
  return { textArea, orders, add };
}

function Desk(props: DeskProps) {
  const { times, playback, draft } = props;
  const t = useText(captionsText);
  const [follows, setFollows] = useState(false);
  const positionS = usePlaybackState(playback)?.positionS ?? 0;
  const { cues, selected, select } = draft;
  const saving = useSaving(props, draft);
  const nowMs = (): number => Math.round((playback?.state.positionS ?? 0) * 1000);
  const { textArea, orders, add } = useCueOrders(props, nowMs);
  const goTo = (index: number): void => {
    const cue = cues[index];
    if (cue === undefined) return;
    select(index);
    playback?.seek(times.toFilmMs(cue.fromMs) / 1000);
    requestAnimationFrame(() => textArea.current?.focus());
  };
  useEditorKeys(
    {
      KeyK: () => (playback === null ? undefined : togglePlay(playback)),
      KeyJ: () => (playback === null ? undefined : seekBy(playback, -STEP_S)),
      KeyL: () => (playback === null ? undefined : seekBy(playback, STEP_S)),
      ArrowUp: () => goTo(selected - 1),
      ArrowDown: () => goTo(selected + 1),
      KeyB: orders.beginNow,
      KeyE: orders.endNow,
      KeyS: orders.split,
      KeyM: orders.merge,
      KeyN: add,
      Delete: orders.remove,
    },
    saving.save,
  );
  const voices = useMemo(() => [...new Set(cues.flatMap(({ voice }) => voice ?? []))], [cues]);
  const cue = cues[selected];
  return (
    <div className={styles.desk}>
      <SaveBar {...{ draft, saving }} {...props} />
      <div className={styles.listHead}>
        <Button onClick={add} data-testid="cue-add">
          {t('add')}
        </Button>
        <label>
          <input type="checkbox" checked={follows} onChange={(event) => setFollows(event.target.checked)} />
          {t('followPlayback')}
        </label>
      </div>
      <CueList
        {...{ cues, selected, times, follows }}
        here={lastBegun(cues, times.toSessionMs(positionS * 1000))}
        onSelect={goTo}
        form={cue === undefined ? null : <CueForm {...{ cue, draft, times, voices, textArea, orders }} />}
      />
      <p className={styles.keys}>{t('keys')}</p>
    </div>
  );
}

function WithPicture({ opened, ...props }: EditorProps & { readonly opened: Opened }) {
  const player = useEditorPlayback(opened);
  const { cues, version, leftOut } = props.captions;
  const draft = useCaptionDraft(cues, version);
  const { mode, playback } = player;
  const times = useMemo(() => new CaptionTimes(playsViews(mode) ? leftOut.views : leftOut.film), [mode, leftOut]);
  const positionS = usePlaybackState(playback)?.positionS ?? 0;
  const said = cuesAt(draft.cues, times.toSessionMs(positionS * 1000));
  const line = said.map(({ cue: { voice, text } }) => (voice === null ? text : `${voice}：${text}`)).join('\n');
  return (
    <div className={styles.editor}>
      <EditorPicture {...{ opened, player, line }} />
      <Desk {...props} {...{ times, playback, draft }} />
    </div>
  );
}

function WithoutPicture(props: EditorProps) {
  const t = useText(captionsText);
  const { cues, version, leftOut } = props.captions;
  const draft = useCaptionDraft(cues, version);
  const times = useMemo(() => new CaptionTimes(leftOut.film), [leftOut]);
  return (
    <div className={styles.editor}>
      <Banner tone="warn">{t('nothingToPlay')}</Banner>
      <Desk {...props} {...{ times, draft }} playback={null} />
    </div>
  );
}

/** The captions of one language beside the picture. */
export function CaptionEditor({ opened, ...props }: EditorProps & { readonly opened: Opened | null }) {
  return opened === null ? <WithoutPicture {...props} /> : <WithPicture {...props} opened={opened} />;
}
