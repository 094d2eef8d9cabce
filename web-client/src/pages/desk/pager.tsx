import { deskText } from '../../messages/desk.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import table from './table.module.css';

/** What every list of the desk shows at once. */
export const PAGE_SIZE = 50;

interface PagerProps {
  readonly offset: number;
  readonly total: number;
  /** Says which of how many are shown. */
  readonly range: (from: number, to: number) => string;
  readonly onMove: (offset: number) => void;
  readonly testId: string;
}

export function Pager({ offset, total, range, onMove, testId }: PagerProps) {
  const t = useText(deskText);
  const to = Math.min(offset + PAGE_SIZE, total);
  return (
    <div className={table.pager}>
      <span className="tabular" data-testid={testId}>
        {range(total === 0 ? 0 : offset + 1, to)}
      </span>
      {total > PAGE_SIZE && (
        <>
          <Button disabled={offset === 0} onClick={() => onMove(Math.max(0, offset - PAGE_SIZE))}>
            {t('previous')}
          </Button>
          <Button disabled={to >= total} onClick={() => onMove(offset + PAGE_SIZE)}>
            {t('next')}
          </Button>
        </>
      )}
    </div>
  );
}
