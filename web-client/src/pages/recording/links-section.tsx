import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link2 } from 'lucide-react';
import { useState } from 'react';
import type { RecordingId } from '../../../../signaling/protocol/ids.ts';
import type { RecordingLink } from '../../../../signaling/protocol/rest/publishing.ts';
import type { RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { callApi } from '../../api/api.ts';
import { publishingText } from '../../messages/publishing.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { wholeDate } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { MadeLink } from '../../ui/made-link.tsx';
import { FailureBanner, Skeleton } from '../../ui/panels.tsx';
import { Choice } from './choice.tsx';
import styles from './recording-dialogs.module.css';

const DAYS = [7, 30, 90, 366] as const;
const ROW_HEIGHT = 44;

const keyOf = (recordingId: RecordingId) => ['recording-links', recordingId];

interface OfRecording {
  readonly recordingId: RecordingId;
}

function NewLink({ recordingId }: OfRecording) {
  const t = useText(publishingText);
  const client = useQueryClient();
  const [label, setLabel] = useState('');
  const [days, setDays] = useState('30');
  const [allowsDownload, setAllowsDownload] = useState(false);
  const make = useMutation({
    mutationFn: () =>
      callApi('createRecordingLink', { params: { recordingId }, body: { label, days: Number(days), allowsDownload } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(recordingId) }),
  });
  if (make.data !== undefined) {
    return (
      <MadeLink
        url={make.data.url}
        label={t('linkUrl')}
        hint={t('linkMade')}
        copy={t('copyLink')}
        copied={t('copied')}
        testId="link-url"
        actionsClassName={styles.actions}
      />
    );
  }
  return (
    <>
      <div className={styles.pair}>
        <TextField
          label={t('linkLabel')}
          value={label}
          maxLength={60}
          hint={t('linkLabelHint')}
          onChange={(event) => setLabel(event.target.value)}
        />
        <SelectField
          label={t('linkDays')}
          value={days}
          options={DAYS.map((n) => ({ value: String(n), label: t('days', { n }) }))}
          onChange={setDays}
        />
      </div>
      <Choice
        type="checkbox"
        label={t('linkDownload')}
        checked={allowsDownload}
        onChange={(event) => setAllowsDownload(event.target.checked)}
      />
      {make.isError && <FailureBanner error={make.error} />}
      <div className={styles.actions}>
        <Button icon={Link2} busy={make.isPending} onClick={() => make.mutate()} data-testid="make-link">
          {t('makeLink')}
        </Button>
      </div>
    </>
  );
}

function LinkLine({ recordingId, link }: OfRecording & { readonly link: RecordingLink }) {
  const t = useText(publishingText);
  const language = useLanguage();
  const client = useQueryClient();
  const { linkId, label, expiresAtMs, openedCount } = link;
  const revoke = useMutation({
    mutationFn: () => callApi('revokeRecordingLink', { params: { recordingId, linkId } }),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(recordingId) }),
  });
  const name = label === '' ? t('noLabel') : label;
  return (
    <li className={styles.line} data-testid="recording-link">
      <div>
        <strong>{name}</strong>
        <span className={styles.soft}>
          {t('linkUntil', { date: wholeDate(expiresAtMs, language) })} ·{' '}
          {openedCount === 0 ? t('linkNever') : t('linkOpened', { n: openedCount })}
        </span>
        {revoke.isError && <FailureBanner error={revoke.error} />}
      </div>
      <Button
        look="plain"
        busy={revoke.isPending}
        aria-label={t('revokeNamed', { label: name })}
        onClick={() => revoke.mutate()}
        data-testid="revoke-link"
      >
        {t('revoke')}
      </Button>
    </li>
  );
}

/** For whoever has no account; never without somebody having made it so. */
export function LinksSection({ recording }: { readonly recording: RecordingSummary }) {
  const t = useText(publishingText);
  const { recordingId, isPublished } = recording;
  const known = useQuery({
    queryKey: keyOf(recordingId),
    queryFn: ({ signal }) => callApi('listRecordingLinks', { params: { recordingId } }, signal),
  });
  return (
    <section className={styles.section} aria-labelledby="links-title">
      <h3 id="links-title">{t('links')}</h3>
      <p className={styles.soft}>{t(known.data?.areAllowed === false ? 'linksOff' : 'linksHint')}</p>
      {known.isPending && <Skeleton height={ROW_HEIGHT} />}
      {known.isError && <FailureBanner error={known.error} />}
      {known.data !== undefined && known.data.links.length > 0 && (
        <ul className={styles.list}>
          {known.data.links.map((link) => (
            <LinkLine key={link.linkId} recordingId={recordingId} link={link} />
          ))}
        </ul>
      )}
      {known.data?.areAllowed === true && isPublished && <NewLink recordingId={recordingId} />}
    </section>
  );
}
