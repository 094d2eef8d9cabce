import type { Groups } from '../../../../../signaling/protocol/groups.ts';
import { groupText } from '../../../messages/groups.ts';
import { useText } from '../../../text/text.ts';
import { duration } from '../../../text/time.ts';
import { useNow } from '../../../ui/use-now.ts';

const SECOND_MS = 1_000;

/** By the server's clock. */
export function GroupsLeft(props: { readonly endsAtMs: number; readonly clockOffsetMs: number }) {
  const t = useText(groupText);
  const leftMs = Math.max(0, props.endsAtMs - useNow(250) - props.clockOffsetMs);
  return (
    <span className="tabular" role="timer" data-testid="groups-left">
      {t('left', { time: duration(Math.ceil(leftMs / SECOND_MS) * SECOND_MS) })}
    </span>
  );
}

export const hasEnd = (groups: Groups): groups is Groups & { endsAtMs: number } => groups.endsAtMs !== null;
