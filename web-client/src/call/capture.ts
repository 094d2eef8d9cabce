import type { RecordedSource, Source } from '../../../signaling/protocol/media.ts';
import type { Permission } from '../../../signaling/protocol/seats.ts';
import { CaptureFailure, captureFailure } from './capture-problem.ts';
import type { CaptureProblem } from './capture-problem.ts';
import type { Devices } from './devices.ts';
import { Ducking } from './ducking.ts';
import type { LocalMedia } from './local-media.ts';
import type { MediaSession } from './media-session.ts';

const NEEDS: Readonly<Record<RecordedSource, Permission>> = {
  camera: 'sendCamera',
  microphone: 'sendMicrophone',
  screen: 'sendScreen',
  screenAudio: 'sendScreen',
  visualiser: 'sendVisualiser',
};

/** What a teacher with several cameras shows. */
export type CameraView = 'face' | 'visualiser' | 'both';

export interface CaptureOptions {
  readonly devices: Devices;
  readonly media: MediaSession;
  readonly onProblem: (source: Source, problem: CaptureProblem) => void;
  /** The device of a source is gone and another one has taken its place, or one has come after there had been none. */
  readonly onReplaced: (source: DeviceSource, how: 'replaced' | 'restored', track: MediaStreamTrack) => void;
}

/** Sources for which another device can stand in. */
export type DeviceSource = 'camera' | 'microphone';

type Reopened = DeviceSource | 'visualiser';

const isDeviceSource = (source: Source): source is DeviceSource => source === 'camera' || source === 'microphone';

/** Turns one's own sources on and off: opens the device, hands the track to the room, and stops it when it may not be sent. */
export class Capture {
  readonly #options: CaptureOptions;
  readonly #opening = new Map<Source, Promise<boolean>>();
  /** What was switched off while its device was opening. */
  readonly #calledOff = new Set<Source>();
  readonly #reopening = new Map<Reopened, Promise<void>>();
  readonly #replacing = new Set<DeviceSource>();
  /** Sources whose device went while there was no other, and whether they were muted then. */
  readonly #lost = new Map<DeviceSource, { readonly paused: boolean }>();
  readonly #ducking = new Ducking(() => void this.#fitMicrophone());
  #permitted: ReadonlySet<Permission> = new Set();
  #isWallOpen = false;

  constructor(options: CaptureOptions) {
    this.#options = options;
  }

  get #local(): LocalMedia {
    return this.#options.media.local;
  }

  isPermitted(source: Source): boolean {
    return source === 'wall' ? this.#isWallOpen : this.#permitted.has(NEEDS[source]);
  }

  /** What may no longer be sent stops here too, so that no light burns for nothing. */
  setPermitted(permitted: readonly Permission[]): void {
    this.#permitted = new Set(permitted);
    for (const source of Object.keys(NEEDS) as RecordedSource[]) {
      if (!this.isPermitted(source) && this.#local.has(source)) void this.#local.unpublish(source);
    }
  }

  /** The class wall takes pictures only while a teacher has it on. */
  setWallOpen(isOpen: boolean): void {
    this.#isWallOpen = isOpen;
    if (!isOpen && this.#local.has('wall')) void this.#local.unpublish('wall');
  }

  /** Whether the microphone is turned down while the others are heard. */
  async setDucked(isDucked: boolean): Promise<void> {
    if (this.#ducking.setWanted(isDucked)) await this.#fitMicrophone();
  }

  #fitMicrophone(): Promise<void> {
    return this.#inTurn('microphone', (sent) => this.#ducking.applyTo(sent));
  }

  /** What others send to be heard here. */
  setHeard(tracks: readonly MediaStreamTrack[]): void {
    this.#ducking.setPlayed(tracks);
  }

  /** Its device is being opened: to switch it now is to switch it off. */
  isOpening(source: Source): boolean {
    return this.#opening.has(source) && !this.#calledOff.has(source);
  }

  setWall(on: boolean): Promise<boolean> {
    return on ? this.#start('wall', () => this.#options.devices.openWallCamera()) : this.#stop('wall');
  }

  /** Tracks that the device check has opened already. */
  async adopt(source: 'camera' | 'microphone', track: MediaStreamTrack): Promise<void> {
    if (!this.isPermitted(source) || this.#opening.has(source)) {
      track.stop();
      return;
    }
    await this.#start(source, async () => (source === 'microphone' ? await this.#ducking.apply(track) : track));
  }

  /** Off releases the camera; on opens it again. */
  setCamera(on: boolean): Promise<boolean> {
    if (!on) this.#lost.delete('camera');
    return on ? this.#start('camera', () => this.#options.devices.openCamera()) : this.#stop('camera');
  }

  setVisualiser(on: boolean): Promise<boolean> {
    if (on && this.#local.has('visualiser')) return Promise.resolve(true);
    return on ? this.#start('visualiser', () => this.#options.devices.openVisualiser()) : this.#stop('visualiser');
  }

  /** Muting keeps the microphone open, so that unmuting is immediate. */
  async setMicrophone(on: boolean): Promise<boolean> {
    if (!on) this.#lost.delete('microphone');
    if (!this.#local.has('microphone')) {
      return on ? this.#start('microphone', () => this.#openMicrophone()) : this.#callOff('microphone');
    }
    await this.#local.setPaused('microphone', !on);
    return true;
  }

  async setScreen(on: boolean): Promise<boolean> {
    if (!on) {
      await Promise.all([this.#stop('screen'), this.#stop('screenAudio')]);
      return true;
    }
    try {
      const { video, audio } = await this.#options.devices.openScreen();
      try {
        await this.#publish('screen', video);
      } catch (error) {
        audio?.stop();
        throw error;
      }
      // The picture is shared whether its sound is taken or not.
      if (audio !== null) void this.#publish('screenAudio', audio).catch(() => undefined);
      return true;
    } catch (error) {
      this.#complain('screen', error);
      return false;
    }
  }

  /** What was not on is opened before what was is closed: the class never sees neither. False when it could not be opened. */
  async showCameras(view: CameraView): Promise<boolean> {
    const [hasFace, hasBoard] = [view !== 'visualiser', view !== 'face'];
    const opened = await Promise.all([
      hasFace && !this.#local.has('camera') ? this.setCamera(true) : true,
      hasBoard && !this.#local.has('visualiser') ? this.setVisualiser(true) : true,
    ]);
    if (opened.includes(false)) return false;
    if (!hasFace) await this.setCamera(false);
    if (!hasBoard) await this.setVisualiser(false);
    return true;
  }

  /** Another camera or microphone was chosen while the old one is on; what is chosen last comes last. */
  async reopen(source: Reopened): Promise<void> {
    await this.#inTurn(source, () => this.#openAgain(source));
  }

  async #inTurn(source: Reopened, open: (before: MediaStreamTrack) => Promise<MediaStreamTrack>): Promise<void> {
    const reopening = (this.#reopening.get(source) ?? Promise.resolve()).then(() => this.#reopenNow(source, open));
    this.#reopening.set(source, reopening);
    await reopening;
  }

  async #reopenNow(source: Reopened, open: (before: MediaStreamTrack) => Promise<MediaStreamTrack>): Promise<void> {
    const before = this.#local.trackOf(source);
    if (before === null) return;
    // Whoever wants the background blurred does not want the picture that is sent now, however long the blur takes to come.
    const isHidden = source === 'camera' && this.#options.devices.isUnwantedlySharp(before);
    if (isHidden) before.enabled = false;
    try {
      const track = await open(before);
      if (this.#local.trackOf(source) !== before || !this.isPermitted(source)) {
        track.stop();
        return;
      }
      await this.#publish(source, track);
    } catch (error) {
      const isOver = isHidden || captureFailure(error).problem === 'blurFailed';
      if (isOver && this.#local.trackOf(source) === before) await this.#stop(source);
      this.#complain(source, error);
    }
  }

  #openAgain(source: Reopened): Promise<MediaStreamTrack> {
    const { devices } = this.#options;
    if (source === 'visualiser') return devices.openVisualiser();
    return source === 'camera' ? devices.openCamera() : this.#openMicrophone();
  }

  /** The track has ended by itself. A camera or microphone is replaced by what the system has instead, so that nobody speaks into nothing. */
  handleEnded(source: Source, problem: CaptureProblem | null = null): void {
    if (problem !== null) {
      void this.#stop(source);
      this.#options.onProblem(source, problem);
      return;
    }
    if (isDeviceSource(source)) {
      void this.#replace(source);
      return;
    }
    void this.#stop(source);
    if (source === 'screen') void this.#stop('screenAudio');
    else if (source !== 'screenAudio') this.#options.onProblem(source, 'notFound');
  }

  /** A device was plugged in: what had to end for want of one goes on. */
  async handleArrived(source: DeviceSource): Promise<void> {
    const lost = this.#lost.get(source);
    if (lost === undefined || this.#local.has(source) || !this.isPermitted(source)) return;
    try {
      const track = await this.#openDevice(source);
      const isMissed = this.#lost.get(source) === lost && !this.#local.has(source);
      if (!isMissed || !this.isPermitted(source)) {
        track.stop();
        return;
      }
      await this.#publish(source, track, lost.paused);
      this.#options.onReplaced(source, 'restored', track);
    } catch (error) {
      this.#complain(source, error);
    }
  }

  async #replace(source: DeviceSource): Promise<void> {
    if (this.#replacing.has(source)) return;
    this.#replacing.add(source);
    try {
      const track = await this.#openDevice(source);
      if (!this.#local.has(source) || !this.isPermitted(source)) {
        track.stop();
        return;
      }
      await this.#publish(source, track);
      this.#options.onReplaced(source, 'replaced', track);
    } catch (error) {
      // Switched off in the meantime, it is not missed.
      if (!this.#local.has(source)) return;
      this.#lost.set(source, { paused: this.#local.isPaused(source) });
      await this.#stop(source);
      this.#complain(source, error);
    } finally {
      this.#replacing.delete(source);
    }
  }

  #openDevice(source: DeviceSource): Promise<MediaStreamTrack> {
    const { devices } = this.#options;
    return source === 'camera' ? devices.openCamera() : this.#openMicrophone();
  }

  /** Teachers alone have a visualiser; a screen the class may share too. */
  async #openMicrophone(): Promise<MediaStreamTrack> {
    const isTeacher = this.isPermitted('visualiser');
    return await this.#ducking.apply(await this.#options.devices.openMicrophone({ isTeacher }));
  }

  #start(source: Source, open: () => Promise<MediaStreamTrack>): Promise<boolean> {
    this.#calledOff.delete(source);
    const running = this.#opening.get(source);
    if (running !== undefined) return running;
    const opening = this.#open(source, open).finally(() => {
      if (this.#opening.get(source) === opening) this.#opening.delete(source);
    });
    this.#opening.set(source, opening);
    return opening;
  }

  async #open(source: Source, open: () => Promise<MediaStreamTrack>): Promise<boolean> {
    try {
      const track = await open();
      await this.#readyToSend(track);
      if (!this.isPermitted(source) || this.#calledOff.delete(source)) {
        track.stop();
        return false;
      }
      // What is done with it from here on is done with what is sent.
      this.#opening.delete(source);
      await this.#give(source, track);
      return true;
    } catch (error) {
      this.#complain(source, error);
      return false;
    }
  }

  /** A device may have gone, or its blur have failed, before anybody listened. */
  async #readyToSend(track: MediaStreamTrack): Promise<void> {
    try {
      await this.#options.media.ensureSending();
    } catch (error) {
      track.stop();
      throw error;
    }
    if (track.readyState !== 'ended') return;
    const isCamera = track.kind === 'video' && this.#options.devices.wantsBlur;
    throw new CaptureFailure(isCamera ? 'blurFailed' : 'notFound');
  }

  async #publish(source: Source, track: MediaStreamTrack, paused = false): Promise<void> {
    await this.#readyToSend(track);
    await this.#give(source, track, paused);
  }

  async #give(source: Source, track: MediaStreamTrack, paused = false): Promise<void> {
    await this.#local.publish(source, track, paused);
    if (isDeviceSource(source)) this.#lost.delete(source);
    if (source === 'microphone' && this.#ducking.isOutdated(track)) void this.#fitMicrophone();
  }

  #callOff(source: Source): boolean {
    if (this.#opening.has(source)) this.#calledOff.add(source);
    return true;
  }

  async #stop(source: Source): Promise<boolean> {
    this.#callOff(source);
    await this.#local.unpublish(source);
    return true;
  }

  #complain(source: Source, error: unknown): void {
    const { problem } = captureFailure(error);
    if (problem !== 'cancelled') this.#options.onProblem(source, problem);
  }
}
