import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runPiped } from '../../../recorder/ffmpeg/pipe.ts';
import { createMuxer, type Muxer } from '../../../recorder/mux/muxer.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import type { PlayIndex } from '../../../signaling/protocol/play-index.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { beepTimes, monoPieces, flashTimes } from './flash-and-beep.ts';
import { LoggedRecording, type LoggedStream } from './logged-recording.ts';
import { readPlayIndex, runsOf, writePlayable } from './play-files.ts';

const STEP_SECONDS = 10;
const SOUND_RATE = 48_000;
/** The faint tone has 1,000 at its peaks. */
const SILENT_BELOW = 250;
const SILENCE_WINDOW_S = 0.01;

export interface DecodedFrames {
  /** Session seconds. */
  readonly times: readonly number[];
  readonly complaints: string;
}

/** A lesson of any length in simulated time, recorded as capture would and muxed step by step as while teaching. */
export class SimulatedLesson {
  readonly startUnixUs = 1_790_000_000_000_000;
  readonly #folder: string;
  readonly #store: DirectoryObjectStore;
  readonly #recording: LoggedRecording;
  readonly #muxer: Muxer;

  static async create(): Promise<SimulatedLesson> {
    const folder = await mkdtemp(join(tmpdir(), 'tongke-simulated-'));
    return new SimulatedLesson(folder, await DirectoryObjectStore.create(join(folder, 'objects')));
  }

  private constructor(folder: string, store: DirectoryObjectStore) {
    this.#folder = folder;
    this.#store = store;
    this.#recording = new LoggedRecording(store, this.startUnixUs);
    this.#muxer = createMuxer({ store, log: createLog('simulated-lesson', 'silent') });
  }

  add(stream: LoggedStream): void {
    this.#recording.add(stream);
  }

  /** Chunks come in every 10 s, or less often, until the lesson ends. */
  async teach(seconds: number, stepSeconds = STEP_SECONDS): Promise<PlayIndex> {
    for (let now = stepSeconds; now < seconds; now += stepSeconds) {
      await this.#recording.storeUntil(now);
      await this.#muxer.step(this.#recording.recordingId, { final: false });
    }
    await this.#recording.storeUntil(undefined, { endedAtUs: seconds * 1e6 });
    await this.#muxer.step(this.#recording.recordingId, { final: true });
    return this.index();
  }

  index(): Promise<PlayIndex> {
    return readPlayIndex(this.#store, this.#recording.recordingId);
  }

  /** Every frame of a view as a decoder gives it. */
  async frames(view: string): Promise<DecodedFrames> {
    const decoded = await Promise.all((await this.#files(view)).map(decodedFrames));
    return {
      times: decoded.flatMap(({ times }) => times),
      complaints: decoded.map(({ complaints }) => complaints).join(''),
    };
  }

  async flashes(view: string): Promise<number[]> {
    return (await Promise.all((await this.#files(view)).map(flashTimes))).flat();
  }

  async beeps(): Promise<number[]> {
    const { path, startS } = await this.#sound();
    return beepTimes(path, startS);
  }

  /** Stretches of at least so long in which nothing is heard at all, not even the tone, session seconds. */
  async silences(longerThanS: number): Promise<{ fromS: number; toS: number }[]> {
    const { path, startS } = await this.#sound();
    const window = SOUND_RATE * SILENCE_WINDOW_S;
    const found: { fromS: number; toS: number }[] = [];
    let index = 0;
    let from = 0;
    for await (const samples of monoPieces(path)) {
      for (const sample of samples) {
        const at = index - (index % window);
        index += 1;
        if (at < from || Math.abs(sample) <= SILENT_BELOW) continue;
        if ((at - from) / SOUND_RATE >= longerThanS) {
          found.push({ fromS: startS + from / SOUND_RATE, toS: startS + at / SOUND_RATE });
        }
        from = at + window;
      }
    }
    return found;
  }

  async close(): Promise<void> {
    await this.#muxer.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #files(view: string): Promise<string[]> {
    const runs = runsOf(await this.index(), view);
    return Promise.all(
      runs.map(({ container, segments }, number) => {
        const name = `${view}-${number}.${container === 'webm' ? 'webm' : 'mp4'}`;
        return writePlayable(this.#store, this.#recording.recordingId, this.#folder, name, segments);
      }),
    );
  }

  async #sound(): Promise<{ path: string; startS: number }> {
    const segments = (await this.index()).sound?.segments ?? [];
    const path = await writePlayable(this.#store, this.#recording.recordingId, this.#folder, 'sound.mp4', segments);
    return { path, startS: (segments[0]?.startUs ?? 0) / 1e6 };
  }
}

async function decodedFrames(path: string): Promise<DecodedFrames> {
  const args = ['-v', 'error', '-show_entries', 'frame=pts_time', '-of', 'csv=p=0', '-select_streams', 'v', path];
  const { stdout, stderr } = await runPiped({ program: 'ffprobe', args });
  return { times: stdout.toString('utf8').split('\n').filter(Boolean).map(Number.parseFloat), complaints: stderr };
}
