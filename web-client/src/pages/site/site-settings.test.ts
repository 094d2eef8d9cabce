import { describe, expect, test } from 'vitest';
import { SiteWanted } from '../../../../signaling/protocol/rest/sites.ts';
import { memoryStorage } from '../../../../tests/support/browser/memory-storage.ts';
import { isMicrophoneOffIn, SiteSettings } from './site-settings.ts';

const ORDERED_AT_MS = 1_000_000;
const wanted = SiteWanted.parse({ reloadAtMs: ORDERED_AT_MS });
const loadAt = (ms: number) => ({ fromMs: ms - 200, toMs: ms + 200 });
const BEFORE = loadAt(ORDERED_AT_MS - 60_000);
const AFTER = loadAt(ORDERED_AT_MS + 60_000);

/** A browser that keeps nothing. */
function fullStorage(): Storage {
  const setItem = (): void => {
    throw new Error('the disk is full');
  };
  return { ...memoryStorage(), setItem };
}

describe('an order to load the page again (F9)', () => {
  test('is done by a screen that was never given one, once', () => {
    const storage = memoryStorage();
    const settings = new SiteSettings(storage);
    expect(settings.follow(SiteWanted.parse({}), BEFORE)).toBe(false);
    expect(settings.follow(wanted, BEFORE)).toBe(true);
    expect(settings.follow(wanted, BEFORE)).toBe(false);
    expect(new SiteSettings(storage).follow(wanted, AFTER)).toBe(false);
  });

  test('is done again when it is given again', () => {
    const storage = memoryStorage();
    expect(new SiteSettings(storage).follow(wanted, BEFORE)).toBe(true);
    const again = SiteWanted.parse({ reloadAtMs: ORDERED_AT_MS + 120_000 });
    const settings = new SiteSettings(storage);
    expect(settings.follow(wanted, AFTER)).toBe(false);
    expect(settings.follow(again, AFTER)).toBe(true);
  });

  test('is not done by a page that was loaded since, also in a browser that remembers nothing', () => {
    expect(new SiteSettings(memoryStorage()).follow(wanted, AFTER)).toBe(false);
  });

  test('never loops: a page that cannot remember is loaded again only when it is surely older than the order', () => {
    const inDoubt = loadAt(ORDERED_AT_MS);
    expect(new SiteSettings(fullStorage()).follow(wanted, inDoubt)).toBe(false);
    expect(new SiteSettings(fullStorage()).follow(wanted, BEFORE)).toBe(true);
    expect(new SiteSettings(fullStorage()).follow(wanted, AFTER)).toBe(false);
    const storage = memoryStorage();
    expect(new SiteSettings(storage).follow(wanted, inDoubt)).toBe(true);
    expect(new SiteSettings(storage).follow(wanted, inDoubt)).toBe(false);
  });

  test('reaches a computer that has slept since its page was loaded and counts that too late', () => {
    const settings = new SiteSettings(memoryStorage());
    settings.follow(SiteWanted.parse({}), BEFORE);
    expect(settings.follow(wanted, AFTER)).toBe(true);
  });
});

describe('what who looks after the screen sets (F9)', () => {
  const setAt = (atMs: number) =>
    SiteWanted.parse({
      ...{ camera: null, cameraAtMs: atMs, isMicrophoneOff: true, microphoneAtMs: atMs },
      ...{ layout: 'people', layoutAtMs: atMs, volume: 40, volumeAtMs: atMs },
    });
  const SET = { camera: null, layout: 'people', volume: 40, isMicrophoneOff: true };

  test('is taken up once, kept for the next lessons, and set again in a browser that has lost it', () => {
    const storage = memoryStorage();
    const settings = new SiteSettings(storage);
    settings.follow(setAt(ORDERED_AT_MS), BEFORE);
    expect(settings.getState()).toMatchObject(SET);
    expect(new SiteSettings(storage).getState()).toMatchObject(SET);
    expect(isMicrophoneOffIn(settings.getState(), null)).toBe(true);
    expect(isMicrophoneOffIn(settings.getState(), 'next lesson')).toBe(true);
    const lost = new SiteSettings(memoryStorage());
    lost.follow(setAt(ORDERED_AT_MS), AFTER);
    expect(lost.getState()).toMatchObject(SET);
  });

  test('gives way to what a teacher orders later, and comes back only when it is ordered again', () => {
    const settings = new SiteSettings(memoryStorage());
    settings.follow(setAt(ORDERED_AT_MS), BEFORE);
    settings.obey({ kind: 'camera', camera: 'teacher' }, 'lesson');
    settings.obey({ kind: 'layout', layout: 'board' }, 'lesson');
    settings.obey({ kind: 'microphone', isOff: false }, 'lesson');
    settings.follow(setAt(ORDERED_AT_MS), BEFORE);
    expect(settings.getState()).toMatchObject({ camera: 'teacher', layout: 'board', volume: 40 });
    expect(isMicrophoneOffIn(settings.getState(), 'lesson')).toBe(false);
    settings.follow(setAt(ORDERED_AT_MS + 1), BEFORE);
    expect(settings.getState()).toMatchObject(SET);
  });

  test('switches on again what a teacher has switched off in this lesson', () => {
    const settings = new SiteSettings(memoryStorage());
    settings.obey({ kind: 'microphone', isOff: true }, 'lesson');
    expect(isMicrophoneOffIn(settings.getState(), 'lesson')).toBe(true);
    expect(isMicrophoneOffIn(settings.getState(), 'next lesson')).toBe(false);
    settings.follow(SiteWanted.parse({ isMicrophoneOff: false, microphoneAtMs: ORDERED_AT_MS }), BEFORE);
    expect(isMicrophoneOffIn(settings.getState(), 'lesson')).toBe(false);
  });
});
