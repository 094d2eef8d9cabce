import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { keepsTrack, type EditionPeople } from '../../../../signaling/protocol/edition.ts';
import type { EditedTrack, EditorView } from '../../../../signaling/protocol/rest/editions.ts';
import { callApi } from '../../api/api.ts';
import { editorText } from '../../messages/editor.ts';
import { shellText } from '../../messages/shell.ts';
import { useText, type Translate } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import { withTracks } from './edition-draft.ts';
import type { EditorDesk } from './use-editor.ts';
import styles from './side-panels.module.css';

type T = Translate<typeof editorText>;

interface PeopleProps {
  readonly desk: EditorDesk;
  readonly view: EditorView;
}

const SEATS = ['lecturer', 'coTeacher', 'pupil', 'site', 'guardian', 'guest', 'observer'] as const;
const CHOICES: readonly EditionPeople[] = ['everyone', 'lecturerAndBoard'];

function nameOf(t: T, [first]: readonly EditedTrack[]): string {
  if (first === undefined || first.isErased) return t('erasedPerson');
  const seat = SEATS.find((each) => each === first.seat);
  return seat === undefined ? first.displayName : `${first.displayName} · ${t(`seat_${seat}`)}`;
}

function EraseDialog(props: {
  readonly name: string;
  readonly tracks: readonly EditedTrack[];
  readonly view: EditorView;
  readonly onClose: () => void;
}) {
  const t = useText(editorText);
  const shell = useText(shellText);
  const client = useQueryClient();
  const { recordingId } = props.view.recording;
  const seatId = props.tracks[0]?.seatId ?? '';
  const erase = useMutation({
    mutationFn: () => callApi('eraseSeat', { params: { recordingId }, body: { seatId } }),
    onSuccess: () => {
      props.onClose();
      void client.resetQueries({ queryKey: ['editor', recordingId] });
      void client.invalidateQueries({ queryKey: ['recording', recordingId] });
    },
  });
  return (
    <Dialog open onClose={props.onClose} title={t('eraseTitle', { name: props.name })} description={t('eraseBody')}>
      {erase.isError && <FailureBanner error={erase.error} />}
      <div className={styles.actions}>
        <Button
          look="danger"
          icon={Trash2}
          busy={erase.isPending}
          onClick={() => erase.mutate()}
          data-testid="editor-erase-confirm"
        >
          {t('eraseConfirm')}
        </Button>
        <Button onClick={props.onClose}>{shell('cancel')}</Button>
      </div>
    </Dialog>
  );
}

function PersonItem({ tracks, desk, view }: PeopleProps & { readonly tracks: readonly EditedTrack[] }) {
  const t = useText(editorText);
  const [isErasing, setErasing] = useState(false);
  const name = nameOf(t, tracks);
  const isErased = tracks.every((track) => track.isErased);
  return (
    <li className={styles.person} data-testid="editor-person">
      <strong>{name}</strong>
      {!isErased && (
        <div className={styles.tracks}>
          {tracks.map((track) => (
            <label key={track.trackId}>
              <input
                type="checkbox"
                checked={keepsTrack(desk.edition, track)}
                // What leaves everybody else out leaves this one out too.
                disabled={!keepsTrack({ ...desk.edition, leftOutTracks: [] }, track)}
                onChange={(event) => desk.change(withTracks(desk.edition, [track.trackId], event.target.checked))}
                data-testid="editor-track-choice"
              />
              {t(`source_${track.source}`)}
            </label>
          ))}
        </div>
      )}
      {view.mayErase && !isErased && (
        <Button look="plain" icon={Trash2} onClick={() => setErasing(true)} data-testid="editor-erase">
          {t('erase')}
        </Button>
      )}
      {isErasing && <EraseDialog name={name} tracks={tracks} view={view} onClose={() => setErasing(false)} />}
    </li>
  );
}

/** Whose picture and sound is published, as a whole and one by one. */
export function PeoplePanel({ desk, view }: PeopleProps) {
  const t = useText(editorText);
  const { edition } = desk;
  const seatIds = [...new Set(view.tracks.map(({ seatId }) => seatId))];
  const people = seatIds.map((id) => [id, view.tracks.filter(({ seatId }) => seatId === id)] as const);
  return (
    <div className={styles.panel}>
      <fieldset className={styles.choice}>
        <legend>{t('whoIsPublished')}</legend>
        {CHOICES.map((choice) => (
          <label key={choice}>
            <input
              type="radio"
              name="people"
              checked={edition.people === choice}
              onChange={() => desk.change({ ...edition, people: choice })}
              data-testid={`editor-people-${choice}`}
            />
            <span>{t(choice)}</span>
          </label>
        ))}
        <p className={styles.hint}>{t('lecturerAndBoardHint')}</p>
      </fieldset>
      <h3>{t('singleTracks')}</h3>
      <ul className={styles.list}>
        {people.map(([seatId, tracks]) => (
          <PersonItem key={seatId} tracks={tracks} desk={desk} view={view} />
        ))}
      </ul>
    </div>
  );
}
