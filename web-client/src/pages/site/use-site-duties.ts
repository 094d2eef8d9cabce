import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { SiteSetup } from '../../../../signaling/protocol/sites.ts';
import type { RoomCall } from '../../call/room-call.ts';
import type { InsideState } from '../../call/room-state.ts';
import { useServices } from '../../services.ts';
import { useCall, useCallState } from '../room/call-context.ts';
import { lineOf } from '../room/tiles.ts';
import type { SiteKit } from './site-kit.ts';
import { camerasOf, isMicrophoneOffIn } from './site-settings.ts';
import type { SiteSettings } from './site-settings.ts';

function openMicrophone({ capture }: RoomCall): void {
  if (capture.isPermitted('microphone')) void capture.setMicrophone(true);
}

function useObedience(call: RoomCall, settings: SiteSettings, lessonId: string): void {
  useEffect(
    () =>
      call.obeySiteOrders((order) => {
        if (settings.obey(order, lessonId)) location.reload();
        if (order.kind === 'microphone' && !order.isOff) openMicrophone(call);
      }),
    [call, settings, lessonId],
  );
}

function useSentCamera(call: RoomCall, isOff: boolean, deviceId: string | null): void {
  const { devices } = useServices();
  useEffect(() => {
    devices.choose({ camera: deviceId });
    const sent = call.media.local
      .list()
      .find(({ source }) => source === 'camera')
      ?.track.getSettings().deviceId;
    if (isOff) void call.capture.setCamera(false);
    else if (sent === undefined) void call.capture.setCamera(true);
    else if (deviceId !== null && sent !== deviceId) void call.capture.reopen('camera');
  }, [call, devices, deviceId, isOff]);
}

function useMicrophone(call: RoomCall, isOff: boolean, talking: boolean): void {
  const { media } = useCallState();
  const isOpen = media.local.some(({ source, paused }) => source === 'microphone' && !paused);
  // Also one that comes, or comes back, after it was switched off.
  useEffect(() => {
    if (isOff && isOpen) void call.capture.setMicrophone(false).catch(() => undefined);
  }, [call, isOff, isOpen]);
  // Switched on again by who looks after the screen. The server goes on deciding whether it is heard (G5), and a teacher's mute holds.
  const wasOff = useRef(isOff);
  useEffect(() => {
    if (wasOff.current && !isOff) openMicrophone(call);
    wasOff.current = isOff;
  }, [call, isOff]);
  // A teacher's mute shuts it here too. Whoever calls on the class wants to hear it.
  useEffect(() => {
    if (talking && !isOff) openMicrophone(call);
  }, [call, talking, isOff]);
}

/** What others know of this screen: teachers its setup, who looks after it its line, the second window its lesson. */
function useReports(call: RoomCall, kit: SiteKit, state: InsideState, setup: SiteSetup): void {
  const { vitals, share } = kit;
  const { layout } = setup;
  const { lessonId } = state.lesson;
  const words = JSON.stringify(setup);
  useEffect(() => void call.actions.sites.report(JSON.parse(words) as SiteSetup), [call, words]);
  const self = state.participants.find((one) => one.seatId === state.self.seatId);
  const line = self === undefined ? null : lineOf(self);
  useEffect(() => {
    vitals.show({ lessonId, line });
    return () => vitals.show({ lessonId: null, line: null });
  }, [vitals, lessonId, line]);
  useEffect(() => {
    share.show({ call, layout });
    return () => share.show({ call: null, layout });
  }, [share, call, layout]);
}

/** What the screen does by itself in a room: sends the camera it is set to, does as it is told, and says how it is. */
export function useSiteDuties(kit: SiteKit, state: InsideState): SiteSetup {
  const call = useCall();
  const { devices } = useServices();
  const { settings, screens } = kit;
  const chosen = useSyncExternalStore(settings.subscribe, settings.getState);
  const { cameras, microphones } = useSyncExternalStore(devices.subscribe, devices.getState);
  const { lessonId } = state.lesson;
  const { camera, volume, layout } = chosen;
  const own = camerasOf(chosen.devices, cameras);
  const isMicrophoneOff = isMicrophoneOffIn(chosen, lessonId);
  const setup: SiteSetup = {
    cameras: (['pupils', 'teacher'] as const).filter((role) => own[role] !== null),
    hasMicrophone: microphones.length > 0,
    ...{ camera, isMicrophoneOff, volume, layout, screens },
  };
  useObedience(call, settings, lessonId);
  useSentCamera(call, camera === null, camera === null ? null : own[camera]);
  useMicrophone(call, isMicrophoneOff, state.self.talking);
  useReports(call, kit, state, setup);
  return setup;
}
