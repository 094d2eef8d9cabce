import { randomUUID } from 'node:crypto';
import type * as mediasoup from 'mediasoup/types';
import { AppError } from '../protocol/errors.ts';
import { Fence, RoomId, SeatId, type TransportId } from '../protocol/ids.ts';
import type { ConnectionChecks } from '../http/connection-checks.ts';
import type { MediaListener, MediaNode, OpenMedia } from '../rooms/ports.ts';

const CHECK_LASTS_MS = 20_000;
const OPEN_TIMEOUT_MS = 3_000;
/** So that a page that asks in a loop cannot eat the node's transports. */
const MAX_CHECKS = 64;

const deaf: MediaListener = {
  onProducerClosed: () => undefined,
  onConsumersClosed: () => undefined,
  onTransportClosed: () => undefined,
  onLineQuality: () => undefined,
  onActiveSpeaker: () => undefined,
  onTalked: () => undefined,
  onAdopted: () => undefined,
  onReset: () => undefined,
  onSeatsReset: () => undefined,
  onBranchesChanged: () => undefined,
};

/** Connection checks as seats of one hidden room that is open while somebody checks. */
export class RoomConnectionChecks implements ConnectionChecks {
  readonly #openMedia: OpenMedia;
  readonly #checks = new Map<string, { readonly transportId: TransportId; readonly timer: NodeJS.Timeout }>();
  #room: MediaNode | null = null;

  constructor(openMedia: OpenMedia) {
    this.#openMedia = openMedia;
  }

  readonly start: ConnectionChecks['start'] = async () => {
    if (this.#checks.size >= MAX_CHECKS) throw new AppError('unavailable');
    const room = this.#openRoom();
    await room.opened(OPEN_TIMEOUT_MS);
    const checkId = randomUUID();
    const { send } = await room.createTransports(SeatId.parse(checkId), { send: true, keepRecv: false, region: null });
    const { routerRtpCapabilities } = room;
    if (send === null || routerRtpCapabilities === null) throw new AppError('unavailable');
    const timer = setTimeout(() => this.#end(checkId), CHECK_LASTS_MS);
    this.#checks.set(checkId, { transportId: send.transportId, timer });
    return { checkId, routerRtpCapabilities, transport: send };
  };

  readonly connect = async (
    checkId: string,
    transportId: TransportId,
    dtlsParameters: mediasoup.DtlsParameters,
  ): Promise<void> => {
    if (this.#room === null || this.#checks.get(checkId)?.transportId !== transportId) throw new AppError('notFound');
    await this.#room.connectTransport(SeatId.parse(checkId), transportId, dtlsParameters);
  };

  async close(): Promise<void> {
    for (const { timer } of this.#checks.values()) clearTimeout(timer);
    this.#checks.clear();
    await this.#room?.close();
    this.#room = null;
  }

  #openRoom(): MediaNode {
    this.#room ??= this.#openMedia({
      roomId: RoomId.parse(`check-${randomUUID()}`),
      fence: Fence.parse(1),
      region: null,
      wasOnNodeId: null,
      wasOnBranches: [],
      listener: deaf,
    });
    return this.#room;
  }

  #end(checkId: string): void {
    this.#checks.delete(checkId);
    const room = this.#room;
    if (room === null) return;
    if (this.#checks.size > 0) {
      void room.removeSeat(SeatId.parse(checkId)).catch(() => undefined);
      return;
    }
    this.#room = null;
    void room.close();
  }
}
