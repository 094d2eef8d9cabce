import { useState } from 'react';
import { isTeacherSeat } from '../../../../../signaling/protocol/seats.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { groupText } from '../../../messages/groups.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { Banner } from '../../../ui/panels.tsx';

/** A teacher's word to all groups, until it is put away or the groups end. */
export function ToldNote({ state }: { readonly state: InsideState }) {
  const t = useText(groupText);
  const [seenAtMs, setSeen] = useState(0);
  const { told } = state;
  // Teachers have it in the chat.
  if (told === null || told.sentAtMs <= seenAtMs || isTeacherSeat(state.self.seat)) return null;
  return (
    <div data-testid="groups-told">
      <Banner tone="calm">
        <strong>{t('teacherSays')}</strong>
        <p>{told.text}</p>
        <Button look="plain" onClick={() => setSeen(told.sentAtMs)}>
          {t('ok')}
        </Button>
      </Banner>
    </div>
  );
}
