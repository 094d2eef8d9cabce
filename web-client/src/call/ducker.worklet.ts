/// <reference lib="webworker" />
import { DuckingGain } from './ducking-gain.ts';

/** What the audio thread gives; TypeScript's libraries do not know it. */
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

type Channels = readonly Float32Array[];

/** Input 0 is the microphone, input 1 what the loudspeakers play; the output is the microphone, turned down meanwhile. */
class DuckerProcessor extends AudioWorkletProcessor {
  readonly #gain = new DuckingGain(sampleRate);
  #gains = new Float32Array(128);

  process([microphone, played]: readonly Channels[], [output]: readonly Channels[]): boolean {
    const [sent] = output ?? [];
    if (sent === undefined) return true;
    if (this.#gains.length !== sent.length) this.#gains = new Float32Array(sent.length);
    this.#gain.write(played ?? [], this.#gains);
    const samples = microphone?.[0];
    for (const [frame, gain] of this.#gains.entries()) sent[frame] = (samples?.[frame] ?? 0) * gain;
    return true;
  }
}

registerProcessor('ducker', DuckerProcessor);
