import { setTimeout as sleep } from 'node:timers/promises';
import type { SeatId } from '../../signaling/protocol/ids.ts';
import { newSeatId } from '../support/stands/sfu-stand.ts';
import type { BenchStage } from './bench-stage.ts';
import type { Lecture } from './lecture.ts';
import { ReceiversProgram, type Received } from './receivers-program.ts';

const HEARD_WITHIN_MS = 30_000;
const POLL_MS = 200;

/** Seats of a lecture that receive all of it over WebRTC, as browsers do but for decoding. */
export class Audience {
  readonly #lecture: Lecture;
  readonly #program: ReceiversProgram;
  #size = 0;

  constructor(stage: BenchStage, lecture: Lecture) {
    this.#lecture = lecture;
    this.#program = new ReceiversProgram(stage);
  }

  get pid(): number {
    return this.#program.pid;
  }

  async count(): Promise<Received[]> {
    return this.#program.count();
  }

  /** Comes back when every one of them receives everything. */
  async grow(by: number): Promise<void> {
    await Promise.all(Array.from({ length: by }, async () => this.#seat(newSeatId())));
    this.#size += by;
    const deadlineMs = performance.now() + HEARD_WITHIN_MS;
    for (;;) {
      const all = await this.count();
      const served = all.filter(({ streams }) => streams === this.#lecture.producerIds.length).length;
      if (served === this.#size) return;
      if (performance.now() > deadlineMs) throw new Error(`${served} of ${this.#size} receive everything`);
      await sleep(POLL_MS);
    }
  }

  async #seat(seatId: SeatId): Promise<void> {
    const { client, place, producerIds, rtpCapabilities } = this.#lecture;
    const seat = { ...place, seatId };
    const { recv } = await client.call('createTransports', { ...seat, send: false });
    const { consumers } = await client.call('consume', { ...seat, rtpCapabilities, producerIds: [...producerIds] });
    const dtlsParameters = await this.#program.open(seatId, recv, consumers);
    await client.call('connectTransport', { ...seat, transportId: recv.transportId, dtlsParameters });
    const consumerIds = consumers.map(({ consumerId }) => consumerId);
    await client.call('setConsumersPaused', { ...seat, consumerIds, paused: false });
  }
}
