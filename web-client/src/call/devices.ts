import * as z from 'zod';
import { CaptureFailure, captureFailure, problemOf } from './capture-problem.ts';
import { Emitter } from './emitter.ts';

const STORAGE_KEY = 'tongke.devices';

const Remembered = z.object({
  camera: z.string().nullable().default(null),
  microphone: z.string().nullable().default(null),
  speaker: z.string().nullable().default(null),
  visualiser: z.string().nullable().default(null),
  cameraOn: z.boolean().default(true),
  microphoneOn: z.boolean().default(true),
  /** `hall`: loudspeakers and a class in one room; `music`: a teacher's, as it is. Null: nobody has chosen; a classroom's screen takes it for a hall. */
  sound: z.enum(['voice', 'hall', 'music']).nullable().default(null),
  /** As the sound check has measured. */
  noisy: z.boolean().default(false),
  /** The background of one's own camera. */
  blur: z.boolean().default(false),
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

export type DeviceKind = 'camera' | 'microphone' | 'speaker';

/** A device that was plugged in or out while the page is open. */
export interface PluggedDevice extends ListedDevice {
  readonly kind: DeviceKind;
}

const LISTS = { camera: 'cameras', microphone: 'microphones', speaker: 'speakers' } as const;
const INPUT_OF = { camera: 'videoinput', microphone: 'audioinput', speaker: 'audiooutput' } as const;
/** Names of what the system has chosen, not devices of their own. */
const ALIASES: ReadonlySet<string> = new Set(['default', 'communications']);

function listed(devices: readonly MediaDeviceInfo[], kind: MediaDeviceKind): ListedDevice[] {
  return devices
    .filter((device) => device.kind === kind && device.deviceId !== '')
    .map(({ deviceId, label }, index) => ({ deviceId, label: label === '' ? String(index + 1) : label }));
}

const missingFrom = (list: readonly ListedDevice[], others: readonly ListedDevice[]): ListedDevice[] =>
  others.filter(({ deviceId }) => !ALIASES.has(deviceId) && !list.some((one) => one.deviceId === deviceId));

const CAMERA_WISH = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } } as const;
/** What an ordinary computer blurs without falling behind. */
const BLURRED_WISH = { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 24 } } as const;
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
 * In a hall automatic gain pumps the noise of the room up between sentences, and noise suppression takes children at the back for
 * noise: it is on only where the room is loud.
 */
const hallWish = (noisy: boolean) => ({ echoCancellation: true, noiseSuppression: noisy, autoGainControl: false });
const PLAIN_WISH = { echoCancellation: false, noiseSuppression: false, autoGainControl: false } as const;

/**
 * Cameras, microphones and loudspeakers of this computer: listed, remembered, opened. `navigator.mediaDevices` is looked up
 * at each call, since a page may be given another one.
 */
export class Devices {
  readonly #storage: Storage;
  readonly #blurred = new WeakSet<MediaStreamTrack>();
  /** In a classroom nobody is background. */
  #showsWholeRoom = false;
  readonly #listeners = new Set<() => void>();
  readonly #plugs = new Emitter<{ arrived: [PluggedDevice]; gone: [PluggedDevice] }>();
  #state: DevicesState;
  /** Kinds whose devices a browser has not named yet: what it names later has not been plugged in. */
  #unnamed: ReadonlySet<DeviceKind> = new Set();
  #stopWatching: (() => void) | null = null;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.#state = { cameras: [], microphones: [], speakers: [], chosen: this.#recall(Remembered.parse({})) };
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

  /** Reported only while somebody is subscribed to the state. */
  onPlugged(change: 'arrived' | 'gone', listener: (device: PluggedDevice) => void): () => void {
    return this.#plugs.on(change, listener);
  }

  choose(change: Partial<Choices>): void {
    // Another tab may have chosen something else meanwhile.
    const chosen = { ...this.#recall(this.#state.chosen), ...change };
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
    this.#take(devices);
  }

  #take(devices: readonly MediaDeviceInfo[]): void {
    const kinds = Object.keys(INPUT_OF) as DeviceKind[];
    this.#unnamed = new Set(
      kinds.filter((kind) => devices.some((one) => one.kind === INPUT_OF[kind] && one.deviceId === '')),
    );
    this.#state = {
      ...this.#state,
      cameras: listed(devices, 'videoinput'),
      microphones: listed(devices, 'audioinput'),
      speakers: listed(devices, 'audiooutput'),
    };
    this.#announce();
  }

  /** As the person wants to be seen: where the background is to be blurred and cannot be, there is no picture. */
  async openCamera(): Promise<MediaStreamTrack> {
    const isBlurred = this.wantsBlur;
    const track = await (isBlurred ? this.#openBlurredCamera() : this.openPlainCamera());
    if (isBlurred === this.wantsBlur) return track;
    // Chosen otherwise while it opened.
    track.stop();
    return this.openCamera();
  }

  get wantsBlur(): boolean {
    return this.#state.chosen.blur && !this.#showsWholeRoom;
  }

  /** For as long as this page is a classroom's screen; what the person has chosen in this browser stays chosen. */
  showWholeRoom(isWanted: boolean): void {
    this.#showsWholeRoom = isWanted;
  }

  /** A camera's picture as it is, while the person wants it blurred. */
  isUnwantedlySharp(track: MediaStreamTrack): boolean {
    return this.wantsBlur && !this.#blurred.has(track);
  }

  async #openBlurredCamera(): Promise<MediaStreamTrack> {
    const raw = await this.#open('video', { video: { ...BLURRED_WISH, ...this.#preferred('camera') } });
    const track = await this.#blur(raw);
    this.#blurred.add(track);
    track.addEventListener('ended', (event) => {
      // Whether to be seen without it is for the person to say.
      if (problemOf(event) === 'blurSlow') this.choose({ cameraOn: false });
    });
    return track;
  }

  openPlainCamera(): Promise<MediaStreamTrack> {
    return this.#open('video', { video: { ...CAMERA_WISH, ...this.#preferred('camera') } });
  }

  openWallCamera(): Promise<MediaStreamTrack> {
    return this.#open('video', { video: { ...WALL_WISH, ...this.#preferred('camera') } });
  }

  /** As the room sounds, without anything that improves it: for measuring. */
  openPlainMicrophone(): Promise<MediaStreamTrack> {
    return this.#open('audio', { audio: { ...PLAIN_WISH, ...this.#preferred('microphone') } });
  }

  /** With `isTeacher` as music where that is chosen; a pupil at the same computer would send the loudspeakers back. */
  async openMicrophone({ isTeacher }: { readonly isTeacher: boolean }): Promise<MediaStreamTrack> {
    const { sound, noisy } = this.#state.chosen;
    const isMusic = isTeacher && sound === 'music';
    const wish = isMusic ? MUSIC_WISH : sound === 'hall' ? hallWish(noisy) : VOICE_WISH;
    const track = await this.#open('audio', { audio: { ...wish, ...this.#preferred('microphone') } });
    if (isMusic) track.contentHint = 'music';
    return track;
  }

  /** The chosen one while it is plugged in, else one that is not the face's. */
  async openVisualiser(): Promise<MediaStreamTrack> {
    if (this.#state.cameras.length === 0) await this.refresh();
    const deviceId = visualiserOf(this.#state);
    // The browser would give the camera at the face.
    if (deviceId === null && this.wantsBlur) throw new CaptureFailure('notFound');
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
      const isClosed = failure.problem === 'refused' || failure.problem === 'dismissed';
      throw isClosed ? new CaptureFailure('cancelled', error) : failure;
    });
    const [video] = stream.getVideoTracks();
    if (video === undefined) throw new CaptureFailure('unknown');
    video.contentHint = 'detail';
    return { video, audio: stream.getAudioTracks()[0] ?? null };
  }

  /** Nothing of it is loaded before somebody wants it. */
  async #blur(raw: MediaStreamTrack): Promise<MediaStreamTrack> {
    try {
      const { blurBackground } = await import('./background-blur.ts');
      return await blurBackground(raw);
    } catch (error) {
      raw.stop();
      throw error instanceof CaptureFailure ? error : new CaptureFailure('blurFailed', error);
    }
  }

  #preferred(kind: 'camera' | 'microphone'): MediaTrackConstraints {
    const deviceId = this.#state.chosen[kind];
    return deviceId === null ? {} : { deviceId: { ideal: deviceId } };
  }

  async #open(kind: 'audio' | 'video', constraints: MediaStreamConstraints): Promise<MediaStreamTrack> {
    const media = this.#media();
    if (media === null) throw new CaptureFailure(isSecureContext ? 'unsupported' : 'insecure');
    const stream = await media.getUserMedia(constraints).catch((error: unknown) => {
      throw captureFailure(error, kind);
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
    // One plug is told several times in a row: each is compared with what the one before has found.
    let handled = Promise.resolve();
    const handle = (): void => {
      handled = handled.then(() => this.#handlePlugging());
    };
    media.addEventListener('devicechange', handle);
    this.#stopWatching = () => media.removeEventListener('devicechange', handle);
    void this.refresh();
  }

  async #handlePlugging(): Promise<void> {
    const { state: before, unnamed } = { state: this.#state, unnamed: this.#unnamed };
    await this.refresh();
    const after = this.#state;
    for (const kind of Object.keys(LISTS) as DeviceKind[]) {
      if (unnamed.has(kind)) continue;
      const [old, now] = [before[LISTS[kind]], after[LISTS[kind]]];
      for (const device of missingFrom(now, old)) this.#plugs.emit('gone', { ...device, kind });
      for (const device of missingFrom(old, now)) this.#plugs.emit('arrived', { ...device, kind });
    }
  }

  #unwatch(): void {
    this.#stopWatching?.();
    this.#stopWatching = null;
  }

  #recall(otherwise: Choices): Choices {
    try {
      const kept = this.#storage.getItem(STORAGE_KEY);
      return kept === null ? otherwise : Remembered.parse(JSON.parse(kept));
    } catch {
      return otherwise;
    }
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}
