import { ListChecks } from 'lucide-react';
import { useSession } from '../../api/queries.ts';
import { answerText } from '../../messages/answers.ts';
import { useText } from '../../text/text.ts';
import { LinkButton } from '../../ui/button.tsx';
import { answersPath } from '../answers/answers-path.ts';
import styles from './home-page.module.css';

/** For a pupil the way to the own answers, for a guardian to those of each child. */
export function AnswerRecords() {
  const t = useText(answerText);
  const { data: me } = useSession();
  if (me === undefined || me === null) return null;
  const isPupil = me.roles.some(({ role }) => role === 'student');
  const records = [
    ...(isPupil ? [{ personId: me.personId, label: t('mine') }] : []),
    ...me.wards.map(({ personId, displayName }) => ({ personId, label: t('titleOf', { name: displayName }) })),
  ];
  if (records.length === 0) return null;
  return (
    <nav className={styles.adHoc} aria-label={t('title')}>
      {records.map(({ personId, label }) => (
        <LinkButton key={personId} href={answersPath(personId, '/')} icon={ListChecks}>
          {label}
        </LinkButton>
      ))}
    </nav>
  );
}
