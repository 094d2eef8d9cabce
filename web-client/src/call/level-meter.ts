const SILENCE_DB = -60;
const TICK_MS = 60;

/** Loudness of a track, 0–1 on a scale people see as even, 16 times a second. */
export class LevelMeter {
  readonly #context: AudioContext;
  readonly #source: MediaStreamAudioSourceNode;
  readonly #timer: ReturnType<typeof setInterval>;
  #closed = false;

  constructor(track: MediaStreamTrack, onLevel: (level: number) => void) {
    this.#context = new AudioContext();
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    this.#source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      onLevel(levelOf(samples));
    }, TICK_MS);
    void this.#context.resume().catch(() => undefined);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#source.disconnect();
    void this.#context.close().catch(() => undefined);
  }
}

export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const db = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, 1 - db / SILENCE_DB));
}

/** Two friendly notes for the loudspeaker test; resolves when they have ended. */
export async function playTestSound(speakerId: string | null): Promise<void> {
  const context = new AudioContext();
  const withSink = context as AudioContext & { setSinkId?: (id: string) => Promise<void> };
  if (speakerId !== null) await withSink.setSinkId?.(speakerId).catch(() => undefined);
  await context.resume();
  for (const [index, frequency] of [523.25, 783.99].entries()) {
    const at = context.currentTime + index * 0.35;
    const note = context.createOscillator();
    const gain = context.createGain();
    note.frequency.value = frequency;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.25, at + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
    note.connect(gain).connect(context.destination);
    note.start(at);
    note.stop(at + 0.65);
  }
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  await context.close();
}
