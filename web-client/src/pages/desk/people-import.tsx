import { useMutation } from '@tanstack/react-query';
import { ArrowLeft, Download, FileUp } from 'lucide-react';
import { useId, useState } from 'react';
import type { DragEvent } from 'react';
import { MAX_SHEET_CHARACTERS } from '../../../../signaling/protocol/rest/directory.ts';
import type { SignInSlip } from '../../../../signaling/protocol/rest/directory.ts';
import { callApi } from '../../api/api.ts';
import { peopleText } from '../../messages/desk-people.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { FileButton } from '../../ui/file-button.tsx';
import { Banner } from '../../ui/panels.tsx';
import { useDeskRefresh } from './desk-queries.ts';
import { useDeskSchool } from './desk-school.ts';
import { FormFailure } from './form-failure.tsx';
import { ImportProgress } from './import-progress.tsx';
import { ImportPreview } from './import-preview.tsx';
import { TEMPLATE_ROWS, decodeSheet, downloadCsv } from './sheet.ts';
import { useSheetImport } from './use-sheet-import.ts';
import desk from './desk.module.css';
import styles from './people-import.module.css';

type FileNote = { readonly tone: 'calm' | 'warn'; readonly text: string };

function DropPlace({ onFile }: { readonly onFile: (file: File) => void }) {
  const t = useText(peopleText);
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file !== undefined) onFile(file);
  };
  return (
    // Dropping is an extra for the mouse; the button inside does the same for everybody.
    <div
      className={[styles.drop, isOver ? styles.over : ''].join(' ')}
      role="presentation"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <FileUp aria-hidden />
      <p className={styles.dropWords}>{t('drop')}</p>
      <p className={styles.dropWords}>{t('dropOr')}</p>
      <FileButton
        look="primary"
        accept=".csv,.txt,.tsv,text/csv,text/plain"
        testId="import-file"
        onFiles={([file]) => file !== undefined && onFile(file)}
      >
        {t('pick')}
      </FileButton>
    </div>
  );
}

export interface PeopleImportProps {
  readonly onBack: () => void;
  readonly onImported: (slips: readonly SignInSlip[], skipped: number) => void;
}

/** Looks at the sheet whenever it changes, and imports it as it was looked at. */
function useImport({ onImported }: PeopleImportProps) {
  const { school } = useDeskSchool();
  const refresh = useDeskRefresh();
  const { schoolId } = school;
  const preview = useMutation({
    mutationFn: async (csv: string) => ({
      csv,
      ...(await callApi('previewPeopleImport', { body: { schoolId, csv } })),
    }),
  });
  const work = useSheetImport(schoolId, async (slips, skipped) => {
    await refresh('people', 'classGroups');
    onImported(slips, skipped);
  });
  return { preview, work };
}

function PasteField(props: { readonly text: string; readonly onChange: (text: string) => void }) {
  const t = useText(peopleText);
  const id = useId();
  return (
    <div className={styles.paste}>
      <label htmlFor={id}>{t('paste')}</label>
      <textarea
        id={id}
        rows={8}
        spellCheck={false}
        value={props.text}
        placeholder={TEMPLATE_ROWS.map((row) => row.join(',')).join('\n')}
        onChange={(event) => props.onChange(event.target.value)}
        data-testid="import-text"
      />
    </div>
  );
}

type Import = ReturnType<typeof useImport>;

function Outcome({ preview, work, isStale }: Import & { readonly isStale: boolean }) {
  const t = useText(peopleText);
  const checked = preview.data;
  const isCurrent = checked !== undefined && !preview.isPending && !isStale;
  return (
    <>
      {preview.isError && <FormFailure error={preview.error} tooLarge={t('tooLarge')} />}
      {isCurrent && <ImportPreview preview={checked} onImport={() => work.start(checked.lines)} />}
    </>
  );
}

export function PeopleImport(props: PeopleImportProps) {
  const t = useText(peopleText);
  const [text, setText] = useState('');
  const [note, setNote] = useState<FileNote | null>(null);
  const { preview, work } = useImport(props);
  const take = async (file: File): Promise<void> => {
    const sheet = decodeSheet(new Uint8Array(await file.arrayBuffer()));
    if (sheet.kind === 'workbook') return setNote({ tone: 'warn', text: t('workbook') });
    if (sheet.text.length > MAX_SHEET_CHARACTERS) return setNote({ tone: 'warn', text: t('tooLarge') });
    setNote({ tone: 'calm', text: t('fileRead', { name: file.name }) });
    setText(sheet.text);
    preview.mutate(sheet.text);
  };
  const checked = preview.data;
  const isStale = checked !== undefined && checked.csv !== text;
  if (work.state.kind !== 'idle') {
    return (
      <div className={desk.stack} data-testid="people-import">
        <h2>{t('importTitle')}</h2>
        <ImportProgress work={work} />
      </div>
    );
  }
  return (
    <div className={desk.stack} data-testid="people-import">
      <div className={desk.actions}>
        <Button icon={ArrowLeft} onClick={props.onBack}>
          {t('importBack')}
        </Button>
        <Button icon={Download} onClick={() => downloadCsv(t('templateFile'), TEMPLATE_ROWS)}>
          {t('template')}
        </Button>
      </div>
      <h2>{t('importTitle')}</h2>
      <p className={desk.hint}>{t('importIntro')}</p>
      <div className={styles.sources}>
        <DropPlace onFile={(file) => void take(file)} />
        <PasteField text={text} onChange={setText} />
      </div>
      {note !== null && <Banner tone={note.tone}>{note.text}</Banner>}
      <div className={desk.actions}>
        <Button
          look={checked === undefined || isStale ? 'primary' : 'quiet'}
          disabled={text.trim() === ''}
          busy={preview.isPending}
          onClick={() => preview.mutate(text)}
          data-testid="check-import"
        >
          {checked === undefined ? t('check') : t('checkAgain')}
        </Button>
      </div>
      <Outcome preview={preview} work={work} isStale={isStale} />
    </div>
  );
}
