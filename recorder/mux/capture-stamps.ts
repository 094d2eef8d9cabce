import * as z from 'zod';

const Stamp = z.object({ rtp: z.number(), aheadUs: z.number() });
type Stamp = z.infer<typeof Stamp>;

export const StampState = z.object({
  /** Where the sender's clock stood against the stream's. */
  level: Stamp.nullable(),
  /** A second stamp has borne it out. */
  isFirm: z.boolean(),
  /** The unbroken row of stamps, the last ones, that left it to one side. */
  strays: z.array(Stamp),
  lastStamp: Stamp.nullable(),
  /** Of the last packet: whatever is not behind it has been seen. */
  seenRtp: z.number().nullable(),
});
export type StampState = z.infer<typeof StampState>;

export const NO_STAMPS: StampState = { level: null, isFirm: false, strays: [], lastStamp: null, seenRtp: null };

/** In front of `fromRtp` so much of the sender's sound is missing. */
export const LostSound = z.object({ fromRtp: z.number(), lostUs: z.number() });
export type LostSound = z.infer<typeof LostSound>;

/** Stamps of a busy sender scatter by 5 ms; what is less than this is left to the reports. */
const LOSS_US = 20_000;
/** More than half a second makes packets come too late for their time as well, which `RtpTimeline` heals; beyond this the sender's clock was set. */
const MOST_US = 700_000;
const PACKETS_IN_A_ROW = 3;
/** Senders leave out what follows from the stamp before, for so long at most (libwebrtc, `AbsoluteCaptureTimeSender`). */
const STAMP_HOLDS_US = 1_000_000;
/** No two clocks part faster: a device's, its computer's, a node's. */
export const MAX_SKEW = 500e-6;

/**
 * Finds sound that its sender lost before it was stamped: a browser without processor time drops what the microphone gave, the stream's clock stands still
 * meanwhile, and the instants of capture that its packets carry (`abs-capture-time`) go on. Both are the sender's, so that no line and no other clock has a say.
 */
export class CaptureStamps {
  readonly #nominalUs: number;
  #state: StampState;

  /** @param nominalUs of a tick of the stream's clock */
  constructor(nominalUs: number, state: StampState) {
    this.#nominalUs = nominalUs;
    this.#state = state;
  }

  get state(): StampState {
    return this.#state;
  }

  /**
   * Of each packet once, in the order of sending; of one that was seen before a restart nothing is taken.
   *
   * @param capturedUs on the sender's clock, whatever that shows; undefined where the packet does not tell
   */
  observe(rtp: number, capturedUs: number | undefined): LostSound | undefined {
    const { seenRtp } = this.#state;
    if (seenRtp !== null && rtp <= seenRtp) return undefined;
    const stamp = this.#stampOf(rtp, capturedUs);
    if (stamp === undefined) return undefined;
    this.#state = { ...this.#state, seenRtp: rtp };
    const { level } = this.#state;
    if (level === null) {
      this.#state = { ...this.#state, level: stamp };
      return undefined;
    }
    const strayUs = stamp.aheadUs - level.aheadUs;
    if (Math.abs(strayUs) > LOSS_US) return this.#stray(stamp, level);
    this.#follow(rtp, level, strayUs);
    return undefined;
  }

  #stampOf(rtp: number, capturedUs: number | undefined): Stamp | undefined {
    if (capturedUs !== undefined) {
      const lastStamp = { rtp, aheadUs: capturedUs - rtp * this.#nominalUs };
      this.#state = { ...this.#state, lastStamp };
      return lastStamp;
    }
    const { lastStamp } = this.#state;
    if (lastStamp === null || (rtp - lastStamp.rtp) * this.#nominalUs > STAMP_HOLDS_US) return undefined;
    return { rtp, aheadUs: lastStamp.aheadUs };
  }

  /** No faster than two clocks can part: losses too small to be told from noise are not forgotten but add up. */
  #follow(rtp: number, level: Stamp, strayUs: number): void {
    const mostUs = (rtp - level.rtp) * this.#nominalUs * MAX_SKEW;
    const aheadUs = level.aheadUs + Math.max(-mostUs, Math.min(mostUs, strayUs));
    this.#state = { ...this.#state, level: { rtp, aheadUs }, isFirm: true, strays: [] };
  }

  #stray(stamp: Stamp, level: Stamp): LostSound | undefined {
    const side = Math.sign(stamp.aheadUs - level.aheadUs);
    const { isFirm, strays: before } = this.#state;
    const strays = [...before.filter(({ aheadUs }) => Math.sign(aheadUs - level.aheadUs) === side), stamp];
    const [first] = strays;
    this.#state = { ...this.#state, strays };
    if (strays.length < PACKETS_IN_A_ROW || first === undefined) return undefined;
    const ahead = strays.map(({ aheadUs }) => aheadUs - level.aheadUs);
    const movedUs = side > 0 ? Math.min(...ahead) : Math.max(...ahead);
    const moved = { rtp: stamp.rtp, aheadUs: level.aheadUs + movedUs };
    this.#state = { ...this.#state, level: moved, isFirm: true, strays: [] };
    const isLoss = isFirm && movedUs > 0 && movedUs < MOST_US;
    return isLoss ? { fromRtp: first.rtp, lostUs: movedUs } : undefined;
  }
}
