import { Dices } from 'lucide-react';
import { useState } from 'react';
import { PickAmong } from '../../../../../signaling/protocol/class-tools.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { toolText } from '../../../messages/class-tools.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { SelectField } from '../../../ui/field.tsx';
import { useCall } from '../call-context.ts';
import { InviteButton } from './invite-button.tsx';
import styles from './class-tools.module.css';

export function PickTool({ state }: { readonly state: InsideState }) {
  const t = useText(toolText);
  const { actions } = useCall();
  const [among, setAmong] = useState<PickAmong>('everybody');
  const { pick } = state.tools;
  return (
    <section className={styles.part}>
      <p className={styles.hint}>{t('pickHint')}</p>
      {state.lesson.kind === 'sky' && (
        <SelectField
          label={t('among')}
          value={among}
          options={PickAmong.options.map((value) => ({ value, label: t(`among_${value}` as const) }))}
          onChange={(value) => setAmong(PickAmong.parse(value))}
        />
      )}
      {pick !== null && <p className={styles.winner}>{pick.displayName}</p>}
      <div className={styles.buttons}>
        <Button
          look="primary"
          icon={Dices}
          onClick={() => void actions.tools.pickSomebody(among)}
          data-testid="pick-somebody"
        >
          {pick === null ? t('pickNow') : t('pickAgain')}
        </Button>
        {pick !== null && <InviteButton seatId={pick.seatId} state={state} />}
        {pick !== null && (
          <Button onClick={() => void actions.tools.clearPick()} data-testid="pick-clear">
            {t('hide')}
          </Button>
        )}
      </div>
    </section>
  );
}
