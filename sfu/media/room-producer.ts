import type { PlainTransport, Producer } from 'mediasoup/types';
import type { ProducerId, SeatId } from '../../signaling/protocol/ids.ts';
import { WALL_MAX_BITRATE, type Source } from '../../signaling/protocol/media.ts';
import type { Demand } from './demand.ts';

const LOOK_EVERY_MS = 5_000;
/** Key frames and repairs come on top of what an encoder is told; three times as much is somebody else's encoder. */
const MAX_BYTES_PER_LOOK = (3 * WALL_MAX_BITRATE * LOOK_EVERY_MS) / 8_000;
const LOOKS_TOO_MANY = 2;

/** One stream that a seat sends into the room. */
export interface RoomProducer {
  readonly producerId: ProducerId;
  readonly seatId: SeatId;
  readonly kind: 'audio' | 'video';
  readonly source: Source;
  readonly producer: Producer;
  /** Set when the stream comes as plain RTP; it lives and dies with the producer. */
  readonly ingest: PlainTransport | null;
  /** Set when the stream comes over a pipe from another node, which sends no more than this. */
  readonly demand: Demand | null;
}

/** Boards are read, faces are seen: when the line is short, the board keeps its layers longest. Audio is never in competition. */
export function consumerPriorityOf(source: Source): number {
  return source === 'screen' || source === 'visualiser' ? 200 : 100;
}

/**
 * What a page says of its encoder binds nobody: a picture of the class wall that is no small one is found by what arrives (SPEC V4).
 * Ends with the producer.
 */
export function watchRate({ source, demand, producer }: RoomProducer, onTooMuch: () => void): void {
  if (source !== 'wall' || demand !== null) return;
  let bytesBefore = 0;
  let tooMuch = 0;
  const look = async (): Promise<void> => {
    const stats = await producer.getStats();
    const bytes = stats.reduce((sum, { byteCount }) => sum + byteCount, 0);
    tooMuch = bytes - bytesBefore > MAX_BYTES_PER_LOOK ? tooMuch + 1 : 0;
    bytesBefore = bytes;
    if (tooMuch === LOOKS_TOO_MANY) onTooMuch();
  };
  // A producer that is closed meanwhile has no figures.
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS);
  timer.unref();
  producer.observer.on('close', () => clearInterval(timer));
}
