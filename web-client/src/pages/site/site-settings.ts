import * as z from 'zod';
import { SiteCamera, SiteLayout, SiteVolume, type SiteOrder } from '../../../../signaling/protocol/sites.ts';
import type { SiteWanted } from '../../../../signaling/protocol/rest/sites.ts';
import type { ListedDevice } from '../../call/devices.ts';

const STORAGE_KEY = 'tongke.site';

const Remembered = z.object({
  /** Which device looks where. */
  devices: z
    .object({ pupils: z.string().nullable(), teacher: z.string().nullable() })
    .default({ pupils: null, teacher: null }),
  /** The one that is sent; null is none. */
  camera: SiteCamera.nullable().default('pupils'),
  volume: SiteVolume.default(100),
  layout: SiteLayout.default('auto'),
  /** A microphone that was switched off is on again in the next lesson: nobody is there to see that it is not. */
  microphoneOffIn: z.string().nullable().default(null),
  /** Whoever looks after the screen sees it at the desk, so that it stays until somebody switches it on. */
  isMicrophoneOff: z.boolean().default(false),
  /** What was done already of what who looks after the screen wants. */
  volumeAtMs: z.number().nullable().default(null),
  cameraAtMs: z.number().nullable().default(null),
  microphoneAtMs: z.number().nullable().default(null),
  layoutAtMs: z.number().nullable().default(null),
  reloadAtMs: z.number().nullable().default(null),
});
export type SiteSettingsState = Readonly<z.infer<typeof Remembered>>;

/** `lessonId` is null between lessons. */
export const isMicrophoneOffIn = (state: SiteSettingsState, lessonId: string | null): boolean =>
  state.isMicrophoneOff || (lessonId !== null && state.microphoneOffIn === lessonId);

/** Between which two moments the page was loaded, by the server's clock: the screen's own may be years off. */
export interface PageLoad {
  readonly fromMs: number;
  readonly toMs: number;
}

/** How this screen is set up: kept in its browser, so that it is the same after a power cut. */
export class SiteSettings {
  readonly #storage: Storage;
  readonly #listeners = new Set<() => void>();
  #state: SiteSettingsState;
  /** As the first agenda has it: a computer that slept has counted too little since. */
  #load: PageLoad | null = null;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#state = this.#recall();
  }

  readonly getState = (): SiteSettingsState => this.#state;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** False: it holds until the page is gone. */
  change(change: Partial<SiteSettingsState>): boolean {
    this.#state = { ...this.#state, ...change };
    const isKept = this.#keep();
    for (const listener of this.#listeners) listener();
    return isKept;
  }

  /** What a teacher in the room orders. True: the page is to be loaded again. */
  obey(order: SiteOrder, lessonId: string): boolean {
    switch (order.kind) {
      case 'camera':
        this.change({ camera: order.camera });
        return false;
      case 'microphone':
        this.change(order.isOff ? { microphoneOffIn: lessonId } : { microphoneOffIn: null, isMicrophoneOff: false });
        return false;
      case 'volume':
        this.change({ volume: order.volume });
        return false;
      case 'layout':
        this.change({ layout: order.layout });
        return false;
      case 'reload':
        return true;
    }
  }

  /** What who looks after it wants, each once. True: the page is to be loaded again. */
  follow(wanted: SiteWanted, load: PageLoad): boolean {
    this.#load ??= load;
    const change = this.#newWishes(wanted);
    if (Object.keys(change).length > 0) this.change(change);
    const { reloadAtMs } = wanted;
    if (reloadAtMs === null || reloadAtMs <= (this.#state.reloadAtMs ?? 0)) return false;
    const isKept = this.change({ reloadAtMs });
    // A page that was loaded since is fresh. Where that is in doubt it is loaded once more, unless it could not know afterwards that it was.
    return reloadAtMs > (isKept ? this.#load.fromMs : this.#load.toMs);
  }

  #newWishes(wanted: SiteWanted): Partial<SiteSettingsState> {
    const isNew = (key: 'volumeAtMs' | 'cameraAtMs' | 'microphoneAtMs' | 'layoutAtMs'): boolean =>
      (wanted[key] ?? 0) > (this.#state[key] ?? 0);
    const { volume, volumeAtMs, camera, cameraAtMs, isMicrophoneOff, microphoneAtMs, layout, layoutAtMs } = wanted;
    return {
      ...(isNew('volumeAtMs') && volume !== null && { volume, volumeAtMs }),
      ...(isNew('cameraAtMs') && { camera, cameraAtMs }),
      ...(isNew('microphoneAtMs') && { isMicrophoneOff, microphoneOffIn: null, microphoneAtMs }),
      ...(isNew('layoutAtMs') && { layout, layoutAtMs }),
    };
  }

  #keep(): boolean {
    try {
      this.#storage.setItem(STORAGE_KEY, JSON.stringify(this.#state));
      return true;
    } catch {
      return false;
    }
  }

  #recall(): SiteSettingsState {
    try {
      return Remembered.parse(JSON.parse(this.#storage.getItem(STORAGE_KEY) ?? '{}'));
    } catch {
      return Remembered.parse({});
    }
  }
}

/** Which device is which: as it was set, else the first looks at the pupils and the second at the teacher. */
export function camerasOf(
  devices: SiteSettingsState['devices'],
  cameras: readonly ListedDevice[],
): Readonly<Record<SiteCamera, string | null>> {
  const isThere = (id: string | null): id is string => cameras.some(({ deviceId }) => deviceId === id);
  const chosen = {
    pupils: isThere(devices.pupils) ? devices.pupils : null,
    teacher: isThere(devices.teacher) ? devices.teacher : null,
  };
  const free = cameras.map(({ deviceId }) => deviceId).filter((id) => id !== chosen.pupils && id !== chosen.teacher);
  const pupils = chosen.pupils ?? free.shift() ?? null;
  return { pupils, teacher: chosen.teacher ?? free.shift() ?? null };
}
