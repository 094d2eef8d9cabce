import type { RouteReplyInput } from '../protocol/rest.ts';
import type * as mediasoup from 'mediasoup/types';
import type { TransportId } from '../protocol/ids.ts';

/** Transports to try the network with, belonging to nobody's lesson. */
export interface ConnectionChecks {
  start(): Promise<Omit<RouteReplyInput<'startConnectionCheck'>, 'iceServers'>>;
  /** @throws AppError `notFound` once it is over, and for another transport than its own; `invalidInput` for bad parameters. */
  connect(checkId: string, transportId: TransportId, dtlsParameters: mediasoup.DtlsParameters): Promise<void>;
}
