import { useId } from 'react';
import type { ClassRules } from '../../../../../signaling/protocol/class-order.ts';
import type { InsideState } from '../../../call/room-state.ts';
import { orderText } from '../../../messages/class-order.ts';
import { useText } from '../../../text/text.ts';
import { Button } from '../../../ui/button.tsx';
import { useCall } from '../call-context.ts';
import styles from './class-tools.module.css';

interface Choice {
  readonly id: string;
  readonly label: string;
  /** Of the rules, what it changes. */
  readonly change: Partial<ClassRules>;
}

interface RuleProps {
  readonly title: string;
  readonly rules: ClassRules;
  readonly choices: readonly Choice[];
}

const isChosen = (rules: ClassRules, { change }: Choice): boolean =>
  (Object.keys(change) as (keyof ClassRules)[]).every((rule) => rules[rule] === change[rule]);

function Rule({ title, rules, choices }: RuleProps) {
  const { actions } = useCall();
  const name = useId();
  return (
    <fieldset className={styles.rule}>
      <legend>{title}</legend>
      {choices.map((choice) => (
        <label key={choice.id} data-testid={`rule-${choice.id}`}>
          <input
            type="radio"
            name={name}
            checked={isChosen(rules, choice)}
            onChange={() => void actions.tools.setRules({ ...rules, ...choice.change })}
          />
          {choice.label}
        </label>
      ))}
    </fieldset>
  );
}

/** What the class may do by itself (SPEC O1). */
export function OrderTool({ state }: { readonly state: InsideState }) {
  const t = useText(orderText);
  const { actions } = useCall();
  const { rules } = state.tools.order;
  const chat = (['everybody', 'teachers', 'nobody'] as const).map((value) => ({
    id: `chat-${value}`,
    label: t(`chat_${value}` as const),
    change: { chat: value },
  }));
  const microphones = (['themselves', 'teachers'] as const).map((value) => ({
    id: `microphones-${value}`,
    label: t(`microphones_${value}` as const),
    change: { microphones: value },
  }));
  const screens = (['teachers', 'stage'] as const).map((value) => ({
    id: `screens-${value}`,
    label: t(`screens_${value}` as const),
    change: { screens: value },
  }));
  return (
    <section className={styles.part}>
      <p className={styles.hint}>{t('hint')}</p>
      <Rule title={t('chat')} rules={rules} choices={chat} />
      <Rule title={t('microphones')} rules={rules} choices={microphones} />
      <Rule title={t('screens')} rules={rules} choices={screens} />
      {state.self.leadsByTimetable && state.self.seat === 'coTeacher' && (
        <p>
          {t('ledByOther')} <Button onClick={() => void actions.tools.takeOver()}>{t('takeBack')}</Button>
        </p>
      )}
    </section>
  );
}
