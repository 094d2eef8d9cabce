import { Mic, MicOff, Video, VideoOff, Volume2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { browserKind } from '../../call/browser-kind.ts';
import { LevelMeter, playTestSound } from '../../call/level-meter.ts';
import type { CaptureProblem } from '../../call/capture-problem.ts';
import { devicesText } from '../../messages/devices.ts';
import { useServices } from '../../services.ts';
import { useText } from '../../text/text.ts';
import type { Translate } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Banner, Waiting } from '../../ui/panels.tsx';
import { BlurChoice, WithoutBlur } from './blur-choice.tsx';
import { SoundChoice } from './sound-choice.tsx';
import type { Preview, Previews } from './use-preview.ts';
import { VideoView } from './video-view.tsx';
import styles from './device-check.module.css';

type T = Translate<typeof devicesText>;

/** Which of the ways it is blocked, and the steps for it. */
export function captureWords(
  t: T,
  device: string,
  problem: CaptureProblem,
): { readonly what: string; readonly step: string } {
  const known = problem === 'cancelled' ? 'unknown' : problem;
  const step =
    known === 'refused' ? t(`step_refused_${browserKind()}` as const) : t(`step_${known}` as const, { device });
  return { what: t(`problem_${known}` as const, { device }), step };
}

function Blocked(props: { readonly preview: Preview; readonly device: string; readonly onRetry: () => void }) {
  const t = useText(devicesText);
  if (props.preview.kind !== 'blocked') return null;
  const { what, step } = captureWords(t, props.device, props.preview.problem);
  return (
    <div data-testid="preview-problem" data-problem={props.preview.problem}>
      <Banner tone="bad">
        <strong>{what}</strong>
        <p>{step}</p>
        {/* Without the blur it is no second try. */}
        {props.preview.problem !== 'blurSlow' && (
          <Button look="plain" onClick={props.onRetry}>
            {t('retry')}
          </Button>
        )}
        <WithoutBlur problem={props.preview.problem} onChosen={props.onRetry} />
      </Banner>
    </div>
  );
}

/** The same steps for both are said once. */
function BothBlocked({ previews }: { readonly previews: Previews }) {
  const t = useText(devicesText);
  const { camera, microphone } = previews;
  const reopenBoth = (): void => {
    previews.reopen('camera');
    previews.reopen('microphone');
  };
  if (camera.kind === 'blocked' && microphone.kind === 'blocked' && camera.problem === microphone.problem) {
    return <Blocked preview={camera} device={t('bothDevices')} onRetry={reopenBoth} />;
  }
  return (
    <>
      <Blocked preview={camera} device={t('camera')} onRetry={() => previews.reopen('camera')} />
      <Blocked preview={microphone} device={t('microphone')} onRetry={() => previews.reopen('microphone')} />
    </>
  );
}

function LevelBar({ track }: { readonly track: MediaStreamTrack }) {
  const t = useText(devicesText);
  const [level, setLevel] = useState(0);
  useEffect(() => {
    const meter = new LevelMeter(track, setLevel);
    return () => meter.close();
  }, [track]);
  return (
    <div className={styles.level}>
      <Mic aria-hidden />
      <meter
        className="visually-hidden"
        min={0}
        max={1}
        value={level}
        aria-label={t('level')}
        data-testid="microphone-level"
      />
      <div className={styles.bar} aria-hidden>
        <div style={{ transform: `scaleX(${level.toFixed(3)})` }} />
      </div>
    </div>
  );
}

function SpeakerTest() {
  const t = useText(devicesText);
  const { devices } = useServices();
  const [isPlaying, setPlaying] = useState(false);
  const play = async (): Promise<void> => {
    setPlaying(true);
    await playTestSound(devices.getState().chosen.speaker).catch(() => undefined);
    setPlaying(false);
  };
  return (
    <Button icon={Volume2} busy={isPlaying} onClick={() => void play()} data-testid="speaker-test">
      {isPlaying ? t('playing') : t('testSound')}
    </Button>
  );
}

export interface DeviceCheckProps {
  readonly previews: Previews;
  /** Who may also play music. */
  readonly isTeacher: boolean;
}

function Choices({ previews, isTeacher }: DeviceCheckProps) {
  const t = useText(devicesText);
  const { devices } = useServices();
  const { cameras, microphones, speakers, chosen } = previews.devices;
  const withDefault = (list: readonly { deviceId: string; label: string }[]) => [
    { value: '', label: t('systemDefault') },
    ...list.map(({ deviceId, label }) => ({ value: deviceId, label })),
  ];
  const orNull = (value: string): string | null => (value === '' ? null : value);
  return (
    <details className={styles.choices}>
      <summary>{t('changeDevices')}</summary>
      <div>
        <SelectField
          label={t('camera')}
          value={chosen.camera ?? ''}
          options={withDefault(cameras)}
          onChange={(value) => {
            devices.choose({ camera: orNull(value), cameraOn: true });
            previews.reopen('camera');
          }}
        />
        <SelectField
          label={t('microphone')}
          value={chosen.microphone ?? ''}
          options={withDefault(microphones)}
          onChange={(value) => {
            devices.choose({ microphone: orNull(value), microphoneOn: true });
            previews.reopen('microphone');
          }}
        />
        <SoundChoice
          isTeacher={isTeacher}
          onChosen={() => isRunning(previews.microphone) && previews.reopen('microphone')}
        />
        {speakers.length > 0 && (
          <SelectField
            label={t('speaker')}
            value={chosen.speaker ?? ''}
            options={withDefault(speakers)}
            onChange={(value) => devices.choose({ speaker: orNull(value) })}
          />
        )}
      </div>
    </details>
  );
}

function Picture({ previews }: { readonly previews: Previews }) {
  const t = useText(devicesText);
  const { camera, microphone } = previews;
  const isCameraOn = isRunning(camera);
  const isMicrophoneOn = isRunning(microphone);
  return (
    <div className={styles.picture}>
      {camera.kind === 'on' && <VideoView track={camera.track} mirrored fit="cover" label={t('camera')} />}
      {camera.kind === 'opening' && <Waiting>{t('opening')}</Waiting>}
      {camera.kind === 'off' && <p className={styles.off}>{t('cameraIsOff')}</p>}
      {camera.kind === 'blocked' && <p className={styles.off}>{t('noPicture')}</p>}
      <div className={styles.toggles}>
        <button
          type="button"
          aria-pressed={isMicrophoneOn}
          aria-label={isMicrophoneOn ? t('turnMicrophoneOff') : t('turnMicrophoneOn')}
          onClick={() => previews.toggle('microphone')}
          data-testid="preview-microphone"
        >
          {isMicrophoneOn ? <Mic aria-hidden /> : <MicOff aria-hidden />}
        </button>
        <button
          type="button"
          aria-pressed={isCameraOn}
          aria-label={isCameraOn ? t('turnCameraOff') : t('turnCameraOn')}
          onClick={() => previews.toggle('camera')}
          data-testid="preview-camera"
        >
          {isCameraOn ? <Video aria-hidden /> : <VideoOff aria-hidden />}
        </button>
      </div>
    </div>
  );
}

const isRunning = (preview: Preview): boolean => preview.kind === 'on' || preview.kind === 'opening';

/** Picture first, the level moving, a loudspeaker test; choices are remembered. */
export function DeviceCheck({ previews, isTeacher }: DeviceCheckProps) {
  const t = useText(devicesText);
  const { camera, microphone } = previews;
  return (
    <section className={styles.check} aria-label={t('title')}>
      <Picture previews={previews} />
      <BlurChoice onChosen={() => isRunning(camera) && previews.reopen('camera')} />
      <BothBlocked previews={previews} />
      <div className={styles.sound}>
        {microphone.kind === 'on' && <LevelBar track={microphone.track} />}
        <SpeakerTest />
      </div>
      {microphone.kind === 'on' && <p className={styles.hint}>{t('speakNow')}</p>}
      <Choices previews={previews} isTeacher={isTeacher} />
    </section>
  );
}
