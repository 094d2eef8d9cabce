import * as z from 'zod';

const Stamp = z.object({ rtp: z.number(), aheadUs: z.number() });
type Stamp = z.infer<typeof Stamp>;

export const StampState = z.object({
  /** Where the sender's clock stood against the stream's. */
  level: Stamp.nullable(),
  /** The unbroken row of stamps, the last ones, that left it to one side. */
  strays: z.array(Stamp),
});
export type StampState = z.infer<typeof StampState>;

export const NO_STAMPS: StampState = { level: null, strays: [] };

/** From here on sound of the sender's is missing in front of `fromRtp`. */
export interface LostSound {
  readonly fromRtp: number;
  readonly lostUs: number;
}

/** Stamps of a busy sender scatter by 5 ms; what is less than this is left to the reports. */
const LOSS_US = 20_000;
/** With more than this missing the packets would have come too late for their time as well, which `RtpTimeline` heals: the sender's clock was set. */
const MOST_US = 500_000;
const STAMPS_IN_A_ROW = 3;
/** A device's clock against that of its computer. */
const MAX_SKEW = 500e-6;

/**
 * Finds sound that its sender lost before it was stamped: a browser without processor time drops what the microphone gave, the stream's clock stands still
 * meanwhile, and the instants of capture that its packets carry (`abs-capture-time`) go on. Both are the sender's, so that no line and no other clock has a say.
 */
export class CaptureStamps {
  readonly #nominalUs: number;
  #level: Stamp | null;
  #strays: readonly Stamp[];

  /** @param nominalUs of a tick of the stream's clock */
  constructor(nominalUs: number, state: StampState) {
    this.#nominalUs = nominalUs;
    this.#level = state.level;
    this.#strays = state.strays;
  }

  get state(): StampState {
    return { level: this.#level, strays: [...this.#strays] };
  }

  /** @param capturedUs on the sender's clock, whatever that shows */
  observe(rtp: number, capturedUs: number): LostSound | undefined {
    const aheadUs = capturedUs - rtp * this.#nominalUs;
    this.#level ??= { rtp, aheadUs };
    const strayUs = aheadUs - this.#level.aheadUs;
    if (Math.abs(strayUs) <= LOSS_US) {
      this.#follow(rtp, strayUs);
      return undefined;
    }
    const isSameSide = Math.sign((this.#strays[0]?.aheadUs ?? aheadUs) - this.#level.aheadUs) === Math.sign(strayUs);
    this.#strays = [...(isSameSide ? this.#strays : []), { rtp, aheadUs }];
    if (this.#strays.length < STAMPS_IN_A_ROW) return undefined;
    return this.#settle(this.#level, strayUs > 0);
  }

  /** No faster than two clocks can part: losses too small to be told from noise are not forgotten but add up. */
  #follow(rtp: number, strayUs: number): void {
    const level = this.#level ?? { rtp, aheadUs: 0 };
    const mostUs = Math.max(0, rtp - level.rtp) * this.#nominalUs * MAX_SKEW;
    this.#level = { rtp, aheadUs: level.aheadUs + Math.max(-mostUs, Math.min(mostUs, strayUs)) };
    this.#strays = [];
  }

  #settle(level: Stamp, isLoss: boolean): LostSound | undefined {
    const strays = this.#strays.map(({ aheadUs }) => aheadUs - level.aheadUs);
    const [first] = this.#strays;
    const last = this.#strays.at(-1);
    this.#strays = [];
    if (first === undefined || last === undefined) return undefined;
    const steadyUs = isLoss ? Math.min(...strays) : Math.max(...strays);
    this.#level = { rtp: last.rtp, aheadUs: level.aheadUs + steadyUs };
    return isLoss && steadyUs < MOST_US ? { fromRtp: first.rtp, lostUs: steadyUs } : undefined;
  }
}
