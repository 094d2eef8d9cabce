import type { PlainTransport, Producer } from 'mediasoup/types';
import type { ProducerId, SeatId } from '../../signaling/protocol/ids.ts';
import type { Source } from '../../signaling/protocol/media.ts';
import type { Demand } from './demand.ts';
import { LayerStops } from './layer-ceiling.ts';

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
  readonly stops: LayerStops;
}

type Description = Pick<RoomProducer, 'producerId' | 'seatId' | 'kind' | 'source'>;
export type MadeProducer = Pick<RoomProducer, 'producer' | 'ingest' | 'demand'>;

export function roomProducer({ producerId, seatId, kind, source }: Description, made: MadeProducer): RoomProducer {
  return { producerId, seatId, kind, source, ...made, stops: new LayerStops() };
}

/** Boards are read, faces are seen: when the line is short, the board keeps its layers longest. Audio is never in competition. */
export function consumerPriorityOf(source: Source): number {
  return source === 'screen' || source === 'visualiser' ? 200 : 100;
}
