import { expect, test } from 'vitest';
import { SiteHealth, SiteWanted } from '../../../../signaling/protocol/rest/sites.ts';
import { setupOf } from './site-setup.ts';

const ORDERED_AT_MS = 1_000_000;
const health = SiteHealth.parse({
  ...{ version: 2, browser: 'Chromium 150', startedAtMs: 1, clockOffsetMs: 0, hasMicrophone: true, screens: 1 },
  cameras: [
    { label: 'back', role: 'teacher' },
    { label: 'front', role: 'pupils' },
    { label: 'spare', role: null },
  ],
  ...{ volume: 70, camera: 'pupils', layout: 'auto', isMicrophoneOff: false, lessonId: null, line: null },
});
const wanted = SiteWanted.parse({
  ...{ camera: null, cameraAtMs: ORDERED_AT_MS, isMicrophoneOff: true, microphoneAtMs: ORDERED_AT_MS },
  ...{ layout: 'people', layoutAtMs: ORDERED_AT_MS, volume: 40, volumeAtMs: ORDERED_AT_MS },
});

test('a screen is shown as it was told until it can have reported that it did so', () => {
  const told = { camera: null, isMicrophoneOff: true, layout: 'people', volume: 40 };
  expect(setupOf({ health, healthAtMs: ORDERED_AT_MS - 1_000, wanted })).toMatchObject(told);
  expect(setupOf({ health, healthAtMs: ORDERED_AT_MS + 1_000, wanted })).toMatchObject(told);
});

test('a screen that has reported since is shown as it says it is: a teacher may have set it otherwise', () => {
  expect(setupOf({ health, healthAtMs: ORDERED_AT_MS + 15_000, wanted })).toEqual({
    ...{ cameras: ['pupils', 'teacher'], camera: 'pupils', isMicrophoneOff: false, layout: 'auto', volume: 70 },
  });
});
