import { useState, useSyncExternalStore } from 'react';
import { canBlurBackground } from '../../call/blur-support.ts';
import type { CaptureProblem } from '../../call/capture-problem.ts';
import { devicesText } from '../../messages/devices.ts';
import { useServices } from '../../services.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import styles from './blur-choice.module.css';

/** Whether one's own background is blurred; remembered on this computer. Nothing where the browser cannot do it. */
export function BlurChoice({ onChosen }: { readonly onChosen: () => void }) {
  const t = useText(devicesText);
  const { devices } = useServices();
  const { chosen } = useSyncExternalStore(devices.subscribe, devices.getState);
  const [isPossible] = useState(canBlurBackground);
  if (!isPossible) return null;
  return (
    <label className={styles.choice}>
      <input
        type="checkbox"
        role="switch"
        checked={chosen.blur}
        aria-checked={chosen.blur}
        onChange={(event) => {
          devices.choose({ blur: event.target.checked });
          onChosen();
        }}
        data-testid="blur-background"
      />
      {t('blur')}
    </label>
  );
}

interface WithoutBlurProps {
  /** Why the camera is off; nothing is offered where blurring is not the reason. */
  readonly problem: CaptureProblem;
  readonly onChosen: () => void;
}

/** Only the person decides to be seen as it is. */
export function WithoutBlur({ problem, onChosen }: WithoutBlurProps) {
  const t = useText(devicesText);
  const { devices } = useServices();
  if (problem !== 'blurFailed' && problem !== 'blurSlow') return null;
  return (
    <Button
      look="plain"
      onClick={() => {
        devices.choose({ blur: false, cameraOn: true });
        onChosen();
      }}
      data-testid="camera-without-blur"
    >
      {t('openWithoutBlur')}
    </Button>
  );
}
