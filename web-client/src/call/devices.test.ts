import { beforeEach, describe, expect, it } from 'vitest';
import { Devices } from './devices.ts';

/** What a browser keeps, in memory. */
class KeptHere implements Storage {
  readonly #items = new Map<string, string>();
  get length(): number {
    return this.#items.size;
  }
  clear = (): void => this.#items.clear();
  getItem = (key: string): string | null => this.#items.get(key) ?? null;
  key = (index: number): string | null => [...this.#items.keys()][index] ?? null;
  removeItem = (key: string): void => void this.#items.delete(key);
  setItem = (key: string, value: string): void => void this.#items.set(key, value);
}

let storage: Storage;
let devices: Devices;

beforeEach(() => {
  storage = new KeptHere();
  devices = new Devices(storage);
});

describe('a browser whose background is to be blurred', () => {
  it('blurs nothing while it is a classroom’s screen, whatever is chosen there, and keeps the choice', () => {
    devices.choose({ blur: true });
    devices.showWholeRoom(true);
    expect(devices.wantsBlur).toBe(false);
    devices.choose({ sound: 'hall' });
    expect(devices.wantsBlur).toBe(false);
    expect(new Devices(storage).wantsBlur).toBe(true);
    devices.showWholeRoom(false);
    expect(devices.wantsBlur).toBe(true);
  });
});
