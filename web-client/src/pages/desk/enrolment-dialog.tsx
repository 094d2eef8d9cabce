import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Classroom } from '../../../../signaling/protocol/rest/classrooms.ts';
import { callApi } from '../../api/api.ts';
import { deskText } from '../../messages/desk.ts';
import { useLanguage } from '../../text/language.ts';
import { useText } from '../../text/text.ts';
import { dayAndTime } from '../../text/time.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Banner, FailureBanner, Skeleton } from '../../ui/panels.tsx';
import desk from './desk.module.css';
import styles from './enrolment-dialog.module.css';

/** The code for a classroom's device, large enough to be read from the screen at which it is typed. */
export function EnrolmentDialog({
  classroom,
  onClose,
}: {
  readonly classroom: Classroom;
  readonly onClose: () => void;
}) {
  const t = useText(deskText);
  const language = useLanguage();
  const { classroomId } = classroom;
  const { mutate: issue, ...code } = useMutation({
    mutationFn: () => callApi('issueEnrolmentCode', { params: { classroomId } }),
  });
  useEffect(() => issue(), [issue]);
  return (
    <Dialog open onClose={onClose} title={t('enrolTitle', { name: classroom.name })}>
      {code.isError ? (
        <FailureBanner error={code.error} />
      ) : code.data === undefined ? (
        <Skeleton height={240} />
      ) : (
        <ol className={styles.enrolSteps}>
          <li>
            <p>{t('enrolStep1')}</p>
            <p className={styles.enrolAddress}>{`${location.origin}/site`}</p>
          </li>
          <li>
            <p>{t('enrolStep2')}</p>
            <p className={styles.enrolCode} data-testid="enrolment-code">
              {code.data.code}
            </p>
            <p className={desk.hint}>{t('enrolUntil', { when: dayAndTime(code.data.expiresAtMs, language) })}</p>
          </li>
          <li>
            <p>{t('enrolStep3')}</p>
          </li>
        </ol>
      )}
      {classroom.site?.isEnrolled === true && <Banner tone="calm">{t('enrolReplaces')}</Banner>}
    </Dialog>
  );
}
