import { useState } from 'react';
import type { SchoolSettings } from '../../../../signaling/protocol/rest/directory.ts';
import { deskText } from '../../messages/desk.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Banner } from '../../ui/panels.tsx';
import desk from './desk.module.css';
import styles from './schools-section.module.css';

export interface SettingsProps {
  readonly settings: SchoolSettings;
  readonly onChange: (change: Partial<SchoolSettings>) => void;
}

const FOR_GOOD = 'forGood';
const CHOICES: readonly number[] = [30, 90, 180, 365, 1_095];

const valueOf = (days: number | null): string => (days === null ? FOR_GOOD : String(days));
const isShorter = (days: number | null, than: number | null): boolean =>
  days !== null && (than === null || days < than);

/** How long recordings are kept. A shorter time deletes what is older, so it is asked about first. */
export function RetentionField({ settings, onChange }: SettingsProps) {
  const t = useText(deskText);
  const { keepsRecordingsDays: current } = settings;
  const [wanted, setWanted] = useState<number | null | undefined>();
  const known =
    current === null || CHOICES.includes(current) ? CHOICES : [...CHOICES, current].toSorted((a, b) => a - b);
  const choose = (value: string): void => {
    const days = value === FOR_GOOD ? null : Number(value);
    if (isShorter(days, current)) setWanted(days);
    else {
      setWanted(undefined);
      onChange({ keepsRecordingsDays: days });
    }
  };
  return (
    <div className={styles.retention} data-testid="retention">
      <SelectField
        label={t('setting_keep')}
        value={valueOf(wanted === undefined ? current : wanted)}
        options={[
          { value: FOR_GOOD, label: t('keepForGood') },
          ...known.map((n) => ({ value: String(n), label: t('keepDays', { n }) })),
        ]}
        onChange={choose}
      />
      <p>{t('setting_keepHint')}</p>
      {wanted !== undefined && (
        <>
          <Banner tone="warn">{t('keepShorter', { n: wanted ?? 0 })}</Banner>
          <div className={desk.actions}>
            <Button
              look="danger"
              onClick={() => {
                setWanted(undefined);
                onChange({ keepsRecordingsDays: wanted });
              }}
              data-testid="retention-confirm"
            >
              {t('keepConfirm')}
            </Button>
            <Button onClick={() => setWanted(undefined)}>{t('keepCancel')}</Button>
          </div>
        </>
      )}
    </div>
  );
}
