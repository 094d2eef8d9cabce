import type { RtpCapabilities } from 'mediasoup/types';

/** Browsers of one version say the same; a district has a few dozen kinds. */
const REMEMBERED = 64;

/** Keeps one copy of each different set of receiving capabilities, a few kilobytes each, instead of one per peer. */
export class CapabilityCache {
  readonly #byText = new Map<string, RtpCapabilities>();

  intern(rtpCapabilities: object): RtpCapabilities {
    const text = JSON.stringify(rtpCapabilities);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    // mediasoup validates the structure deeply when it is used.
    const kept = rtpCapabilities as RtpCapabilities;
    this.#byText.set(text, kept);
    const [oldest] = this.#byText.keys();
    if (this.#byText.size > REMEMBERED && oldest !== undefined) this.#byText.delete(oldest);
    return kept;
  }
}
