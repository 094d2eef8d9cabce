import { Columns2, Grid2x2, Keyboard, Maximize, PencilRuler, UserSquare } from 'lucide-react';
import { useState, useSyncExternalStore } from 'react';
import type { Layout } from '../../../../signaling/protocol/room.ts';
import { isMicro, may } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import { devicesText } from '../../messages/devices.ts';
import { floatText } from '../../messages/float.ts';
import { panelText, roomText } from '../../messages/room.ts';
import { useServices } from '../../services.ts';
import { useText } from '../../text/text.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { InvitationButton } from '../home/invitation-dialog.tsx';
import { useCall } from './call-context.ts';
import { BlurChoice } from './blur-choice.tsx';
import { CamerasChoice } from './cameras-choice.tsx';
import { canFloat } from './float/float-window.ts';
import { SoundChoice } from './sound-choice.tsx';
import { ClassToolMenu, OpenTool } from './tools/class-tools.tsx';
import type { ClassTool } from './tools/class-tools.tsx';
import type { RoomControls } from './use-controls.ts';
import { isComposing } from '../../ui/is-composing.ts';
import styles from './side-panel.module.css';

export interface ToolsPanelProps {
  readonly state: InsideState;
  readonly controls: RoomControls;
  readonly layout: Layout;
  readonly onLayout: (layout: Layout) => void;
  readonly onHelp: () => void;
  readonly onEnd: () => void;
}

function LayoutChoice({ state, layout, onLayout }: ToolsPanelProps) {
  const t = useText(panelText);
  const choices = [
    { value: 'board', label: t('layoutBoard'), icon: Columns2 },
    { value: 'gallery', label: t('layoutGallery'), icon: Grid2x2 },
    { value: 'speaker', label: t('layoutSpeaker'), icon: UserSquare },
  ] as const;
  return (
    <section className={styles.group}>
      <h3>{t('layout')}</h3>
      <p className={styles.note}>{may(state, 'setLayout') ? t('layoutForAll') : t('layoutForMe')}</p>
      <div className={styles.options}>
        {choices.map(({ value, label, icon: Icon }) => (
          <button
            key={value}
            type="button"
            className={styles.option}
            aria-pressed={layout === value}
            onClick={() => onLayout(value)}
            data-testid={`layout-${value}`}
          >
            <Icon aria-hidden /> {label}
          </button>
        ))}
      </div>
    </section>
  );
}

function DeviceChoice({ controls }: { readonly controls: RoomControls }) {
  const t = useText(panelText);
  const d = useText(devicesText);
  const { capture } = useCall();
  const { devices } = useServices();
  const { cameras, microphones, speakers, chosen } = useSyncExternalStore(devices.subscribe, devices.getState);
  const options = (list: readonly { deviceId: string; label: string }[]) => [
    { value: '', label: d('systemDefault') },
    ...list.map(({ deviceId, label }) => ({ value: deviceId, label })),
  ];
  const orNull = (value: string): string | null => (value === '' ? null : value);
  return (
    <section className={styles.group}>
      <h3>{t('devices')}</h3>
      {controls.may.camera && (
        <SelectField
          label={d('camera')}
          value={chosen.camera ?? ''}
          options={options(cameras)}
          onChange={(value) => {
            devices.choose({ camera: orNull(value) });
            void capture.reopen('camera');
          }}
        />
      )}
      {controls.may.camera && <BlurChoice onChosen={() => void capture.reopen('camera')} />}
      {controls.may.microphone && (
        <SelectField
          label={d('microphone')}
          value={chosen.microphone ?? ''}
          options={options(microphones)}
          onChange={(value) => {
            devices.choose({ microphone: orNull(value) });
            void capture.reopen('microphone');
          }}
        />
      )}
      {controls.may.microphone && (
        <SoundChoice isTeacher={controls.may.teach} onChosen={() => void capture.reopen('microphone')} />
      )}
      {speakers.length > 0 && (
        <SelectField
          label={d('speaker')}
          value={chosen.speaker ?? ''}
          options={options(speakers)}
          onChange={(value) => devices.choose({ speaker: orNull(value) })}
        />
      )}
    </section>
  );
}

function Visualiser({ controls }: { readonly controls: RoomControls }) {
  const t = useText(panelText);
  const d = useText(devicesText);
  const { capture } = useCall();
  const { devices } = useServices();
  const { cameras, chosen } = useSyncExternalStore(devices.subscribe, devices.getState);
  const choose = (value: string): void => {
    devices.choose({ visualiser: value === '' ? null : value });
    void capture.reopen('visualiser');
  };
  return (
    <section className={styles.group}>
      <h3>{t('visualiser')}</h3>
      <SelectField
        label={t('visualiserCamera')}
        value={chosen.visualiser ?? ''}
        options={[
          { value: '', label: d('systemDefault') },
          ...cameras.map(({ deviceId, label }) => ({ value: deviceId, label })),
        ]}
        onChange={choose}
      />
      <Button
        icon={PencilRuler}
        aria-pressed={controls.visualiser.on}
        onClick={controls.visualiser.toggle}
        data-testid="control-visualiser"
      >
        {controls.visualiser.on ? t('visualiserOff') : t('visualiserOn')}
      </Button>
    </section>
  );
}

function Recording({ state }: { readonly state: InsideState }) {
  const t = useText(panelText);
  const { actions } = useCall();
  const [title, setTitle] = useState('');
  const [isAdded, setAdded] = useState(false);
  const isPaused = state.recording === 'paused';
  const add = async (): Promise<void> => {
    if (title.trim() === '') return;
    if (!(await actions.addMarker(title.trim()))) return;
    setTitle('');
    setAdded(true);
  };
  return (
    <section className={styles.group}>
      <h3>{t('recording')}</h3>
      {!isMicro(state) && (
        <Button
          onClick={() => void actions.setRecordingPaused(!isPaused)}
          disabled={state.recording === 'failed'}
          data-testid="recording-pause"
        >
          {isPaused ? t('resumeRecording') : t('pauseRecording')}
        </Button>
      )}
      <TextField
        label={t('marker')}
        value={title}
        maxLength={80}
        placeholder={t('markerName')}
        hint={isAdded ? t('markerAdded') : undefined}
        onChange={(event) => {
          setTitle(event.target.value);
          setAdded(false);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !isComposing(event.nativeEvent)) void add();
        }}
      />
      <Button onClick={() => void add()}>{t('markerAdd')}</Button>
    </section>
  );
}

/** Where the browser has no panel that stays on top, it is said once, to whoever would use it. */
function NoFloat({ controls }: { readonly controls: RoomControls }) {
  const t = useText(floatText);
  if (canFloat() || !controls.may.teach || !controls.screen.on) return null;
  return <p className={styles.note}>{t('absent')}</p>;
}

function RoomDeeds({ state, onHelp, onEnd }: Pick<ToolsPanelProps, 'state' | 'onHelp' | 'onEnd'>) {
  const t = useText(panelText);
  const room = useText(roomText);
  const isAlone = isMicro(state);
  return (
    <section className={styles.group}>
      {may(state, 'manageLobby') && !isAlone && <InvitationButton lessonId={state.lesson.lessonId} isDark />}
      <Button
        icon={Maximize}
        onClick={() => void document.documentElement.requestFullscreen?.().catch(() => undefined)}
      >
        {t('fullscreen')}
      </Button>
      <Button icon={Keyboard} onClick={onHelp}>
        {t('help')}
      </Button>
      {may(state, 'endLesson') && !isAlone && (
        <Button look="danger" onClick={onEnd} data-testid="end-lesson">
          {room('endForAll')}
        </Button>
      )}
    </section>
  );
}

/** What is needed now and then. */
export function ToolsPanel(props: ToolsPanelProps) {
  const { state, controls, onHelp, onEnd } = props;
  const [tool, setTool] = useState<ClassTool | null>(null);
  const isRecorded = state.recording !== 'off';
  const mayTeach = may(state, 'runTools') && !isMicro(state);
  if (mayTeach && tool !== null) {
    return <OpenTool tool={tool} state={state} onBack={() => setTool(null)} />;
  }
  return (
    <div className={styles.body}>
      {mayTeach && <ClassToolMenu state={state} onOpen={setTool} />}
      <LayoutChoice {...props} />
      {controls.may.visualiser && <CamerasChoice controls={controls} />}
      {controls.may.visualiser && <Visualiser controls={controls} />}
      {!isMicro(state) && <NoFloat controls={controls} />}
      {isRecorded && may(state, 'controlRecording') && <Recording state={state} />}
      {(controls.may.camera || controls.may.microphone) && <DeviceChoice controls={controls} />}
      <RoomDeeds {...{ state, onHelp, onEnd }} />
    </div>
  );
}
