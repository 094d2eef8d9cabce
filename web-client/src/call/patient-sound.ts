import type { types } from 'mediasoup-client';
import { LOOK_EVERY_MS, SoundPatience, type HeardSoFar } from './sound-patience.ts';

/** Gives each received sound the patience that its line needs. */
export class PatientSound {
  readonly #soundsOf: () => readonly types.Consumer[];
  readonly #patience = new WeakMap<types.Consumer, SoundPatience>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(soundsOf: () => readonly types.Consumer[]) {
    this.#soundsOf = soundsOf;
    this.#timer = setInterval(() => void this.#lookAtAll(), LOOK_EVERY_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #lookAtAll(): Promise<void> {
    await Promise.all(this.#soundsOf().map((consumer) => this.#lookAt(consumer).catch(() => undefined)));
  }

  async #lookAt(consumer: types.Consumer): Promise<void> {
    const receiver = consumer.rtpReceiver;
    // Webrtc-extensions §6: the least time that what is received waits before it is played, ms. Older browsers have none.
    if (receiver === undefined || !('jitterBufferTarget' in receiver)) return;
    const patience = this.#patience.get(consumer) ?? new SoundPatience();
    this.#patience.set(consumer, patience);
    const heard = heardSoFar(await consumer.getStats());
    if (heard === null || consumer.closed) return;
    const before = patience.targetMs;
    const targetMs = patience.look(heard, performance.now());
    if (targetMs !== before) receiver.jitterBufferTarget = targetMs;
  }
}

function heardSoFar(report: RTCStatsReport): HeardSoFar | null {
  const entries = [...(report as unknown as Map<string, Readonly<Record<string, unknown>>>).values()];
  const sound = entries.find((entry) => entry['type'] === 'inbound-rtp');
  if (sound === undefined) return null;
  const count = (name: string): number => Number(sound[name] ?? 0);
  const roundTrips = entries
    .filter((entry) => entry['type'] === 'candidate-pair' && entry['state'] === 'succeeded')
    .map((entry) => Number(entry['currentRoundTripTime'] ?? 0));
  return {
    totalSamplesReceived: count('totalSamplesReceived'),
    concealedSamples: count('concealedSamples'),
    silentConcealedSamples: count('silentConcealedSamples'),
    packetsReceived: count('packetsReceived'),
    packetsLost: count('packetsLost'),
    nackCount: count('nackCount'),
    roundTripMs: Math.max(0, ...roundTrips) * 1_000,
  };
}
