import { useSyncExternalStore } from 'react';
import { camerasText } from '../../messages/cameras.ts';
import { useServices } from '../../services.ts';
import { useText } from '../../text/text.ts';
import { SelectField } from '../../ui/field.tsx';
import { Banner } from '../../ui/panels.tsx';

/** Speech or music, for teachers; remembered on this computer. */
export function SoundChoice({ onChosen }: { readonly onChosen: () => void }) {
  const t = useText(camerasText);
  const { devices } = useServices();
  const { chosen } = useSyncExternalStore(devices.subscribe, devices.getState);
  return (
    <>
      <SelectField
        label={t('sound')}
        value={chosen.sound}
        options={[
          { value: 'voice', label: t('voice') },
          { value: 'music', label: t('music') },
        ]}
        onChange={(value) => {
          devices.choose({ sound: value === 'music' ? 'music' : 'voice' });
          onChosen();
        }}
      />
      {chosen.sound === 'music' && <Banner tone="calm">{t('musicHint')}</Banner>}
    </>
  );
}
