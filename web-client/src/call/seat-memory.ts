import * as z from 'zod';
import { IceServer, RtpCapabilities } from '../../../signaling/protocol/media.ts';
import { RoomId, SeatId } from '../../../signaling/protocol/ids.ts';

const KEY_PREFIX = 'tongke.seat.';
/** The server keeps a seat token valid this long after a disconnect; later the room is entered anew. */
const VALID_MS = 30_000;

const Remembered = z.object({
  roomId: RoomId,
  seatId: SeatId,
  seatToken: z.string(),
  /** The room answered with these when it was entered; a reload needs them again before its handshake. */
  routerRtpCapabilities: RtpCapabilities.nullable(),
  iceServers: z.array(IceServer),
  savedAtMs: z.number(),
});
export type RememberedSeat = z.infer<typeof Remembered>;

/**
 * The seat token of this tab, so that a reload gets the same seat. In sessionStorage: it is nobody else's business, and a
 * second tab must not steal the seat of the first.
 */
export class SeatMemory {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  save(lessonKey: string, seat: Omit<RememberedSeat, 'savedAtMs'>, nowMs = Date.now()): void {
    this.#storage.setItem(KEY_PREFIX + lessonKey, JSON.stringify({ ...seat, savedAtMs: nowMs }));
  }

  /** Called while the room is open, so that the 30 s count from the moment the page went away. */
  touch(lessonKey: string, nowMs = Date.now()): void {
    const seat = this.#read(lessonKey);
    if (seat !== null) this.save(lessonKey, seat, nowMs);
  }

  recall(lessonKey: string, nowMs = Date.now()): RememberedSeat | null {
    const seat = this.#read(lessonKey);
    if (seat === null || nowMs - seat.savedAtMs > VALID_MS) return null;
    return seat;
  }

  forget(lessonKey: string): void {
    this.#storage.removeItem(KEY_PREFIX + lessonKey);
  }

  #read(lessonKey: string): RememberedSeat | null {
    const stored = this.#storage.getItem(KEY_PREFIX + lessonKey);
    if (stored === null) return null;
    try {
      return Remembered.parse(JSON.parse(stored));
    } catch {
      return null;
    }
  }
}
