import type { ReactNode } from 'react';
import type { SeatId } from '../../../../signaling/protocol/ids.ts';
import type { SiteOrder, SiteSetup } from '../../../../signaling/protocol/sites.ts';
import type { InsideState } from '../../call/room-state.ts';
import { siteControlText } from '../../messages/site-controls.ts';
import { useText } from '../../text/text.ts';
import { useCall } from './call-context.ts';
import styles from './site-controls.module.css';

const VOLUME_STEP = 10;
const LAYOUTS = ['auto', 'board', 'people'] as const;

interface ChoicesProps {
  readonly label: string;
  readonly choices: readonly {
    readonly id: string;
    readonly label: string;
    /** Undefined for what is done, not chosen. */
    readonly isChosen?: boolean;
    readonly order: SiteOrder;
  }[];
  readonly onOrder: (order: SiteOrder) => void;
}

function Choices({ label, choices, onOrder }: ChoicesProps) {
  return (
    <fieldset className={styles.line}>
      <legend>{label}</legend>
      {choices.map((choice) => (
        <button
          key={choice.id}
          type="button"
          aria-pressed={choice.isChosen}
          onClick={() => onOrder(choice.order)}
          data-testid={`site-${choice.id}`}
        >
          {choice.label}
        </button>
      ))}
    </fieldset>
  );
}

/** What is set and stays: the same in a lesson and for who looks after the screen. */
export function ScreenChoices(props: {
  readonly setup: Pick<SiteSetup, 'cameras' | 'camera' | 'isMicrophoneOff' | 'layout'>;
  readonly onOrder: (order: SiteOrder) => void;
  readonly children?: ReactNode;
}) {
  const { setup, onOrder, children } = props;
  const t = useText(siteControlText);
  const { cameras, camera, isMicrophoneOff, layout } = setup;
  const cameraWords = { pupils: t('cameraPupils'), teacher: t('cameraTeacher') };
  return (
    <>
      <Choices
        label={t('camera')}
        onOrder={onOrder}
        choices={[...cameras, null].map((choice) => ({
          id: `camera-${choice ?? 'off'}`,
          label: choice === null ? t('off') : cameraWords[choice],
          isChosen: choice === camera,
          order: { kind: 'camera', camera: choice },
        }))}
      />
      <Choices
        label={t('microphone')}
        onOrder={onOrder}
        choices={[false, true].map((isOff) => ({
          id: `microphone-${isOff ? 'off' : 'on'}`,
          label: isOff ? t('off') : t('on'),
          isChosen: isOff === isMicrophoneOff,
          order: { kind: 'microphone', isOff },
        }))}
      />
      {children}
      <Choices
        label={t('layout')}
        onOrder={onOrder}
        choices={LAYOUTS.map((choice) => ({
          id: `layout-${choice}`,
          label: t(`layout_${choice}`),
          isChosen: choice === layout,
          order: { kind: 'layout', layout: choice },
        }))}
      />
    </>
  );
}

function Controls({ setup, onOrder }: { readonly setup: SiteSetup; readonly onOrder: (order: SiteOrder) => void }) {
  const t = useText(siteControlText);
  const { volume } = setup;
  const volumeBy = (change: number): SiteOrder => ({
    kind: 'volume',
    volume: Math.min(100, Math.max(0, volume + change)),
  });
  return (
    <>
      <ScreenChoices setup={setup} onOrder={onOrder}>
        <Choices
          label={t('volume', { n: volume })}
          onOrder={onOrder}
          choices={[
            { id: 'quieter', label: t('quieter'), order: volumeBy(-VOLUME_STEP) },
            { id: 'louder', label: t('louder'), order: volumeBy(VOLUME_STEP) },
          ]}
        />
      </ScreenChoices>
      <Choices
        label={t('screen')}
        onOrder={onOrder}
        choices={[{ id: 'reload', label: t('reload'), order: { kind: 'reload' } }]}
      />
    </>
  );
}

/** The screen of a listening classroom, from where the lesson is taught. */
export function SiteControls({ seatId, state }: { readonly seatId: SeatId; readonly state: InsideState }) {
  const t = useText(siteControlText);
  const { actions } = useCall();
  const setup = state.tools.sites.setups.find((one) => one.seatId === seatId)?.setup;
  if (setup === undefined) return null;
  return (
    <details className={styles.controls} data-testid="site-controls">
      <summary>{t('title')}</summary>
      <Controls setup={setup} onOrder={(order) => void actions.sites.control(seatId, order)} />
    </details>
  );
}
