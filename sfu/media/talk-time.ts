import type { AudioLevelObserver, Producer, Router } from 'mediasoup/types';
import type { SeatId } from '../../signaling/protocol/ids.ts';

/** Longer, and the pauses within a sentence would drown it; shorter only costs more. */
const SAMPLE_MS = 500;
const REPORT_MS = 2_000;
/** Everybody who may send: a stage of eight, and the teachers. */
const MAX_SPEAKING = 16;

export interface Talked {
  readonly seatId: SeatId;
  readonly ms: number;
}

/** How long each seat was heard, by the levels that arrive here; told in batches, and only while somebody is heard. */
export class TalkTime {
  readonly #levels: AudioLevelObserver;
  readonly #report: (talked: Talked[]) => void;
  readonly #seats = new Map<string, SeatId>();
  #heard = new Map<SeatId, number>();
  #timer: NodeJS.Timeout | undefined;

  static async create(router: Router, thresholdDbov: number, report: (talked: Talked[]) => void): Promise<TalkTime> {
    const options = { maxEntries: MAX_SPEAKING, threshold: thresholdDbov, interval: SAMPLE_MS };
    return new TalkTime(await router.createAudioLevelObserver(options), report);
  }

  private constructor(levels: AudioLevelObserver, report: (talked: Talked[]) => void) {
    this.#levels = levels;
    this.#report = report;
    levels.on('volumes', (volumes) => this.#count(volumes.map(({ producer }) => producer.id)));
    levels.observer.on('close', () => clearTimeout(this.#timer));
  }

  async add(producer: Producer, seatId: SeatId): Promise<void> {
    this.#seats.set(producer.id, seatId);
    await this.#levels.addProducer({ producerId: producer.id });
  }

  handleProducerClosed(producerId: string): void {
    this.#seats.delete(producerId);
  }

  #count(producerIds: readonly string[]): void {
    // A seat has one microphone; were there two, it would still have spoken once.
    const seatIds = new Set(producerIds.flatMap((producerId) => this.#seats.get(producerId) ?? []));
    for (const seatId of seatIds) this.#heard.set(seatId, (this.#heard.get(seatId) ?? 0) + SAMPLE_MS);
    if (this.#heard.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const talked = [...this.#heard].map(([seatId, ms]) => ({ seatId, ms }));
      this.#heard = new Map();
      this.#report(talked);
    }, REPORT_MS);
  }
}
