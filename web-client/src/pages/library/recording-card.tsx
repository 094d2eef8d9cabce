import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, Play, RotateCcw, X } from 'lucide-react';
import { Link } from 'wouter';
import type { RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { callApi } from '../../api/api.ts';
import { libraryText } from '../../messages/library.ts';
import { uploadText } from '../../messages/uploads.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { dayAndTime, duration } from '../../text/time.ts';
import { CardMenu, PublishButton } from './card-menu.tsx';
import { KeepingFacts } from './keeping-facts.tsx';
import type { FoundRecording } from './library-query.ts';
import { Button } from '../../ui/button.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import { ProgressBar } from '../../ui/progress-bar.tsx';
import { canWatch, importWords, phaseHint, phaseWord, watchedFraction } from './recording-words.ts';
import styles from './recording-card.module.css';

interface CardProps {
  readonly recording: RecordingSummary;
}

const HUES = 12;

/** Lessons without a poster have a calm colour of their own, the same every time. */
function hueOf(text: string): number {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 997;
  return ((hash % HUES) * 360) / HUES;
}

function Poster({ recording }: CardProps) {
  const { posterUrl, durationMs, subject, title, phase } = recording;
  const watched = watchedFraction(recording);
  return (
    <div className={styles.poster} style={{ '--hue': hueOf(subject ?? title) } as React.CSSProperties}>
      {posterUrl === null ? (
        <span className={styles.initial} aria-hidden>
          {(subject ?? title).slice(0, 2)}
        </span>
      ) : (
        <img src={posterUrl} alt="" loading="lazy" decoding="async" />
      )}
      {canWatch(recording) && (
        <span className={styles.play} aria-hidden>
          <Play />
        </span>
      )}
      {durationMs !== null && phase !== 'recording' && (
        <span className={[styles.duration, 'tabular'].join(' ')}>{duration(durationMs)}</span>
      )}
      {watched !== null && (
        <span className={styles.watched}>
          <span style={{ inlineSize: `${watched * 100}%` }} />
        </span>
      )}
    </div>
  );
}

function Phase({ recording }: CardProps) {
  const t = useText(libraryText);
  const u = useText(uploadText);
  const { phase, progress } = recording;
  const words = importWords(t, u, recording);
  const hint = words === null ? phaseHint(t, recording) : words.hint;
  const isWorking = phase === 'producing' || (words !== null && phase !== 'failed');
  return (
    <div className={styles.phase} data-phase={phase}>
      <span className={styles.badge}>
        {phase === 'failed' && <CircleAlert aria-hidden />}
        <span data-testid="library-phase">{words?.state ?? phaseWord(t, recording)}</span>
      </span>
      {hint !== null && <span className={styles.hint}>{hint}</span>}
      {isWorking && <ProgressBar label={t('progress')} value={progress} />}
    </div>
  );
}

/** Composing again or not at all, for those who may. */
function ProductionActions({ recording }: CardProps) {
  const t = useText(libraryText);
  const u = useText(uploadText);
  const client = useQueryClient();
  const { recordingId, phase } = recording;
  const change = useMutation({
    mutationFn: (order: 'retryProduction' | 'cancelProduction') => callApi(order, { params: { recordingId } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['recordings'] }),
  });
  const words = importWords(t, u, recording);
  // The same file would be refused again, and one that is being opened has nothing to fall back to: it can be deleted.
  const isFinal = words !== null && (words.isRefused || phase !== 'failed');
  if (isFinal || (phase !== 'failed' && phase !== 'producing')) return null;
  const isFailed = phase === 'failed';
  return (
    <div className={styles.actions}>
      <Button
        look={isFailed ? 'quiet' : 'plain'}
        className={styles.small ?? ''}
        icon={isFailed ? RotateCcw : X}
        busy={change.isPending}
        onClick={() => change.mutate(isFailed ? 'retryProduction' : 'cancelProduction')}
        data-testid={isFailed ? 'retry-production' : 'cancel-production'}
      >
        {t(isFailed ? 'retryProduction' : 'cancelProduction')}
      </Button>
      {change.isError && <FailureBanner error={change.error} />}
    </div>
  );
}

/** What was searched for, as it is said in the lesson, and the way to that instant. */
function Hit({ recordingId, hit }: Pick<FoundRecording, 'recordingId'> & { readonly hit: FoundRecording['hit'] }) {
  const t = useText(libraryText);
  if (hit === null) return null;
  const time = duration(hit.atMs);
  return (
    <Link
      href={`/watch/${recordingId}?t=${Math.floor(hit.atMs / 1000)}`}
      className={styles.hitLine ?? ''}
      aria-label={t('hit', { text: hit.text, time })}
      data-testid="library-hit"
    >
      <span className={[styles.hitTime, 'tabular'].join(' ')}>{time}</span>
      <span className={styles.hitText}>
        {hit.kind === 'chapter' && <span className={styles.hitKind}>{t('hitChapter')}</span>}「{hit.text}」
      </span>
    </Link>
  );
}

/** A class has a date; a film that was uploaded has the day on which that was. */
function When({ recording: { lessonOrigin, startedAtMs, subject, series } }: CardProps) {
  const u = useText(uploadText);
  const language = useLanguage();
  const time = dayAndTime(startedAtMs, language);
  return (
    <span>
      {lessonOrigin === 'upload' ? u('uploadedAt', { time }) : time}
      {lessonOrigin === 'micro' && ` · ${u('origin_micro')}`}
      {[subject, series].filter((text) => text !== null).map((text) => ` · ${text}`)}
    </span>
  );
}

export function RecordingCard({ recording }: { readonly recording: FoundRecording }) {
  const t = useText(libraryText);
  const { recordingId, title, lecturerName, schoolName, phase } = recording;
  const content = (
    <>
      <Poster recording={recording} />
      <div className={styles.body}>
        <h3>{title}</h3>
        <p className={styles.facts}>
          <span>
            {lecturerName} · {schoolName}
          </span>
          <When recording={recording} />
        </p>
        <Phase recording={recording} />
        <KeepingFacts recording={recording} />
      </div>
    </>
  );
  return (
    <article className={styles.card} data-testid="library-card" data-recording-id={recordingId} data-phase={phase}>
      {canWatch(recording) ? (
        <Link href={`/watch/${recordingId}`} className={styles.link ?? ''} aria-label={t('watch', { title })}>
          {content}
        </Link>
      ) : (
        <div className={styles.link}>{content}</div>
      )}
      {canWatch(recording) && <Hit recordingId={recordingId} hit={recording.hit} />}
      {recording.mayProduce && <ProductionActions recording={recording} />}
      {recording.mayManage && !recording.isPublished && canWatch(recording) && <PublishButton recording={recording} />}
      {recording.mayManage && <CardMenu recording={recording} />}
    </article>
  );
}

/** What somebody has begun, with what is left of it. */
export function ContinueCard({ recording }: CardProps) {
  const t = useText(libraryText);
  const { recordingId, title, lecturerName, positionMs, durationMs } = recording;
  const left = duration(Math.max(0, (durationMs ?? 0) - (positionMs ?? 0)));
  return (
    <article className={styles.card} data-testid="continue-card" data-recording-id={recordingId}>
      <Link href={`/watch/${recordingId}`} className={[styles.link, styles.wide].join(' ')}>
        <Poster recording={recording} />
        <div className={styles.body}>
          <h3>{title}</h3>
          <p className={styles.facts}>
            <span>{lecturerName}</span>
            <span className="tabular">{t('left', { time: left })}</span>
          </p>
        </div>
      </Link>
    </article>
  );
}
