import type { Capture, DeviceSource } from './capture.ts';
import type { DeviceKind, Devices, PluggedDevice } from './devices.ts';
import type { LocalMedia } from './local-media.ts';

/** What has happened to the devices in the middle of a lesson, for the person to know or to answer. */
export type DeviceNews =
  /** It is gone; another one has taken its place. */
  | { readonly kind: 'replaced'; readonly device: DeviceKind; readonly label: string }
  /** One came after there had been none, and is in use. */
  | { readonly kind: 'restored'; readonly device: DeviceKind; readonly label: string }
  /** A new one that is not in use. */
  | { readonly kind: 'arrived'; readonly device: DeviceKind; readonly label: string; readonly deviceId: string };

export interface HotPlugOptions {
  readonly devices: Devices;
  readonly capture: () => Capture;
  readonly local: () => LocalMedia;
}

/** Devices that come and go during a lesson: what is lost is replaced, what is new is offered. */
export class HotPlug {
  readonly #options: HotPlugOptions;
  readonly #listeners = new Set<() => void>();
  readonly #stops: (() => void)[];
  #news: readonly DeviceNews[] = [];

  constructor(options: HotPlugOptions) {
    this.#options = options;
    const { devices } = options;
    this.#stops = [
      devices.subscribe(() => undefined),
      devices.onPlugged('arrived', (device) => void this.#handleArrived(device)),
      devices.onPlugged('gone', (device) => this.#handleGone(device)),
    ];
  }

  readonly getNews = (): readonly DeviceNews[] => this.#news;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  handleReplaced(source: DeviceSource, how: 'replaced' | 'restored', track: MediaStreamTrack): void {
    this.#say({ kind: how, device: source, label: track.label });
  }

  /** The person wants the new one. */
  async use(news: Extract<DeviceNews, { kind: 'arrived' }>): Promise<void> {
    this.dismiss(news);
    this.#options.devices.choose({ [news.device]: news.deviceId });
    if (news.device !== 'speaker') await this.#options.capture().reopen(news.device);
  }

  dismiss(news: DeviceNews): void {
    this.#set(this.#news.filter((one) => one !== news));
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  async #handleArrived({ kind, label, deviceId }: PluggedDevice): Promise<void> {
    const { devices, capture, local } = this.#options;
    if (kind === 'speaker') {
      // What somebody has chosen is used again by itself.
      if (devices.getState().chosen.speaker !== deviceId) this.#say({ kind: 'arrived', device: kind, label, deviceId });
      return;
    }
    if (!local().has(kind)) {
      await capture().handleArrived(kind);
      return;
    }
    if (devices.getState().chosen[kind] === deviceId) {
      await capture().reopen(kind);
      this.#say({ kind: 'restored', device: kind, label });
    } else {
      this.#say({ kind: 'arrived', device: kind, label, deviceId });
    }
  }

  /** Most browsers end the tracks of a device that is gone; some leave them silent. */
  #handleGone({ kind, deviceId }: PluggedDevice): void {
    const { devices, capture, local } = this.#options;
    this.#set(this.#news.filter((one) => one.kind !== 'arrived' || one.deviceId !== deviceId));
    if (kind === 'speaker') {
      const isOurs = devices.getState().chosen.speaker === deviceId;
      if (isOurs) this.#say({ kind: 'replaced', device: kind, label: '' });
      return;
    }
    if (local().trackOf(kind)?.getSettings().deviceId === deviceId) capture().handleEnded(kind);
  }

  /** The last word about each kind of device. */
  #say(news: DeviceNews): void {
    this.#set([...this.#news.filter((one) => one.device !== news.device), news]);
  }

  #set(news: readonly DeviceNews[]): void {
    if (news.length === 0 && this.#news.length === 0) return;
    this.#news = news;
    for (const listener of this.#listeners) listener();
  }
}
