import type { SoundLevels } from './sound-bands.ts';
// oxlint-disable-next-line import/default -- the address of the built file, which is Vite's kind of import
import workletUrl from './sound-levels.worklet.ts?worker&url';

/** Levels of several sounds on one clock, 50 times a second. Nothing of the sounds themselves leaves the audio thread. */
export class SoundListener {
  readonly context: AudioContext;
  readonly #node: AudioWorkletNode;
  readonly #sources = new Map<number, MediaStreamAudioSourceNode>();
  readonly #stopWaking: () => void;

  static async create(inputs: number, onLevels: (levels: readonly SoundLevels[]) => void): Promise<SoundListener> {
    const context = new AudioContext();
    try {
      await context.audioWorklet.addModule(workletUrl);
      return new SoundListener(context, inputs, onLevels);
    } catch (error) {
      await context.close().catch(() => undefined);
      throw error;
    }
  }

  private constructor(context: AudioContext, inputs: number, onLevels: (levels: readonly SoundLevels[]) => void) {
    this.context = context;
    this.#node = new AudioWorkletNode(context, 'sound-levels', {
      numberOfInputs: inputs,
      numberOfOutputs: 1,
      channelCount: 1,
      channelCountMode: 'explicit',
    });
    this.#node.port.addEventListener('message', ({ data }: MessageEvent<readonly SoundLevels[]>) => onLevels(data));
    this.#node.port.start();
    // What leads nowhere is not run. It gives silence.
    this.#node.connect(context.destination);
    const wake = (): void => void context.resume().catch(() => undefined);
    wake();
    window.addEventListener('pointerdown', wake);
    this.#stopWaking = () => window.removeEventListener('pointerdown', wake);
  }

  /** Puts a track on an input; null takes away what is there. */
  listenTo(input: number, track: MediaStreamTrack | null): void {
    this.#sources.get(input)?.disconnect();
    this.#sources.delete(input);
    if (track === null) return;
    const source = this.context.createMediaStreamSource(new MediaStream([track]));
    source.connect(this.#node, 0, input);
    this.#sources.set(input, source);
  }

  /** The loudspeaker that is chosen, where a browser lets a page choose. */
  async playOn(speakerId: string | null): Promise<void> {
    const context = this.context as AudioContext & { setSinkId?: (id: string) => Promise<void> };
    if (speakerId !== null) await context.setSinkId?.(speakerId).catch(() => undefined);
  }

  /** A sound that this page makes itself. */
  connect(node: AudioNode, input: number): void {
    node.connect(this.#node, 0, input);
  }

  async close(): Promise<void> {
    this.#stopWaking();
    for (const input of [...this.#sources.keys()]) this.listenTo(input, null);
    this.#node.port.close();
    await this.context.close().catch(() => undefined);
  }
}
