import type { ProducerId, SeatId } from '../../signaling/protocol/ids.ts';
import { WALL_MAX_BITRATE, type Source } from '../../signaling/protocol/media.ts';
import type { Demand } from './demand.ts';

const LOOK_EVERY_MS = 5_000;
/** Key frames and repairs come on top of what an encoder is told; three times as much is somebody else's encoder. */
const MAX_BYTES_PER_LOOK = (3 * WALL_MAX_BITRATE * LOOK_EVERY_MS) / 8_000;
/** Too much counts double and a fair look takes back one, so that whoever sends too much every other time is found too. */
const COUNT_OF_TOO_MUCH = 2;
/** Reached by two looks in a row. */
const MOST_COUNTED = 2 * COUNT_OF_TOO_MUCH;

/** What the watch has to know of a producer; the media library's own fits. */
export interface WatchedPicture {
  readonly producerId: ProducerId;
  readonly seatId: SeatId;
  readonly source: Source;
  readonly demand: Demand | null;
  readonly producer: { getStats(): Promise<readonly { readonly byteCount: number }[]> };
}

/**
 * What a page says of its encoder binds nobody: a picture of the class wall that is no small one is found by what arrives (SPEC V4).
 * A seat is known for as long as the room is here, or a page that closes its picture and opens another would begin anew each time.
 */
export class WallWatch {
  readonly #closeProducer: (producerId: ProducerId) => void;
  readonly #seats = new Map<SeatId, SeatRate>();

  constructor(closeProducer: (producerId: ProducerId) => void) {
    this.#closeProducer = closeProducer;
  }

  /** Of what comes over a pipe the node that it comes from takes care. */
  add(picture: WatchedPicture): void {
    const { seatId, source, demand } = picture;
    if (source !== 'wall' || demand !== null) return;
    const seat = this.#seats.get(seatId) ?? new SeatRate(this.#closeProducer);
    this.#seats.set(seatId, seat);
    seat.add(picture);
  }

  /** Before the producer is closed, so that what it has sent since the last look still counts. */
  remove({ seatId, producerId }: Pick<WatchedPicture, 'seatId' | 'producerId'>): void {
    this.#seats.get(seatId)?.remove(producerId);
  }

  close(): void {
    for (const seat of this.#seats.values()) seat.close();
    this.#seats.clear();
  }
}

interface Counted {
  readonly picture: WatchedPicture;
  bytes: number;
}

/** What arrives of one seat's pictures, whichever of them it is. */
class SeatRate {
  readonly #closeProducer: (producerId: ProducerId) => void;
  readonly #open = new Map<ProducerId, Counted>();
  readonly #timer: NodeJS.Timeout;
  #bytesSinceLook = 0;
  #count = 0;

  constructor(closeProducer: (producerId: ProducerId) => void) {
    this.#closeProducer = closeProducer;
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  add(picture: WatchedPicture): void {
    this.#open.set(picture.producerId, { picture, bytes: 0 });
  }

  remove(producerId: ProducerId): void {
    const counted = this.#open.get(producerId);
    this.#open.delete(producerId);
    if (counted !== undefined) void this.#read(counted);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#open.clear();
  }

  async #look(): Promise<void> {
    await Promise.all([...this.#open.values()].map((counted) => this.#read(counted)));
    const bytes = this.#bytesSinceLook;
    this.#bytesSinceLook = 0;
    if (bytes > MAX_BYTES_PER_LOOK) this.#count = Math.min(MOST_COUNTED, this.#count + COUNT_OF_TOO_MUCH);
    // Nothing at all is no sign of a small encoder.
    else if (bytes > 0) this.#count = Math.max(0, this.#count - 1);
    if (bytes <= MAX_BYTES_PER_LOOK || this.#count < MOST_COUNTED) return;
    for (const producerId of this.#open.keys()) this.#closeProducer(producerId);
  }

  async #read(counted: Counted): Promise<void> {
    try {
      const stats = await counted.picture.producer.getStats();
      const bytes = stats.reduce((sum, { byteCount }) => sum + byteCount, 0);
      this.#bytesSinceLook += bytes - counted.bytes;
      counted.bytes = bytes;
    } catch {
      // It went down with its transport and has no figures any more.
      this.#open.delete(counted.picture.producerId);
    }
  }
}
