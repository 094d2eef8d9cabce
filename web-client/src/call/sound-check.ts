import type { MeasuredSound, SoundVerdict } from '../../../signaling/protocol/room-sound.ts';
import type { Devices } from './devices.ts';
import { BandHistory, findEcho } from './echo-finder.ts';
import { SoundListener } from './sound-listener.ts';
import type { SoundLevels } from './sound-bands.ts';
import { playMelody } from './test-melody.ts';
import { wait } from './wait.ts';

const QUIET_MS = 1_000;
/** Long enough to be told from the room. */
const FIRST_MELODY_MS = 5_600;
/** Echo cancellation needs a while to learn the room. */
const SECOND_MELODY_MS = 8_000;
const OVERDRIVEN_PEAK = 0.99;
const OVERDRIVEN_FRAMES = 5;
/** What delivers less than this is switched off. */
const DEAD_DB = -95;
/** A fan or the street this loud drowns a child's voice. */
const NOISY_DB = -38;
/** So far above the room an echo disturbs. */
const DISTURBING_DB = 6;

/** What one microphone has heard of one melody. */
interface Heard {
  readonly isHeard: boolean;
  readonly level: number;
  readonly overdriven: number;
}

function share(values: readonly number[], of: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of))] ?? DEAD_DB;
}

const rounded = (decibels: number): number => Math.max(-140, Math.round(decibels));

/** Plays through the loudspeakers and listens with the room's own microphone. */
class Check {
  readonly #listener: SoundListener;
  readonly #frames: (readonly SoundLevels[])[];
  readonly #signal: AbortSignal;

  constructor(listener: SoundListener, frames: (readonly SoundLevels[])[], signal: AbortSignal) {
    this.#listener = listener;
    this.#frames = frames;
    this.#signal = signal;
  }

  /** Whatever comes of it, the microphone is released; one that opens too late at once. */
  async withTrack<T>(opening: Promise<MediaStreamTrack>, use: (track: MediaStreamTrack) => Promise<T>): Promise<T> {
    const track = await opening;
    try {
      this.#signal.throwIfAborted();
      return await use(track);
    } finally {
      track.stop();
    }
  }

  /** The level of the room while nothing is played. */
  async quiet(track: MediaStreamTrack): Promise<number> {
    this.#listener.listenTo(1, track);
    this.#frames.length = 0;
    await wait(QUIET_MS, this.#signal);
    // The first moments of a microphone are silence of its own.
    return share(
      this.#frames.slice(10).map((frame) => frame[1]?.level ?? DEAD_DB),
      0.5,
    );
  }

  async melody(track: MediaStreamTrack, ms: number): Promise<Heard> {
    this.#listener.listenTo(1, track);
    this.#frames.length = 0;
    await playMelody(this.#listener, ms, this.#signal);
    const [said, heard] = [new BandHistory(), new BandHistory()];
    for (const [played, recorded] of this.#frames) {
      said.add(played?.bands ?? []);
      heard.add(recorded?.bands ?? []);
    }
    return {
      isHeard: findEcho(said, heard, 0) !== null,
      level: share(
        this.#frames.map((frame) => frame[1]?.level ?? DEAD_DB),
        0.9,
      ),
      overdriven: this.#frames.filter((frame) => (frame[1]?.peak ?? 0) >= OVERDRIVEN_PEAK).length,
    };
  }
}

const NOTHING = { reachedDb: null, noiseDb: null, echoDb: null } as const;

async function measure(check: Check, devices: Devices): Promise<MeasuredSound> {
  const { noise, plain } = await check.withTrack(devices.openPlainMicrophone(), async (track) => {
    const level = await check.quiet(track);
    return { noise: level, plain: await check.melody(track, FIRST_MELODY_MS) };
  });
  const found = { ...NOTHING, noiseDb: rounded(noise) };
  if (!plain.isHeard) return { ...found, verdict: plain.level < DEAD_DB ? 'noMicrophone' : 'notHeard' };
  devices.choose({ noisy: noise > NOISY_DB });
  const cancelled = await check.withTrack(devices.openMicrophone({ isTeacher: false }), (track) =>
    check.melody(track, SECOND_MELODY_MS),
  );
  const isEcho = cancelled.isHeard && cancelled.level > noise + DISTURBING_DB;
  const verdicts: readonly (readonly [boolean, SoundVerdict])[] = [
    [plain.overdriven >= OVERDRIVEN_FRAMES, 'tooLoud'],
    [isEcho, 'echo'],
    [noise > NOISY_DB, 'noisy'],
  ];
  const verdict = verdicts.find(([is]) => is)?.[1] ?? 'ok';
  return { verdict, noiseDb: rounded(noise), reachedDb: rounded(plain.level), echoDb: rounded(cancelled.level) };
}

/**
 * Before class: does what the loudspeakers play reach the microphone, is it overdriven, how loud is the room, and how much is left
 * after echo cancellation? A quarter of a minute. Rejects when the browser cannot measure, and when it is called off: then nothing
 * sounds any more, and the microphone is released.
 */
export async function checkSound(devices: Devices, signal: AbortSignal): Promise<MeasuredSound> {
  const frames: (readonly SoundLevels[])[] = [];
  signal.throwIfAborted();
  const listener = await SoundListener.create(2, (levels) => frames.push(levels));
  const hush = (): void => void listener.close();
  signal.addEventListener('abort', hush);
  try {
    signal.throwIfAborted();
    await listener.playOn(devices.getState().chosen.speaker);
    return await measure(new Check(listener, frames, signal), devices);
  } catch (error) {
    signal.throwIfAborted();
    console.warn('no microphone to check', error);
    return { ...NOTHING, verdict: 'noMicrophone' };
  } finally {
    signal.removeEventListener('abort', hush);
    await listener.close();
  }
}
