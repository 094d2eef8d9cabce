import { useSyncExternalStore } from 'react';
import { camerasText } from '../../messages/cameras.ts';
import { devicesText } from '../../messages/devices.ts';
import { useServices } from '../../services.ts';
import { useText } from '../../text/text.ts';
import { SelectField } from '../../ui/field.tsx';
import { Banner } from '../../ui/panels.tsx';

interface Props {
  /** Music, which nothing improves, is for teachers: a pupil would send the loudspeakers back. */
  readonly isTeacher: boolean;
  readonly onChosen: () => void;
}

/** What the microphone is to hear: a voice, a voice in a hall, music; remembered on this computer. */
export function SoundChoice({ isTeacher, onChosen }: Props) {
  const t = useText(devicesText);
  const c = useText(camerasText);
  const { devices } = useServices();
  const { chosen } = useSyncExternalStore(devices.subscribe, devices.getState);
  const sound = chosen.sound === 'music' && !isTeacher ? 'voice' : (chosen.sound ?? 'voice');
  return (
    <>
      <SelectField
        label={c('sound')}
        value={sound}
        options={[
          { value: 'voice', label: t('sound_voice') },
          { value: 'hall', label: t('sound_hall') },
          ...(isTeacher ? [{ value: 'music', label: c('music') }] : []),
        ]}
        onChange={(value) => {
          devices.choose({ sound: value === 'hall' || value === 'music' ? value : 'voice' });
          onChosen();
        }}
      />
      {sound === 'music' && <Banner tone="calm">{c('musicHint')}</Banner>}
    </>
  );
}
