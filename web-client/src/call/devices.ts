import * as z from 'zod';

const STORAGE_KEY = 'tongke.devices';

/** Why a device cannot be used, as far as a browser tells; each has its own words and steps. */
export type CaptureProblem = 'refused' | 'inUse' | 'notFound' | 'insecure' | 'unsupported' | 'cancelled' | 'unknown';

export class CaptureFailure extends Error {
  readonly problem: CaptureProblem;

  constructor(problem: CaptureProblem, cause?: unknown) {
    super(problem, { cause });
    this.name = 'CaptureFailure';
    this.problem = problem;
  }
}

const PROBLEMS: Readonly<Record<string, CaptureProblem>> = {
  NotAllowedError: 'refused',
  PermissionDeniedError: 'refused',
  SecurityError: 'insecure',
  NotFoundError: 'notFound',
  DevicesNotFoundError: 'notFound',
  OverconstrainedError: 'notFound',
  NotReadableError: 'inUse',
  TrackStartError: 'inUse',
  AbortError: 'inUse',
};

export function captureFailure(error: unknown): CaptureFailure {
  if (error instanceof CaptureFailure) return error;
  const name = error instanceof Error ? error.name : '';
  return new CaptureFailure(PROBLEMS[name] ?? 'unknown', error);
}

const Remembered = z.object({
  camera: z.string().nullable().default(null),
  microphone: z.string().nullable().default(null),
  speaker: z.string().nullable().default(null),
  visualiser: z.string().nullable().default(null),
  cameraOn: z.boolean().default(true),
  microphoneOn: z.boolean().default(true),
  /** How a teacher's microphone is treated: as a voice, or as it is. */
  sound: z.enum(['voice', 'music']).default('voice'),
});
type Choices = z.infer<typeof Remembered>;

export interface ListedDevice {
  readonly deviceId: string;
  readonly label: string;
}

export interface DevicesState {
  readonly cameras: readonly ListedDevice[];
  readonly microphones: readonly ListedDevice[];
  readonly speakers: readonly ListedDevice[];
  readonly chosen: Choices;
}

function listed(devices: readonly MediaDeviceInfo[], kind: MediaDeviceKind): ListedDevice[] {
  return devices
    .filter((device) => device.kind === kind && device.deviceId !== '')
    .map(({ deviceId, label }, index) => ({ deviceId, label: label === '' ? String(index + 1) : label }));
}

const CAMERA_WISH = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } } as const;
/** A visualiser shows paper: resolution before motion. */
const VISUALISER_WISH = { width: { ideal: 1920 }, height: { ideal: 1080 }, frameRate: { ideal: 15 } } as const;
/** The class wall shows no more, and an old computer has less to do. */
const WALL_WISH = { width: { ideal: 320 }, height: { ideal: 180 }, frameRate: { ideal: 5, max: 15 } } as const;
const VOICE_WISH = { echoCancellation: true, noiseSuppression: true, autoGainControl: true } as const;
/** What makes a voice clear makes a violin drown: everything as it is, in stereo. */
const MUSIC_WISH = {
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
  channelCount: { ideal: 2 },
} as const;

const VISUALISER_LABEL = /visuali[sz]er|document|scan|展台|实物|高拍/i;

/** Null: there is one camera at most, or nothing is known yet; then whatever the browser gives. */
export function visualiserOf({ cameras, chosen }: Pick<DevicesState, 'cameras' | 'chosen'>): string | null {
  if (chosen.visualiser !== null && cameras.some(({ deviceId }) => deviceId === chosen.visualiser)) {
    return chosen.visualiser;
  }
  const face = cameras.find(({ deviceId }) => deviceId === chosen.camera) ?? cameras[0];
  const others = cameras.filter((camera) => camera !== face);
  const labelled = others.find(({ label }) => VISUALISER_LABEL.test(label));
  return (labelled ?? others[0])?.deviceId ?? null;
}

/**
 * Cameras, microphones and loudspeakers of this computer: listed, remembered, opened. `navigator.mediaDevices` is looked up
 * at each call, since a page may be given another one.
 */
export class Devices {
  readonly #storage: Storage;
  readonly #listeners = new Set<() => void>();
  #state: DevicesState;
  #stopWatching: (() => void) | null = null;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#state = { cameras: [], microphones: [], speakers: [], chosen: this.#recall() };
  }

  readonly getState = (): DevicesState => this.#state;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#watch();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#unwatch();
    };
  };

  choose(change: Partial<Choices>): void {
    const chosen = { ...this.#state.chosen, ...change };
    this.#state = { ...this.#state, chosen };
    try {
      this.#storage.setItem(STORAGE_KEY, JSON.stringify(chosen));
    } catch {
      // The choice holds for this page at least.
    }
    this.#announce();
  }

  /** Labels are empty until a device was opened once, so this runs again after each opening. */
  async refresh(): Promise<void> {
    const media = this.#media();
    if (media === null) return;
    const devices = await media.enumerateDevices().catch(() => []);
    this.#state = {
      ...this.#state,
      cameras: listed(devices, 'videoinput'),
      microphones: listed(devices, 'audioinput'),
      speakers: listed(devices, 'audiooutput'),
    };
    this.#announce();
  }

  openCamera(): Promise<MediaStreamTrack> {
    return this.#open('video', { video: { ...CAMERA_WISH, ...this.#preferred('camera') } });
  }

  openWallCamera(): Promise<MediaStreamTrack> {
    return this.#open('video', { video: { ...WALL_WISH, ...this.#preferred('camera') } });
  }

  /** With `isTeacher` as music where that is chosen; a pupil at the same computer would send the loudspeakers back. */
  async openMicrophone({ isTeacher }: { readonly isTeacher: boolean }): Promise<MediaStreamTrack> {
    const isMusic = isTeacher && this.#state.chosen.sound === 'music';
    const wish = isMusic ? MUSIC_WISH : VOICE_WISH;
    const track = await this.#open('audio', { audio: { ...wish, ...this.#preferred('microphone') } });
    if (isMusic) track.contentHint = 'music';
    return track;
  }

  /** The chosen one while it is plugged in, else one that is not the face's. */
  async openVisualiser(): Promise<MediaStreamTrack> {
    if (this.#state.cameras.length === 0) await this.refresh();
    const deviceId = visualiserOf(this.#state);
    const device = deviceId === null ? {} : { deviceId: { exact: deviceId } };
    const track = await this.#open('video', { video: { ...VISUALISER_WISH, ...device } });
    track.contentHint = 'detail';
    return track;
  }

  /** The screen, and its sound where the browser gives it. */
  async openScreen(): Promise<{ readonly video: MediaStreamTrack; readonly audio: MediaStreamTrack | null }> {
    const media = this.#media();
    if (media === null) throw new CaptureFailure(isSecureContext ? 'unsupported' : 'insecure');
    if (typeof media.getDisplayMedia !== 'function') throw new CaptureFailure('unsupported');
    const options: DisplayMediaStreamOptions & Record<string, unknown> = {
      video: { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 15, max: 30 } },
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      systemAudio: 'include',
      selfBrowserSurface: 'exclude',
      surfaceSwitching: 'include',
    };
    const stream = await media.getDisplayMedia(options).catch((error: unknown) => {
      const failure = captureFailure(error);
      // Closing the browser's chooser is no problem to be told about.
      throw failure.problem === 'refused' ? new CaptureFailure('cancelled', error) : failure;
    });
    const [video] = stream.getVideoTracks();
    if (video === undefined) throw new CaptureFailure('unknown');
    video.contentHint = 'detail';
    return { video, audio: stream.getAudioTracks()[0] ?? null };
  }

  #preferred(kind: 'camera' | 'microphone'): MediaTrackConstraints {
    const deviceId = this.#state.chosen[kind];
    return deviceId === null ? {} : { deviceId: { ideal: deviceId } };
  }

  async #open(kind: 'audio' | 'video', constraints: MediaStreamConstraints): Promise<MediaStreamTrack> {
    const media = this.#media();
    if (media === null) throw new CaptureFailure(isSecureContext ? 'unsupported' : 'insecure');
    const stream = await media.getUserMedia(constraints).catch((error: unknown) => {
      throw captureFailure(error);
    });
    const track = kind === 'video' ? stream.getVideoTracks()[0] : stream.getAudioTracks()[0];
    if (track === undefined) throw new CaptureFailure('notFound');
    void this.refresh();
    return track;
  }

  #media(): MediaDevices | null {
    // Without HTTPS browsers leave it out, whatever the types say.
    const media: MediaDevices | undefined = navigator.mediaDevices;
    return media !== undefined && typeof media.getUserMedia === 'function' ? media : null;
  }

  #watch(): void {
    const media = this.#media();
    if (media === null) return;
    const refresh = (): void => void this.refresh();
    media.addEventListener('devicechange', refresh);
    this.#stopWatching = () => media.removeEventListener('devicechange', refresh);
    refresh();
  }

  #unwatch(): void {
    this.#stopWatching?.();
    this.#stopWatching = null;
  }

  #recall(): Choices {
    try {
      return Remembered.parse(JSON.parse(this.#storage.getItem(STORAGE_KEY) ?? '{}'));
    } catch {
      return Remembered.parse({});
    }
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}
