import type { InsideState } from '../../call/room-state.ts';
import { orderText } from '../../messages/class-order.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/panels.tsx';
import { useNow } from '../../ui/use-now.ts';
import { useCall } from './call-context.ts';

function TakeOver({ state, fromMs }: { readonly state: InsideState; readonly fromMs: number }) {
  const t = useText(orderText);
  const { actions } = useCall();
  const nowMs = useNow(1_000) + state.clockOffsetMs;
  const leftS = Math.ceil((fromMs - nowMs) / 1_000);
  return (
    <div data-testid="lecturer-away">
      <Banner tone="warn">
        <strong>{t('lecturerAway')}</strong>
        <p className="tabular">{leftS > 0 ? t('takeOverIn', { n: leftS }) : t('takeOverBody')}</p>
        {leftS <= 0 && (
          <Button look="primary" onClick={() => void actions.tools.takeOver()} data-testid="take-over">
            {t('takeOver')}
          </Button>
        )}
      </Banner>
    </div>
  );
}

/** The lecturer's line is dead: the co-teacher sees how long to wait, then takes the lesson over (SPEC O8). */
export function TakeOverNote({ state }: { readonly state: InsideState }) {
  const { takeOverFromMs } = state.tools.order;
  const { seat, leadsByTimetable } = state.self;
  if (seat !== 'coTeacher' || leadsByTimetable || takeOverFromMs === null) return null;
  return <TakeOver state={state} fromMs={takeOverFromMs} />;
}
