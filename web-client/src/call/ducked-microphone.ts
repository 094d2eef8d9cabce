// oxlint-disable-next-line import/default -- the address of the built file, which is Vite's kind of import
import workletUrl from './ducker.worklet.ts?worker&url';
import { standInFor } from './stand-in-track.ts';

const LOOK_EVERY_MS = 1_000;
/** So many looks at one and the same moment: the browser's clock of sound stands, as after a call on some phones. */
const STALLED_LOOKS = 3;

export interface DuckedMicrophoneOptions {
  /** What the loudspeakers play at the beginning. */
  readonly played: readonly MediaStreamTrack[];
  readonly onClosed: (self: DuckedMicrophone) => void;
  /** Aborted, it is not wanted any more; the microphone stays as it is. */
  readonly signal: AbortSignal;
}

/** A microphone that is turned down, on the audio thread, for as long as others are heard beside it. */
export class DuckedMicrophone {
  readonly raw: MediaStreamTrack;
  readonly track: MediaStreamTrack;
  readonly #context: AudioContext;
  readonly #node: AudioWorkletNode;
  readonly #microphone: MediaStreamAudioSourceNode;
  readonly #played = new Map<MediaStreamTrack, MediaStreamAudioSourceNode>();
  readonly #stopTrack: () => void;
  readonly #onClosed: (self: DuckedMicrophone) => void;
  readonly #watch: ReturnType<typeof setInterval>;
  readonly #wake = (): void => void this.#context.resume().catch(() => undefined);
  #isClosed = false;

  /** Rejects where the browser cannot, or not yet; the microphone is then as it was. */
  static async create(raw: MediaStreamTrack, options: DuckedMicrophoneOptions): Promise<DuckedMicrophone> {
    // Chromium's own: no loudspeaker is needed, so that none can go.
    const context = new AudioContext({ sinkId: { type: 'none' } } as AudioContextOptions);
    try {
      await context.audioWorklet.addModule(workletUrl);
      // One that does not run would send silence.
      await context.resume();
      if (options.signal.aborted) throw new Error('too late');
      if (raw.readyState !== 'live') throw new Error('the microphone has gone');
      return new DuckedMicrophone(context, raw, options);
    } catch (error) {
      await context.close().catch(() => undefined);
      throw error;
    }
  }

  private constructor(
    context: AudioContext,
    raw: MediaStreamTrack,
    { played, onClosed }: Pick<DuckedMicrophoneOptions, 'played' | 'onClosed'>,
  ) {
    this.#context = context;
    this.raw = raw;
    this.#onClosed = onClosed;
    const mono = { channelCount: 1, channelCountMode: 'explicit' } as const;
    this.#node = new AudioWorkletNode(context, 'ducker', { ...mono, numberOfInputs: 2, outputChannelCount: [1] });
    this.#microphone = context.createMediaStreamSource(new MediaStream([raw]));
    this.#microphone.connect(this.#node, 0, 0);
    const out = new MediaStreamAudioDestinationNode(context, mono);
    this.#node.connect(out);
    const [track] = out.stream.getAudioTracks();
    if (track === undefined) throw new Error('no track to send');
    this.track = track;
    this.setPlayed(played);
    this.#stopTrack = standInFor(raw, track, () => this.close());
    raw.addEventListener('ended', () => this.#end());
    this.#node.addEventListener('processorerror', () => this.#end());
    this.#watch = this.#watchClock();
    window.addEventListener('pointerdown', this.#wake);
  }

  /** Everything that the loudspeakers play. */
  setPlayed(tracks: readonly MediaStreamTrack[]): void {
    if (this.#isClosed) return;
    for (const [track, source] of this.#played) {
      if (tracks.includes(track)) continue;
      source.disconnect();
      this.#played.delete(track);
    }
    for (const track of tracks) {
      if (this.#played.has(track)) continue;
      const source = this.#context.createMediaStreamSource(new MediaStream([track]));
      source.connect(this.#node, 0, 1);
      this.#played.set(track, source);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#watch);
    window.removeEventListener('pointerdown', this.#wake);
    this.raw.stop();
    this.#stopTrack();
    for (const source of [this.#microphone, ...this.#played.values()]) source.disconnect();
    this.#node.port.close();
    void this.#context.close().catch(() => undefined);
    this.#onClosed(this);
  }

  /** What stands still sends silence without anybody knowing: the microphone is then opened anew. */
  #watchClock(): ReturnType<typeof setInterval> {
    let [last, looks] = [-1, 0];
    return setInterval(() => {
      const { state, currentTime } = this.#context;
      if (state === 'suspended') this.#wake();
      looks = currentTime === last ? looks + 1 : 0;
      last = currentTime;
      if (looks >= STALLED_LOOKS) this.#end();
    }, LOOK_EVERY_MS);
  }

  /** Stopping a track tells nobody. */
  #end(): void {
    if (this.#isClosed) return;
    this.close();
    this.track.dispatchEvent(new Event('ended'));
  }
}
