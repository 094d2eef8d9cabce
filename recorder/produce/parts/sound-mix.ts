import { Readable } from 'node:stream';
import { setImmediate as breathe } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import { AppError } from '../../../signaling/protocol/errors.ts';
import { seconds, soundOnTime } from '../../ffmpeg/args.ts';
import { signalGroup } from '../../ffmpeg/launch.ts';
import { spawnPiped } from '../../ffmpeg/pipe.ts';
import type { KeptRange } from '../plan/timeline.ts';
import type { TrackFile } from '../source/source-track.ts';

export const SAMPLE_RATE = 48_000;
export const CHANNELS = 2;
/** A sample of all channels, as ffmpeg's `f32le` has it. */
const FRAME_BYTES = CHANNELS * Float32Array.BYTES_PER_ELEMENT;
const WINDOW_SAMPLES = SAMPLE_RATE;
const US_PER_SECOND = 1_000_000;
/**
 * At −180 dB, below the last bit of what is kept: in perfect silence the measure's filters (ITU-R BS.1770-4) die away into numbers so small
 * that a processor needs a hundred times as long for each.
 */
const NEARLY_NOTHING = 1e-9;
const SILENCE = Float32Array.from({ length: WINDOW_SAMPLES * CHANNELS }, (_, index) =>
  index % (2 * CHANNELS) < CHANNELS ? NEARLY_NOTHING : -NEARLY_NOTHING,
);
const STDERR_TAIL_CHARS = 2_000;
/** What of a piece lies so far behind is sought, not decoded; a decoder needs a moment before what counts. */
const SEEK_FROM_US = 10_000_000;
const SEEK_LEAD_US = 1_000_000;

export interface SoundMixOptions {
  /** In any order; each with no hole inside that lasts minutes. */
  readonly pieces: readonly TrackFile[];
  /** What of the session is kept, one range behind the other. */
  readonly ranges: readonly KeptRange[];
  readonly niceness: number;
  readonly signal: AbortSignal;
}

/**
 * All sounds of a lesson at their place in the session, summed without scaling, what is not kept left out to the sample: stereo `f32le` at 48 kHz, a second at a time.
 * A piece is decoded while it sounds and no longer, so that memory depends on how many sound at once: ffmpeg's own `amix` holds a lesson of silence for
 * each that begins late.
 *
 * @throws AppError `internal` when a piece cannot be decoded; the signal's reason when aborted.
 */
export async function* mixedSound({ pieces, ranges, niceness, signal }: SoundMixOptions): AsyncGenerator<Buffer> {
  const waiting = pieces.toSorted((a, b) => a.startUs - b.startUs);
  const playing = new Set<PieceDecoder>();
  const stop = (): void => {
    for (const decoder of playing) decoder.stop();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (const { sessionStartUs, durationUs } of ranges) {
      const end = samplesOf(sessionStartUs) + samplesOf(durationUs);
      for (const decoder of playing) {
        if (sessionStartUs - decoder.positionUs < SEEK_FROM_US) continue;
        decoder.stop();
        playing.delete(decoder);
        waiting.unshift(decoder.piece);
      }
      for (let from = samplesOf(sessionStartUs); from < end; from += WINDOW_SAMPLES) {
        signal.throwIfAborted();
        const window = SILENCE.slice(0, Math.min(WINDOW_SAMPLES, end - from) * CHANNELS);
        startDue(waiting, playing, from, from + window.length / CHANNELS, niceness);
        await Promise.all([...playing].map((decoder) => decoder.addTo(window, from)));
        for (const decoder of playing) if (decoder.hasEnded) playing.delete(decoder);
        // Silence waits for nobody; whoever else works in this process gets a turn.
        if (playing.size === 0) await breathe();
        yield Buffer.from(window.buffer);
      }
    }
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

export function samplesOf(us: number): number {
  return Math.round((us * SAMPLE_RATE) / US_PER_SECOND);
}

/** Those that begin before `to`; what was over before `from` lies in what is left out. */
function startDue(waiting: TrackFile[], playing: Set<PieceDecoder>, from: number, to: number, niceness: number): void {
  while (waiting[0] !== undefined && samplesOf(waiting[0].startUs) < to) {
    const [piece] = waiting.splice(0, 1);
    if (piece === undefined || samplesOf(piece.endUs) <= from) continue;
    playing.add(new PieceDecoder(piece, (from / SAMPLE_RATE) * US_PER_SECOND, niceness));
  }
}

/** One piece on its way from its file, read as far as it is needed. */
class PieceDecoder {
  readonly piece: TrackFile;
  readonly #child: ChildProcess;
  readonly #output: AsyncIterator<Buffer>;
  readonly #ended: Promise<void>;
  #said = '';
  #rest: Buffer = Buffer.alloc(0);
  /** Session time of the first frame of `#rest`. */
  #position: number;
  #hasEnded = false;

  /** @param neededUs from when on it is needed */
  constructor(piece: TrackFile, neededUs: number, niceness: number) {
    this.piece = piece;
    const skipUs = neededUs - piece.startUs < SEEK_FROM_US ? 0 : Math.floor(neededUs - piece.startUs - SEEK_LEAD_US);
    const startUs = piece.startUs + skipUs;
    // The decoder begins with a whole second, and with silence up to the first sample.
    const baseUs = Math.floor(startUs / US_PER_SECOND) * US_PER_SECOND;
    const seek = skipUs === 0 ? [] : ['-ss', seconds(skipUs)];
    this.#position = samplesOf(baseUs);
    const filter = `${soundOnTime(SAMPLE_RATE)},aformat=sample_fmts=flt:channel_layouts=stereo`;
    this.#child = spawnPiped({
      program: 'ffmpeg',
      args: [
        ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-itsoffset', seconds(startUs - baseUs)],
        ...[...seek, '-i', piece.path],
        ...['-map', '0:a:0', '-af', filter, '-f', 'f32le', 'pipe:1'],
      ],
      niceness,
    });
    this.#ended = this.#exit();
    // It is looked at when the output has ended.
    this.#ended.catch(() => undefined);
    this.#child.stdin?.end();
    this.#child.stderr?.on('data', (data: Buffer) => {
      this.#said = (this.#said + data.toString('utf8')).slice(-STDERR_TAIL_CHARS);
    });
    // Where there are no file descriptors left there is no output, and the reason comes as an error.
    this.#output = (this.#child.stdout ?? Readable.from([]))[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  get positionUs(): number {
    return (this.#position / SAMPLE_RATE) * US_PER_SECOND;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Adds what sounds in the window that begins at `from`, in samples of session time. */
  async addTo(window: Float32Array, from: number): Promise<void> {
    const to = from + window.length / CHANNELS;
    while (this.#position < to) {
      const frames = Math.floor(this.#rest.length / FRAME_BYTES);
      if (frames === 0) {
        if (!(await this.#read())) return;
        continue;
      }
      const taken = Math.min(frames, to - this.#position);
      const sound = floatsOf(this.#rest.subarray(0, taken * FRAME_BYTES));
      const skipped = Math.max(0, from - this.#position);
      const at = (this.#position + skipped - from) * CHANNELS;
      for (let index = skipped * CHANNELS, target = at; index < sound.length; index += 1, target += 1) {
        window[target] = (window[target] ?? 0) + (sound[index] ?? 0);
      }
      this.#position += taken;
      this.#rest = this.#rest.subarray(taken * FRAME_BYTES);
    }
  }

  stop(): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) signalGroup(pid, 'SIGKILL');
  }

  /** Whether there is more. */
  async #read(): Promise<boolean> {
    const { done, value } = await this.#output.next();
    if (done !== true) {
      this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value]);
      return true;
    }
    this.#hasEnded = true;
    await this.#ended;
    return false;
  }

  #exit(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (cause: Error): void =>
        reject(new AppError('internal', { message: `sound cannot be decoded: ${this.piece.path}`, cause }));
      this.#child.once('error', fail);
      this.#child.once('close', (code, signalName) => {
        if (code === 0) resolve();
        else fail(new Error(`ffmpeg ended with ${code ?? signalName}: ${this.#said}`));
      });
    });
  }
}

/** A copy, since floats must lie at multiples of four bytes. */
function floatsOf(bytes: Buffer): Float32Array {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
