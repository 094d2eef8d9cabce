import { asFailure } from '../../api/request-failure.ts';
import { timetableText } from '../../messages/desk-timetable.ts';
import { useProblemWords } from '../../text/problem-words.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/panels.tsx';
import { FormFailure } from './form-failure.tsx';

type ClashField = 'lecturerId' | 'classGroupIds' | 'classroomIds';

function clashesOf(error: unknown) {
  if (error === null || error === undefined) return [];
  const failure = asFailure(error);
  return failure.code === 'conflict' ? failure.problems : [];
}

/** Beside a field: the other lessons that have who or what was chosen in it. */
export function ClashWords({ error, field }: { readonly error: unknown; readonly field: ClashField }) {
  const words = useProblemWords();
  const here = clashesOf(error).filter(({ path }) => path === field);
  if (here.length === 0) return null;
  return (
    <Banner tone="warn">
      {here.map((problem) => {
        const told = words(problem) ?? problem.message;
        return (
          <p key={told} data-testid="clash" data-field={field}>
            {told}
          </p>
        );
      })}
    </Banner>
  );
}

export interface ClashFailureProps {
  readonly error: unknown;
  readonly isBusy: boolean;
  readonly onSaveAnyway: () => void;
}

/** Why saving was refused. A teacher or a class in two lessons may be meant so; a classroom never is. */
export function ClashFailure({ error, isBusy, onSaveAnyway }: ClashFailureProps) {
  const t = useText(timetableText);
  const clashes = clashesOf(error);
  if (clashes.length === 0) return <FormFailure error={error} />;
  const isHard = clashes.some(({ path }) => path === 'classroomIds');
  return (
    <>
      <Banner tone="bad">
        {t('clashes')} {isHard && t('clashesHard')}
      </Banner>
      {!isHard && (
        <Button busy={isBusy} onClick={onSaveAnyway} data-testid="save-anyway">
          {t('saveAnyway')}
        </Button>
      )}
    </>
  );
}
