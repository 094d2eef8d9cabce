import { CalendarClock, EyeOff, Gavel, School, Users } from 'lucide-react';
import type { RecordingSummary } from '../../../../signaling/protocol/rest/recordings.ts';
import { publishingText } from '../../messages/publishing.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { wholeDate } from '../../text/time.ts';
import { useNow } from '../../ui/use-now.ts';
import styles from './recording-card.module.css';

const DAY_MS = 86_400_000;
/** Before that nobody needs to think of it. */
const SOON_DAYS = 30;
const LOOK_EVERY_MS = 600_000;

/** How long it will be there; a warning when it is not long. For whoever does not manage it only that. */
function Expiry({ expiresAtMs, isManager }: { readonly expiresAtMs: number; readonly isManager: boolean }) {
  const t = useText(publishingText);
  const language = useLanguage();
  const nowMs = useNow(LOOK_EVERY_MS);
  const days = Math.floor((expiresAtMs - nowMs) / DAY_MS);
  const isSoon = days < SOON_DAYS;
  if (!isSoon && !isManager) return null;
  return (
    <span className={styles.chip} data-tone={isSoon ? 'warn' : undefined} data-testid="recording-expiry">
      <CalendarClock aria-hidden />
      {!isSoon && t('keptUntil', { date: wholeDate(expiresAtMs, language) })}
      {isSoon && (days < 1 ? t('goesToday') : t('goesSoon', { n: days }))}
    </span>
  );
}

/** Whom it is for, as its managers have decided; of a draft that nobody else sees it. */
function Sight({ recording }: { readonly recording: RecordingSummary }) {
  const t = useText(publishingText);
  const { isPublished, visibility, originSchoolName } = recording;
  if (!isPublished) {
    return (
      <span className={styles.chip} data-tone="warn" title={t('draftHint')} data-testid="recording-draft">
        <EyeOff aria-hidden /> {t('draft')}
      </span>
    );
  }
  const isForCopy = originSchoolName !== null && (visibility === 'lesson' || visibility === 'school');
  return (
    <span className={styles.chip} data-testid="recording-visibility" data-visibility={visibility}>
      <Users aria-hidden /> {isForCopy ? t(`copy_${visibility}`) : t(`visibility_${visibility}`)}
    </span>
  );
}

/** What becomes of a recording: for its managers all of it, for everybody else where it came from and when it goes. */
export function KeepingFacts({ recording }: { readonly recording: RecordingSummary }) {
  const t = useText(publishingText);
  const { originSchoolName, expiresAtMs, isHeld, holdReason, mayManage } = recording;
  return (
    <div className={styles.chips}>
      {mayManage && <Sight recording={recording} />}
      {originSchoolName !== null && (
        <span className={styles.chip}>
          <School aria-hidden /> {t('fromSchool', { school: originSchoolName })}
        </span>
      )}
      {isHeld && (
        <span className={styles.chip} title={t('heldHint', { reason: holdReason ?? '' })} data-testid="recording-held">
          <Gavel aria-hidden /> {t('held')}
        </span>
      )}
      {expiresAtMs !== null && <Expiry expiresAtMs={expiresAtMs} isManager={mayManage} />}
    </div>
  );
}
