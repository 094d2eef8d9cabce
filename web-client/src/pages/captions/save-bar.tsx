import { useQuery } from '@tanstack/react-query';
import { Download, Save, Undo2 } from 'lucide-react';
import { writeVtt } from '../../../../signaling/protocol/caption-file.ts';
import type { CaptionTimes } from '../../../../signaling/protocol/captions.ts';
import { callApi } from '../../api/api.ts';
import { captionsText } from '../../messages/captions.ts';
import { isUnfinished } from '../../player/caption-edit.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { dayAndTime } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { Banner, FailureBanner } from '../../ui/panels.tsx';
import type { EditorProps } from './caption-editor.tsx';
import { downloadText } from './download-text.ts';
import type { CaptionDraft } from './use-caption-draft.ts';
import type { Saving } from './use-saving.ts';
import styles from './caption-editor.module.css';

interface SaveBarProps extends EditorProps {
  readonly draft: CaptionDraft;
  readonly saving: Saving;
  readonly times: CaptionTimes;
}

function Versions({ recordingId, captions: { language }, draft, saving }: SaveBarProps) {
  const t = useText(captionsText);
  const page = useLanguage();
  const versions = useQuery({
    queryKey: ['caption-versions', recordingId, language],
    queryFn: ({ signal }) => callApi('listCaptionVersions', { params: { recordingId, language } }, signal),
  }).data?.versions;
  if (versions === undefined || versions.length < 2) return null;
  return (
    <select
      aria-label={t('versions')}
      value=""
      disabled={saving.restore.isPending}
      onChange={(event) => saving.restore.mutate(Number(event.target.value))}
      data-testid="caption-versions"
    >
      <option value="" disabled>
        {t('versions')}
      </option>
      {versions
        .filter(({ version }) => version !== draft.baseVersion)
        .map(({ version, origin, savedByName, savedAtMs }) => (
          <option key={version} value={version}>
            {t('versionOption', {
              n: version,
              origin: t(`origin_${origin}`),
              name: savedByName ?? '',
              when: dayAndTime(savedAtMs, page),
            })}
          </option>
        ))}
    </select>
  );
}

function Conflict({ saving }: Pick<SaveBarProps, 'saving'>) {
  const t = useText(captionsText);
  const { takeTheirs, keepMine } = saving;
  return (
    <Banner tone="warn">
      <p>{t('conflict')}</p>
      <div className={styles.orders}>
        <Button busy={keepMine.isPending} onClick={() => keepMine.mutate()} data-testid="captions-keep-mine">
          {t('keepMine')}
        </Button>
        <Button busy={takeTheirs.isPending} onClick={() => takeTheirs.mutate()} data-testid="captions-take-theirs">
          {t('takeTheirs')}
        </Button>
      </div>
    </Banner>
  );
}

export function SaveBar(props: SaveBarProps) {
  const { title, captions, draft, saving, times } = props;
  const t = useText(captionsText);
  const { store, isConflict, restore } = saving;
  const { isDirty, baseVersion, past, unfinished, cues } = draft;
  const download = (): void => {
    const finished = times.toFilm(cues.filter((cue) => !isUnfinished(cue)));
    downloadText(`${title}.${captions.language}.vtt`, writeVtt(finished), 'text/vtt');
  };
  return (
    <div className={styles.saveBar}>
      <div className={styles.saveRow}>
        <Button
          look="primary"
          icon={Save}
          busy={store.isPending}
          disabled={!isDirty}
          onClick={saving.save}
          data-testid="captions-save"
        >
          {t('save')}
        </Button>
        <Button icon={Undo2} disabled={past.length === 0} onClick={draft.undo} data-testid="captions-undo">
          {t('undo')}
        </Button>
        <Button icon={Download} disabled={cues.length === 0} onClick={download} data-testid="captions-download">
          {t('download')}
        </Button>
        <Versions {...props} />
        <output className={styles.state} data-testid="captions-state">
          {isDirty ? t('unsaved') : baseVersion > 0 && t('allSaved', { n: baseVersion })}
        </output>
      </div>
      {unfinished >= 0 && isDirty && cues[unfinished]?.text.trim() === '' && (
        <p className={styles.keys}>{t('textMissing')}</p>
      )}
      {isConflict && <Conflict saving={saving} />}
      {store.isError && !isConflict && <FailureBanner error={store.error} />}
      {restore.isError && <FailureBanner error={restore.error} />}
    </div>
  );
}
