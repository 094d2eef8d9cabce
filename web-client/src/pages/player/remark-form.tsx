import { useId, useState } from 'react';
import type { FormEvent } from 'react';
import { ObservationAspect, ObservationVerdict, type RemarkKind } from '../../../../signaling/protocol/rest/remarks.ts';
import { remarksText } from '../../messages/remarks.ts';
import { useText } from '../../text/text.ts';
import { duration } from '../../text/time.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { FailureBanner } from '../../ui/panels.tsx';
import type { NewRemark } from './remarks-query.ts';
import styles from './side-panel.module.css';

const MAX_LENGTH = 500;

interface JudgementProps {
  readonly verdict: ObservationVerdict;
  readonly aspect: ObservationAspect | null;
  readonly onVerdict: (verdict: ObservationVerdict) => void;
  readonly onAspect: (aspect: ObservationAspect | null) => void;
}

/** What a colleague thinks of the moment, and under which heading it belongs. */
function Judgement({ verdict, aspect, onVerdict, onAspect }: JudgementProps) {
  const t = useText(remarksText);
  const name = useId();
  const aspects = ObservationAspect.options.map((value) => ({ value, label: t(`aspect_${value}`) }));
  return (
    <>
      <fieldset className={styles.verdicts}>
        <legend className="visually-hidden">{t('verdict')}</legend>
        {ObservationVerdict.options.map((each) => (
          <label key={each} data-verdict={each}>
            <input type="radio" name={name} checked={each === verdict} onChange={() => onVerdict(each)} />
            {t(`verdict_${each}`)}
          </label>
        ))}
      </fieldset>
      <SelectField
        label={t('aspect')}
        value={aspect ?? ''}
        options={[{ value: '', label: t('aspect_none') }, ...aspects]}
        onChange={(value) => onAspect(ObservationAspect.safeParse(value).data ?? null)}
      />
    </>
  );
}

export interface RemarkFormProps {
  readonly kind: RemarkKind;
  readonly positionS: number;
  readonly error: Error | null;
  readonly isBusy: boolean;
  readonly onSend: (remark: NewRemark, onDone: () => void) => void;
}

/** The moment is the one at which somebody began to write. */
export function RemarkForm({ kind, positionS, error, isBusy, onSend }: RemarkFormProps) {
  const t = useText(remarksText);
  const [draft, setDraft] = useState({ text: '', atS: 0 });
  const [verdict, setVerdict] = useState<ObservationVerdict>('strength');
  const [aspect, setAspect] = useState<ObservationAspect | null>(null);
  const atS = draft.text === '' ? positionS : draft.atS;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const said = { atMs: Math.round(atS * 1000), text: draft.text.trim() };
    const remark: NewRemark = kind === 'observation' ? { kind, ...said, verdict, aspect } : { kind, ...said };
    onSend(remark, () => setDraft({ text: '', atS: 0 }));
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      {kind === 'observation' && <Judgement {...{ verdict, aspect }} onVerdict={setVerdict} onAspect={setAspect} />}
      <textarea
        value={draft.text}
        maxLength={MAX_LENGTH}
        rows={2}
        placeholder={t(`write_${kind}`)}
        aria-label={t(`write_${kind}`)}
        onChange={(event) => setDraft({ text: event.target.value, atS })}
        data-testid={`remark-text-${kind}`}
      />
      <div className={styles.formEnd}>
        <span className="tabular">{t('at', { at: duration(atS * 1000) })}</span>
        <Button
          look="primary"
          type="submit"
          busy={isBusy}
          disabled={draft.text.trim() === ''}
          data-testid="remark-send"
        >
          {t(`send_${kind}`)}
        </Button>
      </div>
      {error !== null && <FailureBanner error={error} />}
    </form>
  );
}
