import type { RecordingFailure, RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { UploadRefusal } from '../../../../signaling/protocol/rest/uploads.ts';
import type { libraryText } from '../../messages/library.ts';
import type { uploadText } from '../../messages/uploads.ts';
import type { Translate } from '../../text/text.ts';

type T = Translate<typeof libraryText>;
type U = Translate<typeof uploadText>;

const SECONDS_PER_MINUTE = 60;
/** Less than this was only a look; that much of the end is applause and good-byes. */
const BEGUN_MS = 10_000;
const DONE_FRACTION = 0.95;

export function phaseWord(t: T, { phase, progress, isPreparing, mayManage }: RecordingSummary): string {
  if (isPreparing && !mayManage) return t('phase_preparing');
  switch (phase) {
    case 'recording':
      return t('phase_recording');
    case 'finishing':
      return t('phase_finishing');
    case 'playable':
      return t('phase_playable');
    case 'producing':
      return progress === null ? t('phase_waiting') : t('phase_producing', { percent: Math.floor(progress * 100) });
    case 'ready':
      return t('phase_ready');
    case 'failed':
      return t('phase_failed');
  }
}

export const canWatch = ({ hasViews, isComposed }: RecordingSummary): boolean => hasViews || isComposed;

/** What to expect, in a line below the state. */
export function phaseHint(t: T, recording: RecordingSummary): string | null {
  switch (recording.phase) {
    case 'recording':
      return t(recording.hasViews ? 'hint_recording' : 'hint_recordingEmpty');
    case 'finishing':
      return recording.hasViews ? null : t('hint_finishing');
    case 'producing':
    case 'failed':
      return productionHint(t, recording);
    case 'playable':
    case 'ready':
      return null;
  }
}

function productionHint(t: T, { phase, hasViews, isComposed, failure, secondsLeft }: RecordingSummary): string | null {
  if (phase === 'failed') {
    const reason = failureWords(t, failure ?? 'unknown');
    return hasViews && !isComposed ? `${reason} · ${t('stillPlays')}` : reason;
  }
  return timeLeft(t, secondsLeft) ?? (hasViews ? t('hint_producing') : null);
}

export function failureWords(t: T, failure: RecordingFailure): string {
  return t(`failed_${failure}`);
}

function timeLeft(t: T, seconds: number | null): string | null {
  if (seconds === null) return null;
  if (seconds < SECONDS_PER_MINUTE) return t('secondsLeft', { n: Math.max(1, Math.round(seconds)) });
  return t('minutesLeft', { n: Math.ceil(seconds / SECONDS_PER_MINUTE) });
}

/** 0–1 of what has been watched; null for what was not begun, or is through. */
export function watchedFraction({ positionMs, durationMs }: RecordingSummary): number | null {
  if (positionMs === null || durationMs === null || durationMs === 0 || positionMs < BEGUN_MS) return null;
  const fraction = positionMs / durationMs;
  return fraction < DONE_FRACTION ? fraction : null;
}

/** A film that was uploaded and could not be opened yet, or not at all: it has words of its own. */
export interface ImportWords {
  readonly state: string;
  readonly hint: string | null;
  readonly isRefused: boolean;
}

export function importWords(t: T, u: U, recording: RecordingSummary): ImportWords | null {
  const { lessonOrigin, hasViews, phase, progress, failure } = recording;
  if (lessonOrigin !== 'upload' || hasViews) return null;
  if (phase === 'failed') {
    const isRefused = UploadRefusal.safeParse(failure).success;
    const state = u(isRefused ? 'phase_refused' : 'phase_importFailed');
    return { state, hint: failureWords(t, failure ?? 'unknown'), isRefused };
  }
  const state =
    progress === null ? u('phase_importWaiting') : u('phase_importing', { percent: Math.floor(progress * 100) });
  return { state, hint: u('hint_importing'), isRefused: false };
}

/** Something will change by itself soon. */
export const isMoving = ({ phase, isPreparing }: RecordingSummary): boolean =>
  isPreparing || phase === 'recording' || phase === 'finishing' || phase === 'producing';
