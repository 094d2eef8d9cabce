import type { types } from 'mediasoup-client';
import * as z from 'zod';
import { ABS_CAPTURE_TIME } from '../../../signaling/protocol/rtp-extensions.ts';

const STORAGE_KEY = 'tongke.router';

/**
 * Chromium stamps sound and pictures with the instant of capture when it is asked to. Without it, its reports tell when sound was encoded,
 * which on a computer that is short of time is late, now more and now less.
 */
const FORCED_EXTENSIONS = { [ABS_CAPTURE_TIME]: true };

const Capabilities = z.custom<types.RtpCapabilities>((value) => typeof value === 'object' && value !== null);

/**
 * The mediasoup device, made before it is needed: loading it costs 25–35 ms plus its code's download, which must not lie
 * between the click and the picture. All media nodes of a district have the same codecs, so the capabilities seen last, or else those that the
 * server tells before anybody enters, are nearly always right; when they are not, another device is loaded.
 */
export class WarmDevice {
  readonly #storage: Storage;
  readonly #told: () => Promise<object | null>;
  #loaded: { readonly key: string; readonly device: Promise<types.Device> } | null = null;

  /** @param told What the server says that rooms can do, null while it does not know. */
  constructor(storage: Storage, told: () => Promise<object | null>) {
    this.#storage = storage;
    this.#told = told;
  }

  /** Called when a page is shown from which a room may be entered. Never rejects. */
  async warm(): Promise<void> {
    try {
      const stored = this.#storage.getItem(STORAGE_KEY);
      if (stored === null) void import('mediasoup-client').catch(() => undefined);
      else await this.load(Capabilities.parse(JSON.parse(stored)));
      const told = await this.#told();
      if (told !== null) await this.load(Capabilities.parse(told));
    } catch {
      // Warming is a courtesy; entering loads the device in any case.
    }
  }

  load(routerRtpCapabilities: types.RtpCapabilities): Promise<types.Device> {
    const key = JSON.stringify(routerRtpCapabilities);
    if (this.#loaded?.key === key) return this.#loaded.device;
    const device = this.#create(routerRtpCapabilities);
    this.#loaded = { key, device };
    device.then(
      () => this.#storage.setItem(STORAGE_KEY, key),
      () => {
        if (this.#loaded?.key === key) this.#loaded = null;
      },
    );
    return device;
  }

  async #create(routerRtpCapabilities: types.RtpCapabilities): Promise<types.Device> {
    const { Device } = await import('mediasoup-client');
    const device = await Device.factory({ forcedRtpExtensions: FORCED_EXTENSIONS });
    await device.load({ routerRtpCapabilities });
    return device;
  }
}
