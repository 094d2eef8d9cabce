import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Download, Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useParams } from 'wouter';
import { writeVtt } from '../../../../signaling/protocol/caption-file.ts';
import { CaptionTimes } from '../../../../signaling/protocol/captions.ts';
import { RecordingId } from '../../../../signaling/protocol/ids.ts';
import type { CaptionSummary } from '../../../../signaling/protocol/rest/captions.ts';
import { callApi } from '../../api/api.ts';
import { captionsText } from '../../messages/captions.ts';
import { playerText } from '../../messages/player.ts';
import { shellText } from '../../messages/shell.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { dayAndTime } from '../../text/time.ts';
import { Answer } from '../../ui/answer.tsx';
import { Button, LinkButton } from '../../ui/button.tsx';
import { DetailHead, DetailPage } from '../../ui/detail-page.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Banner, EmptyPanel, FailureBanner } from '../../ui/panels.tsx';
import { captionListQuery, captionName, languageName, type CaptionList } from '../player/captions-query.ts';
import { summaryQuery } from '../player/playback-query.ts';
import { downloadText } from './download-text.ts';
import { RecognitionPanel } from './recognition-panel.tsx';
import { UploadPanel } from './upload-panel.tsx';
import styles from './captions-page.module.css';

interface OfRecording {
  readonly recordingId: RecordingId;
}

function RemoveDialog({
  recordingId,
  caption: { language },
  onClose,
}: OfRecording & { readonly caption: CaptionSummary; readonly onClose: () => void }) {
  const t = useText(captionsText);
  const shell = useText(shellText);
  const page = useLanguage();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => callApi('deleteCaptions', { params: { recordingId, language } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['captions', recordingId] });
      onClose();
    },
  });
  const title = t('removeTitle', { language: languageName(language, page) });
  return (
    <Dialog open onClose={onClose} title={title} description={t('removeBody')}>
      {remove.isError && <FailureBanner error={remove.error} />}
      <div className={styles.actions}>
        <Button
          look="danger"
          icon={Trash2}
          busy={remove.isPending}
          onClick={() => remove.mutate()}
          data-testid="captions-remove-confirm"
        >
          {t('removeConfirm')}
        </Button>
        <Button onClick={onClose}>{shell('cancel')}</Button>
      </div>
    </Dialog>
  );
}

function Item({
  recordingId,
  caption,
  title,
}: OfRecording & { readonly caption: CaptionSummary; readonly title: string }) {
  const t = useText(captionsText);
  const page = useLanguage();
  const [isRemoving, setRemoving] = useState(false);
  const { language, version, origin, cueCount, savedAtMs } = caption;
  const save = useMutation({
    mutationFn: async () => {
      const { cues, leftOut } = await callApi('getCaptions', { params: { recordingId, language }, query: {} });
      downloadText(`${title}.${language}.vtt`, writeVtt(new CaptionTimes(leftOut.film).toFilm(cues)), 'text/vtt');
    },
  });
  const facts = [t('cues', { n: cueCount }), t('version', { n: version }), t(`origin_${origin}`)];
  return (
    <li className={styles.item} data-testid={`captions-${language}`}>
      <div className={styles.name}>
        <h3>{captionName(caption, page)}</h3>
        <p>
          {[...facts, dayAndTime(savedAtMs, page)].join(' · ')} · <code>{language}</code>
        </p>
      </div>
      <div className={styles.actions}>
        <LinkButton href={`/watch/${recordingId}/captions/${language}`} icon={Pencil}>
          {t('edit')}
        </LinkButton>
        <Button icon={Download} busy={save.isPending} onClick={() => save.mutate()}>
          {t('download')}
        </Button>
        <Button icon={Trash2} onClick={() => setRemoving(true)} data-testid={`captions-remove-${language}`}>
          {t('remove')}
        </Button>
      </div>
      {save.isError && <FailureBanner error={save.error} />}
      {isRemoving && <RemoveDialog {...{ recordingId, caption }} onClose={() => setRemoving(false)} />}
    </li>
  );
}

function Managed({ recordingId, list, title }: OfRecording & { readonly list: CaptionList; readonly title: string }) {
  const t = useText(captionsText);
  if (!list.mayManage) return <Banner tone="warn">{t('forbidden')}</Banner>;
  return (
    <>
      {list.captions.length === 0 ? (
        <EmptyPanel title={t('empty')}>
          <p>{t('emptyBody')}</p>
        </EmptyPanel>
      ) : (
        <ul className={styles.list}>
          {list.captions.map((caption) => (
            <Item key={caption.language} {...{ recordingId, caption, title }} />
          ))}
        </ul>
      )}
      {list.recognition !== null && <RecognitionPanel recordingId={recordingId} recognition={list.recognition} />}
      <UploadPanel recordingId={recordingId} captions={list.captions} />
    </>
  );
}

function Loaded({ recordingId }: OfRecording) {
  const t = useText(captionsText);
  const list = useQuery(captionListQuery(recordingId));
  const title = useQuery(summaryQuery(recordingId)).data?.title ?? '';
  return (
    <>
      <DetailHead title={t('title')} about={title} back={{ href: `/watch/${recordingId}`, label: t('back') }} />
      <Answer of={list} height={320}>
        {(data) => <Managed {...{ recordingId, title }} list={data} />}
      </Answer>
    </>
  );
}

/** For the managers of a recording: its captions by language, and how to get more of them. */
export default function CaptionsPage() {
  const t = useText(captionsText);
  const player = useText(playerText);
  const id = RecordingId.safeParse(useParams<{ recordingId: string }>().recordingId).data;
  return (
    <DetailPage title={t('title')} id={id} missing={player('gone')}>
      {(recordingId) => <Loaded recordingId={recordingId} />}
    </DetailPage>
  );
}
