import { Printer } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { SignInSlip } from '../../../../signaling/protocol/rest/directory.ts';
import { useSystem } from '../../api/queries.ts';
import { peopleText } from '../../messages/desk-people.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/panels.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useDeskSchool } from './desk-school.ts';
import { slipSheets } from './slip-sheets.ts';
import type { SlipSheet } from './slip-sheets.ts';
import desk from './desk.module.css';
import styles from './slips.module.css';

function Slip({ slip, schoolName }: { readonly slip: SignInSlip; readonly schoolName: string }) {
  const t = useText(peopleText);
  return (
    <li
      className={styles.slip}
      data-testid="slip"
      data-name={slip.displayName}
      data-account={slip.account}
      data-password={slip.password}
    >
      <p className={styles.school}>{schoolName}</p>
      <p className={styles.name}>
        <strong>{slip.displayName}</strong>
        <span>{slip.classGroup ?? t(`role_${slip.role}`)}</span>
      </p>
      <dl className={styles.facts}>
        <div>
          <dt>{t('slipAddress')}</dt>
          <dd>{location.origin}</dd>
        </div>
        <div>
          <dt>{t('account')}</dt>
          <dd className={styles.secret}>{slip.account}</dd>
        </div>
        <div>
          <dt>{t('slipPassword')}</dt>
          <dd className={styles.secret}>{slip.password}</dd>
        </div>
      </dl>
      <p className={styles.keep}>{t('slipKeep')}</p>
    </li>
  );
}

function Sheets({ sheets, schoolName }: { readonly sheets: readonly SlipSheet[]; readonly schoolName: string }) {
  return sheets.map((sheet) => (
    <section key={sheet.classGroup ?? ''} className={styles.sheet}>
      {sheet.classGroup !== null && <h3>{sheet.classGroup}</h3>}
      <ul className={styles.slips}>
        {sheet.slips.map((slip) => (
          <Slip key={slip.personId} slip={slip} schoolName={schoolName} />
        ))}
      </ul>
    </section>
  ));
}

/** While slips are shown, paper gets them alone: the rest of the page is hidden in print. */
function usePrint() {
  const [isPrinted, setPrinted] = useState(false);
  useEffect(() => {
    const note = (): void => setPrinted(true);
    addEventListener('afterprint', note);
    return () => removeEventListener('afterprint', note);
  }, []);
  useEffect(() => {
    document.documentElement.dataset['print'] = 'slips';
    return () => void delete document.documentElement.dataset['print'];
  }, []);
  useEffect(() => {
    if (isPrinted) return undefined;
    const hold = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', hold);
    return () => removeEventListener('beforeunload', hold);
  }, [isPrinted]);
  return isPrinted;
}

export interface SlipsViewProps {
  readonly slips: readonly SignInSlip[];
  readonly skipped: number;
  readonly onDone: () => void;
}

/** New passwords, seen once: on the screen to look at, on paper with lines to cut along. */
export function SlipsView({ slips, skipped, onDone }: SlipsViewProps) {
  const t = useText(peopleText);
  const { school } = useDeskSchool();
  const { data: system } = useSystem();
  const isPrinted = usePrint();
  const [isLeaving, setLeaving] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  // They come after a long form or list: who looks or listens begins at the top of what is new.
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, []);
  const sheets = useMemo(() => slipSheets(slips), [slips]);
  const isOfDistrict = slips.every((slip) => slip.role === 'districtAdmin');
  const schoolName = isOfDistrict ? (system?.districtName ?? '') : school.name;
  return (
    <div className={desk.stack} data-testid="slips">
      <div className={[desk.stack, styles.screenOnly].join(' ')}>
        <h2 ref={heading} tabIndex={-1} className={styles.heading}>
          {t('slipsReady', { n: slips.length })}
        </h2>
        <Banner tone="warn">{t('slipsOnce')}</Banner>
        {skipped > 0 && <p className={desk.hint}>{t('slipsSkipped', { n: skipped })}</p>}
        <div className={desk.actions}>
          <Button look="primary" size="l" icon={Printer} onClick={() => print()} data-testid="print-slips">
            {t('print')}
          </Button>
          <Button size="l" onClick={() => (isPrinted ? onDone() : setLeaving(true))} data-testid="slips-done">
            {t('slipsDone')}
          </Button>
        </div>
      </div>
      <div className={styles.sheets}>
        <Sheets sheets={sheets} schoolName={schoolName} />
      </div>
      <ConfirmDialog
        open={isLeaving}
        title={t('slipsLeaveTitle')}
        body={t('slipsLeaveBody')}
        confirm={t('slipsLeave')}
        cancel={t('slipsStay')}
        onConfirm={onDone}
        onClose={() => setLeaving(false)}
      />
    </div>
  );
}
