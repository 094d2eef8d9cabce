import { asFailure } from '../../api/request-failure.ts';
import { useLanguage } from '../../text/language.ts';
import { Banner, FailureBanner } from '../../ui/panels.tsx';

/** Chinese characters: the server explains some fields in the words of the schools, the rest in those of its parser. */
const FOR_PEOPLE = /\p{Script=Han}/u;

/** Why a form was refused: the field's own reason where the server gives one, else what the code means here. */
export function FormFailure(props: {
  readonly error: unknown;
  readonly conflict?: string;
  readonly tooLarge?: string;
}) {
  const { error, conflict, tooLarge } = props;
  const language = useLanguage();
  if (error === null || error === undefined) return null;
  const failure = asFailure(error);
  if (failure.code === 'conflict' && conflict !== undefined) return <Banner tone="bad">{conflict}</Banner>;
  if (failure.code === 'payloadTooLarge' && tooLarge !== undefined) return <Banner tone="bad">{tooLarge}</Banner>;
  const reasons = failure.problems.map((problem) => problem.message).filter((message) => FOR_PEOPLE.test(message));
  if (language === 'zh-CN' && reasons.length > 0) return <Banner tone="bad">{reasons.join('；')}</Banner>;
  return <FailureBanner error={error} />;
}
