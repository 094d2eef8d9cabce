import { useMemo } from 'react';
import type { CameraView } from '../../call/capture.ts';
import type { RoomCall } from '../../call/room-call.ts';
import type { CallState } from '../../call/room-store.ts';
import { may as mayDo } from '../../call/room-state.ts';
import type { InsideState } from '../../call/room-state.ts';
import type { Devices } from '../../call/devices.ts';
import { isWallOpen } from '../../call/wall-sending.ts';
import { useServices } from '../../services.ts';
import { useCall, useCallState } from './call-context.ts';
import { isShutByRules } from './own-microphone.ts';

interface Switch {
  readonly on: boolean;
  readonly toggle: () => void;
}

export interface RoomControls {
  readonly may: Readonly<
    Record<'microphone' | 'camera' | 'wall' | 'screen' | 'visualiser' | 'hand' | 'teach', boolean>
  >;
  /** `isShut`: by the rules of the class, until a teacher opens it. */
  readonly microphone: Switch & { readonly isShut: boolean };
  readonly camera: Switch;
  /** A pupil's camera, for teachers alone. */
  readonly wall: Switch;
  readonly screen: Switch;
  readonly visualiser: Switch;
  /** Which of a teacher's cameras are shown; null when none is. */
  readonly cameras: {
    readonly view: CameraView | null;
    readonly show: (view: CameraView) => void;
    readonly next: () => void;
  };
  readonly hand: Switch;
}

const NOTHING: RoomControls['may'] = {
  microphone: false,
  camera: false,
  wall: false,
  screen: false,
  visualiser: false,
  hand: false,
  teach: false,
};

function allowed(state: InsideState): RoomControls['may'] {
  return {
    microphone: mayDo(state, 'sendMicrophone'),
    camera: mayDo(state, 'sendCamera'),
    wall: isWallOpen(state),
    screen: mayDo(state, 'sendScreen') && navigator.mediaDevices?.getDisplayMedia !== undefined,
    visualiser: mayDo(state, 'sendVisualiser'),
    // A teacher has no need to raise a hand to oneself.
    hand: mayDo(state, 'raiseHand') && state.self.seat !== 'lecturer',
    teach: mayDo(state, 'manageStage'),
  };
}

function build(call: RoomCall, devices: Devices, { view, media }: CallState): RoomControls {
  const { capture, actions, store } = call;
  const isOn = (source: string): boolean => media.local.some((one) => one.source === source && !one.paused);
  const run = (work: () => Promise<unknown>) => () => void store.act(null, work);
  const inside = view.phase === 'inside' ? view : null;
  const raised = inside?.hands.some((hand) => hand.seatId === inside.self.seatId) ?? false;
  const [microphoneOn, cameraOn, screenOn, visualiserOn] = [
    isOn('microphone'),
    isOn('camera'),
    isOn('screen'),
    isOn('visualiser'),
  ];
  return {
    may: inside === null ? NOTHING : allowed(inside),
    microphone: {
      isShut: inside !== null && isShutByRules(inside),
      on: microphoneOn,
      toggle: run(() => {
        devices.choose({ microphoneOn: !microphoneOn });
        store.dismissMuted();
        return capture.setMicrophone(!microphoneOn);
      }),
    },
    camera: {
      on: cameraOn,
      toggle: run(() => {
        const on = !(cameraOn || capture.isOpening('camera'));
        devices.choose({ cameraOn: on });
        return capture.setCamera(on);
      }),
    },
    wall: { on: isOn('wall'), toggle: () => call.wall.answer(isOn('wall') ? 'no' : 'yes') },
    screen: { on: screenOn, toggle: run(() => capture.setScreen(!screenOn)) },
    visualiser: { on: visualiserOn, toggle: run(() => capture.setVisualiser(!visualiserOn)) },
    cameras: camerasOf(call, cameraOn, visualiserOn),
    hand: { on: raised, toggle: () => void actions.setHand(!raised) },
  };
}

const NEXT_VIEW: Readonly<Record<CameraView, CameraView>> = { face: 'visualiser', visualiser: 'both', both: 'face' };

function camerasOf({ capture, store }: RoomCall, hasFace: boolean, hasBoard: boolean): RoomControls['cameras'] {
  const view = hasFace && hasBoard ? 'both' : hasBoard ? 'visualiser' : hasFace ? 'face' : null;
  const show = (next: CameraView): void => void store.act(null, () => capture.showCameras(next));
  return { view, show, next: () => show(view === null ? 'face' : NEXT_VIEW[view]) };
}

/** What this seat can switch, and how it stands. */
export function useControls(): RoomControls {
  const call = useCall();
  const { devices } = useServices();
  const state = useCallState();
  return useMemo(() => build(call, devices, state), [call, devices, state]);
}
