import { describe, expect, test } from 'vitest';
import { SiteWanted } from '../../../../signaling/protocol/rest/sites.ts';
import { memoryStorage } from '../../../../tests/support/browser/memory-storage.ts';
import { SiteSettings } from './site-settings.ts';

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
