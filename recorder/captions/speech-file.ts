import { open, type FileHandle } from 'node:fs/promises';
import { SPEECH_RATE } from './voice-activity.ts';

const HEADER_BYTES = 44;
const BYTES_PER_SAMPLE = 2;
/** Between two stretches, so that a recogniser ends the sentence. */
const PAUSE_SAMPLES = SPEECH_RATE * 0.8;
const US_PER_SAMPLE = 1_000_000 / SPEECH_RATE;

/** A stretch of the file: so many samples from `fileFrom` on were heard from `sessionUs` on. */
interface Stretch {
  readonly fileFrom: number;
  readonly samples: number;
  readonly sessionUs: number;
}

/**
 * What one speaker says in a lesson as a WAV file without the silence in between, and the way back from its times to the session's. Recognisers are quicker
 * for it, and the ones that dream up words in silence have none.
 */
export class SpeechFile {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #stretches: Stretch[] = [];
  #samples = 0;

  static async create(path: string): Promise<SpeechFile> {
    const file = await open(path, 'wx');
    await file.write(Buffer.alloc(HEADER_BYTES));
    return new SpeechFile(path, file);
  }

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  get seconds(): number {
    return this.#samples / SPEECH_RATE;
  }

  get isEmpty(): boolean {
    return this.#stretches.length === 0;
  }

  /** In order of time. What follows the last stretch without a hole lengthens it. */
  async add(sound: Int16Array, sessionUs: number): Promise<void> {
    const last = this.#stretches.at(-1);
    const endUs = last === undefined ? -Infinity : last.sessionUs + last.samples * US_PER_SAMPLE;
    if (last !== undefined && Math.abs(sessionUs - endUs) < 2 * US_PER_SAMPLE) {
      this.#stretches[this.#stretches.length - 1] = { ...last, samples: last.samples + sound.length };
    } else {
      await this.#write(new Int16Array(PAUSE_SAMPLES));
      this.#stretches.push({ fileFrom: this.#samples, samples: sound.length, sessionUs });
    }
    await this.#write(sound);
  }

  /** Writes the header. Idempotent. */
  async finish(): Promise<void> {
    if (!this.isEmpty) await this.#write(new Int16Array(PAUSE_SAMPLES));
    await this.#file.write(wavHeader(this.#samples * BYTES_PER_SAMPLE), 0, HEADER_BYTES, 0);
    await this.#file.close();
  }

  /** A range of the file in session time. One that reaches over a hole lies where most of it was said. Undefined for one in no stretch at all. */
  toSession(fromS: number, toS: number): { readonly fromUs: number; readonly toUs: number } | undefined {
    const [from, to] = [fromS * SPEECH_RATE, toS * SPEECH_RATE];
    let best: { readonly shared: number; readonly fromUs: number; readonly toUs: number } | undefined;
    for (const { fileFrom, samples, sessionUs } of this.#stretches) {
      const [first, last] = [Math.max(from, fileFrom), Math.min(to, fileFrom + samples)];
      if (last - first <= (best?.shared ?? 0)) continue;
      const at = (sample: number): number => Math.round(sessionUs + (sample - fileFrom) * US_PER_SAMPLE);
      best = { shared: last - first, fromUs: at(first), toUs: at(last) };
    }
    return best;
  }

  async #write(sound: Int16Array): Promise<void> {
    const bytes = Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength);
    await this.#file.write(bytes, 0, bytes.length, HEADER_BYTES + this.#samples * BYTES_PER_SAMPLE);
    this.#samples += sound.length;
  }
}

/** RIFF, 16-bit linear PCM, mono. */
function wavHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SPEECH_RATE, 24);
  header.writeUInt32LE(SPEECH_RATE * BYTES_PER_SAMPLE, 28);
  header.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  header.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}
