import { Check, CircleDashed, LoaderCircle, Minus, X } from 'lucide-react';
import { useState } from 'react';
import { CHECK_STEPS, runConnectionCheck } from '../../call/connection-check.ts';
import type { CheckStep, StepResult } from '../../call/connection-check.ts';
import { checkText } from '../../messages/check.ts';
import { useServices } from '../../services.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { Banner } from '../../ui/panels.tsx';
import { Page } from '../../ui/page.tsx';
import styles from './check-page.module.css';

type Results = Readonly<Record<CheckStep, StepResult>>;

const WAITING: StepResult = { kind: 'waiting' };
const NOTHING_YET: Results = {
  https: WAITING,
  websocket: WAITING,
  udp: WAITING,
  tcp: WAITING,
  camera: WAITING,
  microphone: WAITING,
};
const ICONS = { waiting: CircleDashed, running: LoaderCircle, passed: Check, blocked: X, skipped: Minus } as const;

function Step({ step, result }: { readonly step: CheckStep; readonly result: StepResult }) {
  const t = useText(checkText);
  const Icon = ICONS[result.kind];
  const port = result.kind === 'blocked' ? (result.port ?? '—') : '—';
  const help = {
    https: () => t('help_https'),
    websocket: () => t('help_websocket'),
    udp: () => t('help_udp', { port }),
    tcp: () => t('help_tcp', { port }),
    camera: () => t('help_camera'),
    microphone: () => t('help_microphone'),
  }[step];
  return (
    <li className={styles.step} data-testid={`check-${step}`} data-state={result.kind}>
      <Icon aria-hidden />
      <div>
        <strong>{t(`step_${step}` as const)}</strong>
        {result.kind === 'blocked' && <p>{help()}</p>}
        {result.kind === 'skipped' && (step === 'udp' || step === 'tcp') && <p>{t('help_unavailable')}</p>}
      </div>
      <span>{t(`state_${result.kind}` as const)}</span>
    </li>
  );
}

function Verdict({ results }: { readonly results: Results }) {
  const t = useText(checkText);
  const blocked = CHECK_STEPS.filter((step) => results[step].kind === 'blocked');
  const passed = CHECK_STEPS.filter((step) => results[step].kind === 'passed');
  if (passed.length === CHECK_STEPS.length) return <Banner tone="good">{t('allGood')}</Banner>;
  const onlyOnePath = blocked.length === 1 && (blocked[0] === 'tcp' || blocked[0] === 'udp');
  // TCP is the way round a blocked UDP: without it nothing is lost.
  if (onlyOnePath && blocked[0] === 'tcp') return <Banner tone="good">{t('allGood')}</Banner>;
  if (onlyOnePath) return <Banner tone="warn">{t('fair')}</Banner>;
  if (blocked.length === 0) return <Banner tone="warn">{t('unsure')}</Banner>;
  return <Banner tone="bad">{t('bad')}</Banner>;
}

/** Names the step that is blocked, in words one can read to a network's administrator on the telephone. */
export default function ConnectionCheckPage() {
  const t = useText(checkText);
  const { devices } = useServices();
  const [results, setResults] = useState<Results>(NOTHING_YET);
  const [phase, setPhase] = useState<'idle' | 'running' | 'done'>('idle');
  const run = async (): Promise<void> => {
    setPhase('running');
    setResults(NOTHING_YET);
    await runConnectionCheck(devices, (step, result) => setResults((all) => ({ ...all, [step]: result })));
    setPhase('done');
  };
  return (
    <Page title={t('title')} width="narrow">
      <h1 className={styles.title}>{t('title')}</h1>
      <p className={styles.intro}>{t('intro')}</p>
      <ol className={styles.steps} aria-live="polite">
        {CHECK_STEPS.map((step) => (
          <Step key={step} step={step} result={results[step]} />
        ))}
      </ol>
      <div className={styles.result} data-testid="check-verdict">
        {phase === 'done' && <Verdict results={results} />}
      </div>
      <Button look="primary" size="l" busy={phase === 'running'} onClick={() => void run()} data-testid="check-start">
        {phase === 'idle' ? t('start') : phase === 'running' ? t('running') : t('again')}
      </Button>
    </Page>
  );
}
