import { useState, useSyncExternalStore } from 'react';
import type { ListedDevice } from '../../call/devices.ts';
import { camerasText } from '../../messages/cameras.ts';
import { useServices } from '../../services.ts';
import { useText } from '../../text/text.ts';
import { Banner } from '../../ui/panels.tsx';
import { Button } from '../../ui/button.tsx';
import { useCall } from './call-context.ts';

/** Cameras that were not there when the page first saw any; before a camera was opened once browsers tell of none. */
function useNewCamera(cameras: readonly ListedDevice[]) {
  const [known, setKnown] = useState<ReadonlySet<string>>(new Set());
  if (known.size === 0 && cameras.length > 0) setKnown(new Set(cameras.map(({ deviceId }) => deviceId)));
  const fresh = known.size === 0 ? undefined : cameras.find(({ deviceId }) => !known.has(deviceId));
  const seen = ({ deviceId }: ListedDevice): void => setKnown(new Set([...known, deviceId]));
  return { fresh, seen };
}

/** A visualiser that is plugged in during the lesson is one press away. */
export function NewCameraNote() {
  const t = useText(camerasText);
  const { capture } = useCall();
  const { devices } = useServices();
  const { cameras } = useSyncExternalStore(devices.subscribe, devices.getState);
  const { fresh, seen } = useNewCamera(cameras);
  if (fresh === undefined) return null;
  const use = async (): Promise<void> => {
    seen(fresh);
    devices.choose({ visualiser: fresh.deviceId });
    // One that is on already is put in its place.
    await capture.reopen('visualiser');
    await capture.setVisualiser(true);
  };
  return (
    <div data-testid="new-camera">
      <Banner tone="calm">
        {t('plugged', { name: fresh.label })}{' '}
        <Button look="plain" onClick={() => void use()} data-testid="new-camera-use">
          {t('useAsVisualiser')}
        </Button>
        <Button look="plain" onClick={() => seen(fresh)}>
          {t('ignore')}
        </Button>
      </Banner>
    </div>
  );
}
