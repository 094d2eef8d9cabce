import type { ProducerId, SeatId } from '../protocol/ids.ts';
import { isForEverybody, type ProducerInfo } from '../protocol/media.ts';
import type { RoomRecording } from './recording-control.ts';

/** Writes down what is sent to the whole class. What is sent in a group or to the class wall is as if it were not there (SPEC N8, V5). */
export class RecordedTracks {
  readonly #recording: Pick<RoomRecording, 'note' | 'trackOf'>;
  readonly #isForAll: (seatId: SeatId) => boolean;
  readonly #noted = new Set<ProducerId>();

  constructor(recording: Pick<RoomRecording, 'note' | 'trackOf'>, isForAll: (seatId: SeatId) => boolean) {
    this.#recording = recording;
    this.#isForAll = isForAll;
  }

  added(producer: ProducerInfo): void {
    if (!isForEverybody(producer) || !this.#isForAll(producer.seatId)) return;
    const { producerId, seatId, source, kind, paused } = producer;
    const trackId = this.#recording.trackOf(seatId, source);
    if (trackId === null) return;
    this.#noted.add(producerId);
    this.#recording.note('producerAdded', { seatId, trackId, source, kind });
    if (paused) this.#recording.note('producerPaused', { trackId });
  }

  pausedOrResumed(producer: ProducerInfo): void {
    if (!isForEverybody(producer)) return;
    const { producerId, seatId, source, paused } = producer;
    const trackId = this.#recording.trackOf(seatId, source);
    if (trackId === null || !this.#noted.has(producerId)) return;
    this.#recording.note(paused ? 'producerPaused' : 'producerResumed', { trackId });
  }

  /** It is sent on, and is a track of its own from here on. */
  begunAnew(producer: ProducerInfo): void {
    if (!isForEverybody(producer)) return;
    const { producerId, seatId, source } = producer;
    if (!this.#noted.delete(producerId)) return;
    const trackId = this.#recording.trackOf(seatId, source);
    const continuesAs = this.#recording.trackOf(seatId, source, true);
    if (trackId !== null && continuesAs !== null) this.#recording.note('producerClosed', { trackId, continuesAs });
    this.added(producer);
  }

  /** It has ended, or is for a group alone from now on. */
  closed(producer: ProducerInfo): void {
    if (!isForEverybody(producer)) return;
    const { producerId, seatId, source } = producer;
    const trackId = this.#recording.trackOf(seatId, source);
    if (!this.#noted.delete(producerId) || trackId === null) return;
    this.#recording.note('producerClosed', { trackId });
  }
}
