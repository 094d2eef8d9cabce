import { Film, Upload } from 'lucide-react';
import { useState } from 'react';
import type { FormEvent } from 'react';
import type { ClassGroupId } from '../../../../signaling/protocol/ids.ts';
import { useSession } from '../../api/queries.ts';
import { shellText } from '../../messages/shell.ts';
import { uploadText } from '../../messages/uploads.ts';
import { useServices } from '../../services.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { ClassesField } from '../home/classes-field.tsx';
import styles from './uploads.module.css';

const MAX_TITLE = 80;

interface ChosenFilm {
  readonly key: string;
  readonly file: File;
  readonly title: string;
}

const titleOf = (file: File): string =>
  file.name.replace(/\.[^.]{1,5}$/, '').slice(0, MAX_TITLE) || file.name.slice(0, MAX_TITLE);

function chosenOf(files: FileList | null): ChosenFilm[] {
  return Array.from(files ?? [], (file) => ({
    key: `${file.name}:${file.size}:${file.lastModified}`,
    file,
    title: titleOf(file),
  }));
}

/** The field lies over the whole area: what is dropped on it, it takes as if it had been chosen. */
function DropArea({ onFiles }: { readonly onFiles: (files: FileList | null) => void }) {
  const u = useText(uploadText);
  const [isOver, setOver] = useState(false);
  return (
    <div className={[styles.drop, isOver ? styles.over : ''].join(' ')}>
      <Film aria-hidden />
      <strong>{u('choose')}</strong>
      <span>{u('dropHint')}</span>
      <input
        type="file"
        multiple
        accept="video/*,.mkv,.flv,.ts,.mts,.m2ts"
        className={styles.field}
        aria-label={u('choose')}
        onDragEnter={() => setOver(true)}
        onDragLeave={() => setOver(false)}
        onDrop={() => setOver(false)}
        onChange={(event) => {
          onFiles(event.target.files);
          event.target.value = '';
        }}
        data-testid="upload-files"
      />
    </div>
  );
}

function FilmForm({ onClose }: { readonly onClose: () => void }) {
  const u = useText(uploadText);
  const shell = useText(shellText);
  const { uploads } = useServices();
  const [films, setFilms] = useState<readonly ChosenFilm[]>([]);
  const [subject, setSubject] = useState('');
  const [classGroupIds, setClassGroupIds] = useState<readonly ClassGroupId[]>([]);
  const choose = (files: FileList | null): void => {
    const added = chosenOf(files).filter(({ key }) => !films.some((film) => film.key === key));
    setFilms([...films, ...added]);
  };
  const rename = (key: string, title: string): void =>
    setFilms(films.map((film) => (film.key === key ? { ...film, title } : film)));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const shared = { subject: subject.trim() === '' ? null : subject.trim(), classGroupIds };
    void uploads.add(films.map(({ file, title }) => ({ ...shared, file, title: title.trim() || titleOf(file) })));
    onClose();
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <DropArea onFiles={choose} />
      {films.map(({ key, title }) => (
        <TextField
          key={key}
          label={u('filmTitle')}
          value={title}
          maxLength={MAX_TITLE}
          onChange={(event) => rename(key, event.target.value)}
        />
      ))}
      {films.length > 0 && (
        <>
          <TextField
            label={u('subject')}
            value={subject}
            maxLength={40}
            onChange={(event) => setSubject(event.target.value)}
          />
          <ClassesField label={u('classes')} chosen={classGroupIds} onChange={setClassGroupIds} />
          <p className={styles.note}>{u('whoSees')}</p>
        </>
      )}
      <div className={styles.actions}>
        <Button look="primary" type="submit" disabled={films.length === 0} data-testid="upload-start">
          {u('start')}
        </Button>
        <Button onClick={onClose}>{shell('cancel')}</Button>
      </div>
    </form>
  );
}

/** For those who teach, or administer a school. */
export function UploadButton() {
  const u = useText(uploadText);
  const { data: me } = useSession();
  const [isOpen, setOpen] = useState(false);
  const mayUpload = me?.roles.some(({ role }) => role === 'teacher' || role === 'schoolAdmin') ?? false;
  if (!mayUpload) return null;
  return (
    <>
      <Button icon={Upload} onClick={() => setOpen(true)} data-testid="upload">
        {u('upload')}
      </Button>
      <Dialog open={isOpen} onClose={() => setOpen(false)} title={u('upload')} description={u('uploadBody')}>
        {isOpen && <FilmForm onClose={() => setOpen(false)} />}
      </Dialog>
    </>
  );
}
