import { Settings } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { SiteCamera } from '../../../../signaling/protocol/sites.ts';
import { siteText } from '../../messages/site.ts';
import { useServices } from '../../services.ts';
import { useText } from '../../text/text.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField } from '../../ui/field.tsx';
import type { SiteKit } from './site-kit.ts';
import { camerasOf } from './site-settings.ts';
import styles from './site-page.module.css';

function CameraChoice({ kit, looksAt: role }: { readonly kit: SiteKit; readonly looksAt: SiteCamera }) {
  const t = useText(siteText);
  const { devices } = useServices();
  const { settings } = kit;
  const chosen = useSyncExternalStore(settings.subscribe, settings.getState);
  const { cameras } = useSyncExternalStore(devices.subscribe, devices.getState);
  const value = camerasOf(chosen.devices, cameras)[role] ?? '';
  const options = cameras.map(({ deviceId, label }) => ({ value: deviceId, label }));
  const none = { value: '', label: cameras.length === 0 ? t('cameraNone') : t('cameraAuto') };
  return (
    <SelectField
      label={role === 'pupils' ? t('cameraPupils') : t('cameraTeacher')}
      value={value}
      options={value === '' ? [none, ...options] : options}
      onChange={(deviceId) => {
        const other = role === 'pupils' ? 'teacher' : 'pupils';
        const own = camerasOf(chosen.devices, cameras);
        // One device cannot be both: they change places.
        const rest = own[other] === deviceId ? { [other]: own[role] } : {};
        settings.change({ devices: { ...own, ...rest, [role]: deviceId } });
      }}
    />
  );
}

function SetUpForm({ kit }: { readonly kit: SiteKit }) {
  const t = useText(siteText);
  const { devices } = useServices();
  const { settings } = kit;
  const { volume } = useSyncExternalStore(settings.subscribe, settings.getState);
  // Until a camera was opened once browsers do not say what they are called.
  useEffect(() => {
    devices
      .openPlainCamera()
      .then((track) => track.stop())
      .catch(() => undefined);
  }, [devices]);
  return (
    <div className={styles.setUpForm}>
      <CameraChoice kit={kit} looksAt="pupils" />
      <CameraChoice kit={kit} looksAt="teacher" />
      <label>
        {t('volume')} <output>{volume}</output>
        <input
          type="range"
          min={0}
          max={100}
          step={5}
          value={volume}
          onChange={(event) => settings.change({ volume: Number(event.target.value) })}
        />
      </label>
    </div>
  );
}

/** For who puts the screen up: which camera looks where, and how loud it is. */
export function SetUpButton({ kit }: { readonly kit: SiteKit }) {
  const t = useText(siteText);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className={styles.setUp}
        onClick={() => setOpen(true)}
        aria-label={t('setUp')}
        data-testid="site-set-up"
      >
        <Settings aria-hidden />
      </button>
      <Dialog open={isOpen} onClose={() => setOpen(false)} title={t('setUp')} description={t('setUpBody')}>
        <SetUpForm kit={kit} />
      </Dialog>
    </>
  );
}
