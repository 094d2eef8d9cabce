import { Dices } from 'lucide-react';
import { useState } from 'react';
import { FEWEST_GROUPS, MOST_GROUPS } from '../../../../../signaling/protocol/groups.ts';
import type { Participant } from '../../../../../signaling/protocol/room.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { groupText } from '../../../messages/groups.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { SelectField } from '../../../ui/field.tsx';
import { useCall } from '../call-context.ts';
import tool from '../tools/class-tools.module.css';
import { ToolFoot } from '../tools/tool-foot.tsx';
import { GroupCards } from './group-cards.tsx';
import { atRandom, moved, withCount } from './group-draft.ts';
import type { GroupDraft } from './group-draft.ts';

const MINUTE_MS = 60_000;
const USUAL_MINUTES = [3, 5, 8, 10, 15, 20, 30] as const;
const USUAL_SIZE = 4;

const usualCount = (people: number): number =>
  Math.min(MOST_GROUPS, Math.max(FEWEST_GROUPS, Math.round(people / USUAL_SIZE)));

function useDraft(people: readonly Participant[]) {
  const [chosenCount, setChosenCount] = useState<number | null>(null);
  const [draft, setDraft] = useState<GroupDraft>(new Map());
  const [minutes, setMinutes] = useState(0);
  const [placesRest, setPlacesRest] = useState(true);
  const count = chosenCount ?? usualCount(people.length);
  return {
    ...{ count, draft, minutes, placesRest, setMinutes, setPlacesRest, setDraft },
    setCount: (next: number) => {
      setChosenCount(next);
      setDraft((now) => withCount(now, next));
    },
    shuffle: () => {
      setChosenCount(count);
      setDraft(
        atRandom(
          people.map(({ seatId }) => seatId),
          count,
        ),
      );
    },
    move: (seatId: Participant['seatId'], group: number | null) => {
      setChosenCount(count);
      setDraft((now) => moved(now, seatId, group));
    },
  };
}

type Draft = ReturnType<typeof useDraft>;

function Choices({ draft }: { readonly draft: Draft }) {
  const t = useText(groupText);
  const counts = Array.from({ length: MOST_GROUPS - FEWEST_GROUPS + 1 }, (_unused, index) => index + FEWEST_GROUPS);
  return (
    <div className={tool.pair}>
      <SelectField
        label={t('count')}
        value={String(draft.count)}
        options={counts.map((n) => ({ value: String(n), label: t('countGroups', { n }) }))}
        onChange={(value) => draft.setCount(Number(value))}
      />
      <SelectField
        label={t('time')}
        value={String(draft.minutes)}
        options={[
          { value: '0', label: t('noLimit') },
          ...USUAL_MINUTES.map((n) => ({ value: String(n), label: t('minutes', { n }) })),
        ]}
        onChange={(value) => draft.setMinutes(Number(value))}
      />
    </div>
  );
}

export interface GroupSetupProps {
  readonly state: InsideState;
  readonly people: readonly Participant[];
}

/** By hand, at random, or both; nobody moves before it is started. */
export function GroupSetup({ state, people }: GroupSetupProps) {
  const t = useText(groupText);
  const { actions } = useCall();
  const draft = useDraft(people);
  const [isOpening, setOpening] = useState(false);
  const start = async (): Promise<void> => {
    setOpening(true);
    const { count, minutes, placesRest } = draft;
    const here = new Set(people.map(({ seatId }) => seatId));
    const members = [...draft.draft].flatMap(([seatId, group]) => (here.has(seatId) ? [{ seatId, group }] : []));
    await actions.groups.open({ count, members, placesRest, durationMs: minutes === 0 ? null : minutes * MINUTE_MS });
    setOpening(false);
  };
  const isEmpty = draft.draft.size === 0;
  return (
    <section className={tool.part} data-testid="group-setup">
      <Choices draft={draft} />
      <div className={tool.buttons}>
        <Button icon={Dices} onClick={draft.shuffle} disabled={people.length === 0} data-testid="groups-shuffle">
          {isEmpty ? t('shuffle') : t('shuffleAgain')}
        </Button>
        {!isEmpty && <Button onClick={() => draft.setDraft(new Map())}>{t('clear')}</Button>}
      </div>
      <p className={tool.hint}>{people.length === 0 ? t('nobody') : t('howTo')}</p>
      <GroupCards
        groupOf={({ seatId }) => draft.draft.get(seatId) ?? null}
        count={draft.count}
        onMove={draft.move}
        {...{ state, people }}
      />
      <label className={tool.tick}>
        <input
          type="checkbox"
          checked={draft.placesRest}
          onChange={(event) => draft.setPlacesRest(event.target.checked)}
          data-testid="groups-rest"
        />
        {t('rest')}
      </label>
      {state.lesson.isRecorded && <p className={tool.hint}>{t('recordingNote')}</p>}
      <ToolFoot>
        <Button look="primary" size="l" busy={isOpening} onClick={() => void start()} data-testid="groups-open">
          {t('start')}
        </Button>
      </ToolFoot>
    </section>
  );
}
