import { asFailure } from '../../api/request-failure.ts';
import { useProblemWords } from '../../text/problem-words.ts';
import { Banner, FailureBanner } from '../../ui/panels.tsx';

/** Why a form was refused: the field's own reason where the server gives one, else what the code means here. */
export function FormFailure(props: {
  readonly error: unknown;
  readonly conflict?: string;
  readonly tooLarge?: string;
}) {
  const { error, conflict, tooLarge } = props;
  const words = useProblemWords();
  if (error === null || error === undefined) return null;
  const failure = asFailure(error);
  if (failure.code === 'conflict' && conflict !== undefined) return <Banner tone="bad">{conflict}</Banner>;
  if (failure.code === 'payloadTooLarge' && tooLarge !== undefined) return <Banner tone="bad">{tooLarge}</Banner>;
  const reasons = new Set(failure.problems.flatMap((problem) => words(problem) ?? []));
  if (reasons.size > 0) return <Banner tone="bad">{[...reasons].join('; ')}</Banner>;
  return <FailureBanner error={error} />;
}
