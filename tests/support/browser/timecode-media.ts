import { BEEP_HZ, COLUMNS, FLASH, FLASH_MS, FRAME_HEIGHT, FRAME_WIDTH, SCREEN_SENDERS, toneHz } from './timecode.ts';

export interface MediaOptions {
  readonly sender: number;
  readonly screenSender: number;
  readonly visualiserSender: number;
  readonly tone: number;
  readonly screenTone: number;
  readonly beep: number;
  readonly columns: number;
  readonly flash: typeof FLASH;
  readonly flashMs: number;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** What of the computer is shared. */
  readonly displaySurface: 'window' | 'monitor';
  /** Whether its sound comes with it, as that of a tab or a whole screen does. */
  readonly hasScreenSound: boolean;
}

/**
 * What the scripts below leave for one another on the page. They are sent as text one by one, run before anything else, and so that
 * every camera, microphone and screen that the page asks for is a canvas and an oscillator on one clock (the audio context's).
 */
interface TimecodeKit {
  clockMs(): number;
  context(): AudioContext;
  /** Context time of a clock time, seconds. */
  contextTime(clockMs: number): number;
  picture(sender: number): MediaStreamTrack;
  sound(): MediaStreamTrack;
  /** A steady tone without beeps. */
  screenSound(): MediaStreamTrack;
  /** What the page was given for camera and microphone, oldest first. */
  readonly given: MediaStreamTrack[];
}
declare global {
  var timecodeKit: TimecodeKit;
  /** Media elements that the page has made and put nowhere. */
  var looseSounds: HTMLAudioElement[] | undefined;
}

function rememberLooseSounds(): void {
  const sounds: HTMLAudioElement[] = [];
  globalThis.looseSounds = sounds;
  globalThis.Audio = class extends Audio {
    constructor(source?: string) {
      super(source);
      sounds.push(this);
    }
  };
}

function installClock(): void {
  let audio: AudioContext | undefined;
  let baseMs = 0;
  const context = (): AudioContext => {
    if (audio === undefined) {
      audio = new AudioContext({ sampleRate: 48_000 });
      baseMs = Date.now() - audio.currentTime * 1000;
    }
    void audio.resume();
    return audio;
  };
  globalThis.timecodeKit = {
    given: [],
    context,
    clockMs: () => Math.floor(baseMs + context().currentTime * 1000),
    contextTime: (clockMs) => (clockMs - baseMs) / 1000,
    picture: () => {
      throw new Error('not installed yet');
    },
    sound: () => {
      throw new Error('not installed yet');
    },
    screenSound: () => {
      throw new Error('not installed yet');
    },
  };
}

function installPicture(options: MediaOptions): void {
  const { width, height, columns, flash } = options;
  const paint = (draw: CanvasRenderingContext2D, sender: number): void => {
    const now = globalThis.timecodeKit.clockMs();
    const low = now % 2 ** 32;
    const bytes = [sender, ...[24, 16, 8, 0].map((shift) => Math.floor(low / 2 ** shift) % 256)];
    bytes.push((bytes.reduce((sum, byte) => sum + byte, 0) + 0x5a) % 256);
    draw.fillStyle = `hsl(${(sender * 47) % 360} 40% 35%)`;
    draw.fillRect(0, 0, width, height);
    const cell = width / columns;
    for (let position = 0; position < bytes.length * 8; position += 1) {
      const byte = bytes[Math.floor(position / 8)] ?? 0;
      draw.fillStyle = (byte >> (7 - (position % 8))) % 2 === 1 ? '#fff' : '#000';
      draw.fillRect((position % columns) * cell, Math.floor(position / columns) * cell, cell + 1, cell + 1);
    }
    draw.fillStyle = now % 1000 < options.flashMs ? '#fff' : '#000';
    draw.fillRect(flash.x * width, flash.y * height, flash.size * width, flash.size * height);
    draw.fillStyle = '#fff';
    draw.font = `${height / 8}px sans-serif`;
    draw.fillText(`${sender}  ${(now / 1000).toFixed(2)}`, width / 20, height * 0.85);
  };
  globalThis.timecodeKit.picture = (sender) => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const draw = canvas.getContext('2d', { alpha: false });
    if (draw === null) throw new Error('no canvas');
    paint(draw, sender);
    const [track] = canvas.captureStream(options.framesPerSecond).getVideoTracks();
    if (track === undefined) throw new Error('no canvas track');
    const timer = setInterval(() => paint(draw, sender), 1000 / options.framesPerSecond);
    const stop = track.stop.bind(track);
    track.stop = () => {
      clearInterval(timer);
      stop();
    };
    return track;
  };
}

function installSound(options: MediaOptions): void {
  const kit = globalThis.timecodeKit;
  const sing = (hz: number): MediaStreamAudioDestinationNode => {
    const context = kit.context();
    const out = context.createMediaStreamDestination();
    const tone = new OscillatorNode(context, { frequency: hz });
    tone.connect(new GainNode(context, { gain: 0.1 })).connect(out);
    tone.start();
    return out;
  };
  const soundOf = (out: MediaStreamAudioDestinationNode): MediaStreamTrack => {
    const [track] = out.stream.getAudioTracks();
    if (track === undefined) throw new Error('no audio track');
    return track;
  };
  kit.screenSound = () => soundOf(sing(options.screenTone));
  kit.sound = () => {
    const context = kit.context();
    const out = sing(options.tone);
    const beep = new OscillatorNode(context, { frequency: options.beep });
    const gate = new GainNode(context, { gain: 0 });
    beep.connect(gate).connect(out);
    beep.start();
    let scheduledMs = Math.ceil(kit.clockMs() / 1000) * 1000;
    const schedule = (): void => {
      for (; scheduledMs < kit.clockMs() + 3000; scheduledMs += 1000) {
        gate.gain.setValueAtTime(0.6, kit.contextTime(scheduledMs));
        gate.gain.setValueAtTime(0, kit.contextTime(scheduledMs + options.flashMs));
      }
    };
    schedule();
    setInterval(schedule, 500);
    return soundOf(out);
  };
}

function installDevices(options: MediaOptions): void {
  const kit = globalThis.timecodeKit;
  const devices = navigator.mediaDevices;
  const secondCamera = 'videoinput-2';
  devices.getUserMedia = async (constraints = {}) => {
    const stream = new MediaStream();
    const { audio = false, video = false } = constraints;
    if (audio !== false) stream.addTrack(kit.sound());
    if (video !== false) {
      const isSecond = video !== true && JSON.stringify(video.deviceId ?? '').includes(secondCamera);
      stream.addTrack(kit.picture(isSecond ? options.visualiserSender : options.sender));
    }
    kit.given.push(...stream.getTracks());
    return Promise.resolve(stream);
  };
  devices.getDisplayMedia = async ({ audio = false } = {}) => {
    const track = kit.picture(options.screenSender);
    const settings = track.getSettings.bind(track);
    track.getSettings = () => ({ ...settings(), displaySurface: options.displaySurface });
    const sound = options.hasScreenSound && audio !== false ? [kit.screenSound()] : [];
    return Promise.resolve(new MediaStream([track, ...sound]));
  };
  const device = (kind: MediaDeviceKind, label: string, deviceId = `${kind}-1`): MediaDeviceInfo => ({
    deviceId,
    groupId: 'timecode',
    kind,
    label,
    toJSON: () => ({}),
  });
  const all = [
    device('videoinput', 'Timecode camera'),
    device('videoinput', 'Timecode visualiser', secondCamera),
    device('audioinput', 'Timecode microphone'),
    device('audiooutput', 'Loudspeaker'),
  ];
  devices.enumerateDevices = async () => Promise.resolve(all);
}

/** What runs a script in each of its pages before anything of the page's own, whatever drives it. */
interface ScriptedPages {
  addInitScript<Options>(script: (options: Options) => void, options: Options): Promise<unknown>;
}

/** Every page of the context gets this sender's media; its screen is the sender plus 100, its second camera plus 200. */
export async function useTimecodeMedia(
  context: ScriptedPages,
  sender: number,
  overrides: Partial<MediaOptions> = {},
): Promise<void> {
  const options: MediaOptions = {
    sender,
    screenSender: sender + SCREEN_SENDERS,
    visualiserSender: sender + 200,
    tone: toneHz(sender),
    screenTone: toneHz(sender + SCREEN_SENDERS),
    beep: BEEP_HZ,
    columns: COLUMNS,
    flash: FLASH,
    flashMs: FLASH_MS,
    width: FRAME_WIDTH,
    height: FRAME_HEIGHT,
    // Drawing, coding and showing pictures is most of what a lesson in many browsers costs; who measures to a picture asks for more.
    framesPerSecond: 10,
    displaySurface: 'window',
    hasScreenSound: false,
    ...overrides,
  };
  await context.addInitScript(rememberLooseSounds, undefined);
  await context.addInitScript(installClock, undefined);
  for (const install of [installPicture, installSound, installDevices]) await context.addInitScript(install, options);
}
