import { useEffect, useRef } from 'react';
import type { SiteHealth } from '../../../../signaling/protocol/rest/sites.ts';
import { PROTOCOL_VERSION } from '../../../../signaling/protocol/version.ts';
import { callApi } from '../../api/api.ts';
import { useServices } from '../../services.ts';
import type { SiteKit } from './site-kit.ts';
import { camerasOf, isMicrophoneOffIn } from './site-settings.ts';

const REPORT_EVERY_MS = 15_000;
/** Somebody at the desk looks whether an order has arrived; a finger on the volume gives many. */
const CHANGED_MS = 1_000;
const STARTED_AT_MS = Date.now();
const LONGEST_WORDS = 120;

/** Name and version of the browser, without what every browser pretends to be. */
const browserOf = (agent: string): string =>
  (/(?:Chrome|Firefox|Version)\/[\d.]+/.exec(agent)?.[0] ?? agent).slice(0, LONGEST_WORDS);

/** Tells who looks after the screen how it is, also between lessons. */
export function useSiteHealth(kit: SiteKit, clockOffsetMs: number | null): void {
  const { devices } = useServices();
  const { settings, vitals, screens } = kit;
  const offset = useRef(clockOffsetMs);
  useEffect(() => {
    offset.current = clockOffsetMs;
  }, [clockOffsetMs]);
  const isKnown = clockOffsetMs !== null;
  useEffect(() => {
    if (!isKnown) return undefined;
    const report = (): void => {
      const { cameras, microphones } = devices.getState();
      const chosen = settings.getState();
      const roles = camerasOf(chosen.devices, cameras);
      const health: SiteHealth = {
        version: PROTOCOL_VERSION,
        browser: browserOf(navigator.userAgent),
        startedAtMs: STARTED_AT_MS,
        clockOffsetMs: Math.round(offset.current ?? 0),
        cameras: cameras.slice(0, 8).map(({ deviceId, label }) => ({
          label: label.slice(0, LONGEST_WORDS),
          role: roles.pupils === deviceId ? 'pupils' : roles.teacher === deviceId ? 'teacher' : null,
        })),
        hasMicrophone: microphones.length > 0,
        screens,
        volume: chosen.volume,
        camera: chosen.camera,
        isMicrophoneOff: isMicrophoneOffIn(chosen, vitals.state.lessonId),
        layout: chosen.layout,
        ...vitals.state,
      };
      // Nobody is there to be told; who looks after the screen sees that it is silent.
      void callApi('reportSiteHealth', { body: health }).catch(() => undefined);
    };
    void devices.refresh().then(report);
    const stopWatching = vitals.watchLesson(report);
    const timer = setInterval(report, REPORT_EVERY_MS);
    let changed: ReturnType<typeof setTimeout> | undefined;
    const stopSettings = settings.subscribe(() => {
      clearTimeout(changed);
      changed = setTimeout(report, CHANGED_MS);
    });
    return () => {
      stopSettings();
      clearTimeout(changed);
      stopWatching();
      clearInterval(timer);
    };
  }, [settings, vitals, screens, devices, isKnown]);
}
