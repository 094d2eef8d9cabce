import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FileUp, PencilLine } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { MAX_CAPTION_FILE_CHARACTERS } from '../../../../signaling/protocol/caption-file.ts';
import { canonicalLanguage, LanguageTag } from '../../../../signaling/protocol/captions.ts';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import type { CaptionSummary } from '../../../../signaling/protocol/rest/captions.ts';
import { callApi } from '../../api/api.ts';
import { asFailure } from '../../api/request-failure.ts';
import { captionsText } from '../../messages/captions.ts';
import { useLanguage } from '../../text/language.ts';
import { useProblemWords } from '../../text/problem-words.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { FileButton } from '../../ui/file-button.tsx';
import { Banner, FailureBanner } from '../../ui/panels.tsx';
import { decodeSheet } from '../desk/sheet.ts';
import { languageName } from '../player/captions-query.ts';
import styles from './captions-page.module.css';

/** What schools teach in, and have been asked for; any other can be written. */
const COMMON = ['zh-CN', 'zh-TW', 'en', 'bo', 'ug', 'mn', 'kk', 'za', 'ko', 'ja', 'ru'];
const OTHER = 'other';

function Trouble({ error }: { readonly error: unknown }) {
  const t = useText(captionsText);
  const wordsOf = useProblemWords();
  if (error instanceof RangeError) return <Banner tone="bad">{t('fileTooLarge')}</Banner>;
  if (error instanceof TypeError) return <Banner tone="bad">{t('workbook')}</Banner>;
  const { problems } = asFailure(error);
  const words = problems.flatMap((problem) => wordsOf(problem) ?? []);
  if (words.length === 0) return <FailureBanner error={error} />;
  return (
    <Banner tone="bad">
      <p>{t('fileBad')}</p>
      <ul className={styles.problems} data-testid="caption-problems">
        {words.map((word) => (
          <li key={word}>{word}</li>
        ))}
      </ul>
    </Banner>
  );
}

/** @throws RangeError for more than captions can be, TypeError for an office document. */
async function textOfFile(file: File): Promise<string> {
  if (file.size > MAX_CAPTION_FILE_CHARACTERS * 4) throw new RangeError('too large');
  const decoded = decodeSheet(new Uint8Array(await file.arrayBuffer()));
  if (decoded.kind === 'workbook') throw new TypeError('an office document');
  const text = decoded.text.replace(/^\uFEFF/, '');
  if (text.length > MAX_CAPTION_FILE_CHARACTERS) throw new RangeError('too large');
  return text;
}

function useChosenLanguage(captions: readonly CaptionSummary[]) {
  const [choice, setChoice] = useState(COMMON[0] ?? 'zh-CN');
  const [written, setWritten] = useState('');
  const tag = choice === OTHER ? written.trim() : choice;
  const language = LanguageTag.safeParse(canonicalLanguage(tag) ?? '').data;
  const existing = captions.find((caption) => caption.language === language);
  return { choice, setChoice, written, setWritten, language, existing };
}

function LanguageChoice({ choice, setChoice, written, setWritten, language }: ReturnType<typeof useChosenLanguage>) {
  const t = useText(captionsText);
  const page = useLanguage();
  const options = COMMON.map((tag) => ({ value: tag, label: languageName(tag, page) }));
  return (
    <>
      <SelectField
        label={t('language')}
        value={choice}
        options={[...options, { value: OTHER, label: t('otherLanguage') }]}
        onChange={setChoice}
      />
      {choice === OTHER && (
        <TextField
          label={t('tag')}
          value={written}
          maxLength={35}
          onChange={(event) => setWritten(event.target.value)}
          hint={language === undefined ? undefined : languageName(language, page)}
          problem={written !== '' && language === undefined ? t('tagWrong') : undefined}
          data-testid="caption-tag"
        />
      )}
    </>
  );
}

interface OfRecording {
  readonly recordingId: RecordingId;
  readonly captions: readonly CaptionSummary[];
}

function useUpload(recordingId: RecordingId, { language, existing }: ReturnType<typeof useChosenLanguage>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ file, label }: { readonly file: File; readonly label: string }) => {
      const body = { label, baseVersion: existing?.version ?? 0, file: await textOfFile(file) };
      return callApi('uploadCaptions', { params: { recordingId, language: language ?? '' }, body });
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['captions', recordingId] }),
  });
}

interface UploadActionsProps {
  readonly recordingId: RecordingId;
  readonly language: string | undefined;
  readonly isNew: boolean;
  readonly isBusy: boolean;
  readonly onFile: (file: File) => void;
}

function UploadActions({ recordingId, language, isNew, isBusy, onFile }: UploadActionsProps) {
  const t = useText(captionsText);
  const [, navigate] = useLocation();
  return (
    <div className={styles.actions}>
      <FileButton
        look="primary"
        icon={FileUp}
        busy={isBusy}
        disabled={language === undefined}
        accept=".vtt,.srt,text/vtt,application/x-subrip"
        testId="caption-file"
        onFiles={([file]) => file !== undefined && onFile(file)}
      >
        {t(isBusy ? 'uploading' : 'chooseFile')}
      </FileButton>
      {isNew && (
        <Button
          icon={PencilLine}
          disabled={language === undefined}
          onClick={() => navigate(`/watch/${recordingId}/captions/${language ?? ''}`)}
          data-testid="caption-start-empty"
        >
          {t('startEmpty')}
        </Button>
      )}
    </div>
  );
}

export function UploadPanel({ recordingId, captions }: OfRecording) {
  const t = useText(captionsText);
  const [label, setLabel] = useState('');
  const chosen = useChosenLanguage(captions);
  const { language, existing } = chosen;
  const upload = useUpload(recordingId, chosen);
  return (
    <section className={styles.section} aria-labelledby="upload-title">
      <h2 id="upload-title">{t('uploadTitle')}</h2>
      <p className={styles.hint}>{t('uploadHint')}</p>
      <div className={styles.fields}>
        <LanguageChoice {...chosen} />
        <TextField
          label={t('label')}
          hint={t('labelHint')}
          value={label}
          maxLength={40}
          onChange={(event) => setLabel(event.target.value)}
        />
      </div>
      {existing !== undefined && <p className={styles.hint}>{t('replaces', { n: existing.version + 1 })}</p>}
      {upload.isError && <Trouble error={upload.error} />}
      {upload.isSuccess && <Banner tone="good">{t('saved')}</Banner>}
      <UploadActions
        {...{ recordingId, language }}
        isNew={existing === undefined}
        isBusy={upload.isPending}
        onFile={(file) => upload.mutate({ file, label: label.trim() })}
      />
    </section>
  );
}
