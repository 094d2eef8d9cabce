import type { InnerHandlers } from '../signaling/runtime/inner-contract.ts';
import type { sfuContract } from './contract.ts';
import { capabilitiesOfRooms } from './media/room-router.ts';
import { CIPHER } from './media/srtp-key.ts';
import type { Taps } from './media/taps.ts';
import type { WorkerPool } from './media/worker-pool.ts';
import { nodeClockUnixUs } from './node-clock.ts';
import type { RoomOwner, Rooms } from './rooms.ts';

type SfuHandlers = InnerHandlers<typeof sfuContract, RoomOwner>;

export interface HandlerParts {
  readonly rooms: Rooms;
  readonly taps: Taps<RoomOwner>;
  readonly pool: WorkerPool;
}

/** Binds the contract: each order finds its room under the fence and becomes one call on the media. */
export function createHandlers(parts: HandlerParts): SfuHandlers {
  return {
    ...roomHandlers(parts),
    ...peerHandlers(parts),
    ...streamHandlers(parts),
    ...pipeHandlers(parts),
    ...tapHandlers(parts),
  };
}

function roomHandlers({ rooms, pool }: HandlerParts) {
  return {
    openRoom: async (order, owner) => {
      const room = await rooms.open(order, owner);
      return { routerId: room.router.id, routerRtpCapabilities: room.rtpCapabilities };
    },
    describeRoom: (order, owner) => {
      const room = rooms.find(order, owner);
      return {
        exists: room !== null,
        routerId: room?.router.id ?? null,
        routerRtpCapabilities: room?.rtpCapabilities ?? null,
        seats: (room?.members ?? []).map((member) => ({
          seatId: member.seatId,
          sendTransportId: member.sendTransportId,
          recvTransportId: member.recvTransportId,
          consumers: member.consumers.listed,
        })),
        producers: room?.producerStates ?? [],
      };
    },
    closeRoom: (order) => {
      rooms.close(order);
      return {};
    },
    capabilities: async () => {
      const { worker } = pool.pickLightest(({ cpuFraction }) => cpuFraction);
      return { routerRtpCapabilities: await capabilitiesOfRooms(worker) };
    },
    clock: () => ({ unixUs: nodeClockUnixUs() }),
    load: () => ({
      workers: pool.slots.length,
      rooms: rooms.all.length,
      consumers: rooms.all.reduce((sum, room) => sum + room.consumerCount, 0),
      cpuFraction: pool.cpuFraction,
    }),
  } satisfies Partial<SfuHandlers>;
}

function peerHandlers({ rooms }: HandlerParts) {
  return {
    createTransports: async (order, owner) => {
      const member = rooms.get(order, owner).memberOrNew(order.seatId);
      return member.replaceTransports({ send: order.send, keepRecv: order.keepRecv });
    },
    claimTransports: (order, owner) => {
      rooms.get(order, owner).member(order.seatId).claim();
      return {};
    },
    connectTransport: async (order, owner) => {
      const member = rooms.get(order, owner).member(order.seatId);
      await member.connectTransport(order.transportId, order.dtlsParameters);
      return {};
    },
    restartIce: async (order, owner) => {
      const member = rooms.get(order, owner).member(order.seatId);
      return { iceParameters: await member.restartIce(order.transportId) };
    },
    removePeer: (order, owner) => {
      rooms.find(order, owner)?.removeMember(order.seatId);
      return {};
    },
  } satisfies Partial<SfuHandlers>;
}

function streamHandlers({ rooms }: HandlerParts) {
  return {
    produce: async (order, owner) => {
      await rooms.get(order, owner).produce(order);
      return { producerId: order.producerId };
    },
    openIngest: (order, owner) => rooms.get(order, owner).openIngest({ ...order, paused: false }),
    setProducerPaused: async (order, owner) => {
      await rooms.get(order, owner).setProducerPaused(order.producerId, order.paused);
      return {};
    },
    closeProducer: (order, owner) => {
      rooms.find(order, owner)?.closeProducer(order.producerId);
      return {};
    },
    consume: async (order, owner) => {
      const room = rooms.get(order, owner);
      return { consumers: await room.consume(order.seatId, order.producerIds, order.rtpCapabilities) };
    },
    setConsumersPaused: async (order, owner) => {
      await rooms.get(order, owner).member(order.seatId).consumers.setPaused(order.consumerIds, order.paused);
      return {};
    },
    setPreferredLayers: async (order, owner) => {
      const { consumers } = rooms.get(order, owner).member(order.seatId);
      await consumers.setPreferredLayers(order.consumerId, order.layers);
      return {};
    },
    closeConsumers: (order, owner) => {
      rooms.get(order, owner).member(order.seatId).consumers.close(order.consumerIds);
      return {};
    },
  } satisfies Partial<SfuHandlers>;
}

function pipeHandlers({ rooms }: HandlerParts) {
  return {
    openPipe: (order, owner) => rooms.get(order, owner).pipes.open(order.nodeId),
    connectPipe: async (order, owner) => {
      await rooms.get(order, owner).pipes.connect(order.nodeId, order.end);
      return {};
    },
    closePipe: async (order, owner) => {
      await rooms.find(order, owner)?.pipes.close(order.nodeId);
      return {};
    },
    sendPiped: async (order, owner) => {
      const room = rooms.get(order, owner);
      const source = room.producer(order.producerId);
      const rtpParameters = await room.pipes.send(order.nodeId, source);
      const { seatId, kind, producer } = source;
      return { seatId, kind, source: source.source, rtpParameters, paused: producer.paused };
    },
    receivePiped: async (order, owner) => {
      await rooms.get(order, owner).receivePiped(order);
      return {};
    },
    setPipedLayer: async (order, owner) => {
      await rooms.get(order, owner).pipes.setLayer(order.nodeId, order.producerId, order.layer);
      return {};
    },
  } satisfies Partial<SfuHandlers>;
}

function tapHandlers({ rooms, taps }: HandlerParts) {
  return {
    openTap: async (order, owner) => {
      const { tapId, consumer, ceiling, transport } = await taps.open(rooms.lookUp(order.roomId), order, owner);
      const keyBase64 = transport.srtpParameters?.keyBase64;
      return {
        tapId,
        kind: consumer.kind,
        rtpParameters: consumer.rtpParameters,
        layers: ceiling.layers,
        fromIp: transport.tuple.localAddress,
        fromRtpPort: transport.tuple.localPort,
        fromRtcpPort: transport.rtcpTuple?.localPort ?? transport.tuple.localPort,
        srtpParameters: keyBase64 === undefined ? null : { cryptoSuite: CIPHER, keyBase64 },
        producerPaused: consumer.producerPaused,
      };
    },
    resumeTap: async ({ tapId }) => {
      await taps.resume(tapId);
      return {};
    },
    requestTapKeyFrame: async ({ tapId }) => {
      await taps.requestKeyFrame(tapId);
      return {};
    },
    tapLayerStopped: async ({ tapId }) => {
      await taps.tellLayerStopped(tapId);
      return {};
    },
    renewTaps: ({ tapIds }, owner) => ({ gone: taps.renew(tapIds, owner) }),
    closeTap: ({ tapId }) => {
      taps.close(tapId);
      return {};
    },
  } satisfies Partial<SfuHandlers>;
}
