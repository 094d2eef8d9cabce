import type * as mediasoup from 'mediasoup/types';
import * as z from 'zod';
import {
  ConsumerId,
  Fence,
  ProducerId,
  RecordingId,
  RoomId,
  SeatId,
  TrackId,
  TransportId,
} from '../signaling/protocol/ids.ts';
import { Source as TrackSource, TransportOffer } from '../signaling/protocol/media.ts';
import { defineInnerContract } from '../signaling/runtime/inner-contract.ts';

/**
 * The wire between an sfu node (server) and its clients, one authenticated WebSocket each: signaling (rooms) and
 * recorder-capture (taps). The node knows media and nothing of roles: every rule is decided by signaling before it asks.
 *
 * Every order about a room carries the room's fencing number; a number below the highest seen is refused (`staleFence`).
 * The node keeps a room for 30 s after the last signaling connection that ordered for it is gone; a new owner adopts it
 * through `describeRoom`.
 */

/** mediasoup validates these deeply itself; here only the envelope is checked. */
const passedThrough = <T>() => z.custom<T>((value) => typeof value === 'object' && value !== null);

export const RtpCapabilities = passedThrough<mediasoup.RtpCapabilities>();
export const RtpParameters = passedThrough<mediasoup.RtpParameters>();
export const DtlsParameters = passedThrough<mediasoup.DtlsParameters>();
const IceParameters = passedThrough<mediasoup.IceParameters>();

const MediaKind = z.enum(['audio', 'video']);

const inRoom = { roomId: RoomId, fence: Fence };
const ofPeer = { ...inRoom, seatId: SeatId };
/** `nodeId` is the node at the other end. */
const ofPipe = { ...inRoom, nodeId: z.string().min(1) };
const ofPiped = { ...ofPipe, producerId: ProducerId };

/** What the receiver's mediasoup-client needs for `transport.consume()`. */
export const ConsumerOffer = z.object({
  consumerId: ConsumerId,
  producerId: ProducerId,
  kind: MediaKind,
  rtpParameters: RtpParameters,
  type: z.enum(['simple', 'simulcast', 'svc', 'pipe']),
  producerPaused: z.boolean(),
});
export type ConsumerOffer = z.infer<typeof ConsumerOffer>;

export const Layers = z.object({ spatialLayer: z.int().min(0), temporalLayer: z.int().min(0).optional() });
export type Layers = z.infer<typeof Layers>;

/** Of a stream on a pipe: the highest spatial layer that is shown at its far end, null while none is. */
const PipedLayer = z.int().min(0).nullable();

export const ProducerState = z.object({
  producerId: ProducerId,
  seatId: SeatId,
  kind: MediaKind,
  source: TrackSource,
  paused: z.boolean(),
  /** Set where it comes over a pipe from another node of the room: what is wanted of it there. */
  piped: z.object({ layer: PipedLayer }).nullable().default(null),
});
export type ProducerState = z.infer<typeof ProducerState>;

const SrtpKey = z.object({ cryptoSuite: z.literal('AEAD_AES_256_GCM'), keyBase64: z.string() });

/** One end of a pipe, as the other must know it; secret, for it holds the key of what this end sends. */
export const PipeEnd = z.object({
  ip: z.ipv4(),
  port: z.int().min(1).max(65_535),
  srtpParameters: SrtpKey,
});
export type PipeEnd = z.infer<typeof PipeEnd>;

const noResult = z.object({});

export const sfuContract = defineInnerContract({
  requests: {
    /** Creates the room on the least loaded worker, or answers with the one that is there (idempotent). */
    openRoom: {
      params: z.object(inRoom),
      result: z.object({ routerId: z.string(), routerRtpCapabilities: RtpCapabilities }),
    },
    /** `exists: false` when the node holds no such room (never had it, or its worker died). Adopts it for `fence`. */
    describeRoom: {
      params: z.object(inRoom),
      result: z.object({
        exists: z.boolean(),
        routerId: z.string().nullable(),
        routerRtpCapabilities: RtpCapabilities.nullable(),
        seats: z.array(
          z.object({
            seatId: SeatId,
            sendTransportId: TransportId.nullable(),
            recvTransportId: TransportId.nullable(),
            consumers: z.array(z.object({ consumerId: ConsumerId, producerId: ProducerId })),
          }),
        ),
        producers: z.array(ProducerState),
      }),
    },
    closeRoom: { params: z.object(inRoom), result: noResult },

    /**
     * Both transports of a seat, ready made before the browser asks. Replaces older ones of the same seat. A transport that nobody
     * claims within 10 s is closed: the first DTLS connect of the seat, or `claimTransports`, claims both. `send: false` for seats that
     * may not send. `keepRecv`: a receiving transport that is there stays with its consumers and is described again; only the sending
     * one is replaced.
     */
    createTransports: {
      params: z.object({ ...ofPeer, send: z.boolean(), keepRecv: z.boolean().default(false) }),
      result: z.object({ send: TransportOffer.nullable(), recv: TransportOffer }),
    },
    /** The seat's browser has arrived, though it may have nothing to send or receive yet: its transports stay. */
    claimTransports: { params: z.object(ofPeer), result: noResult },
    connectTransport: {
      params: z.object({ ...ofPeer, transportId: TransportId, dtlsParameters: DtlsParameters }),
      result: noResult,
    },
    restartIce: {
      params: z.object({ ...ofPeer, transportId: TransportId }),
      result: z.object({ iceParameters: IceParameters }),
    },
    /** Closes transports, producers and consumers of the seat. Idempotent. */
    removePeer: { params: z.object(ofPeer), result: noResult },

    /** `producerId` is made by signaling: a repeated request answers with the same producer. */
    produce: {
      params: z.object({
        ...ofPeer,
        producerId: ProducerId,
        kind: MediaKind,
        source: TrackSource,
        rtpParameters: RtpParameters,
        paused: z.boolean(),
      }),
      result: z.object({ producerId: ProducerId }),
    },
    /**
     * A producer whose stream comes as plain RTP from a program on this machine (an encoder's ingest, a test) instead of WebRTC. The
     * node learns the sender's addresses from its first RTP and RTCP packets. Streams of one device carry the same
     * `rtpParameters.rtcp.cname`, so that they share its clock. Idempotent by `producerId`; ends with `closeProducer` or the seat.
     */
    openIngest: {
      params: z.object({
        ...ofPeer,
        producerId: ProducerId,
        kind: MediaKind,
        source: TrackSource,
        rtpParameters: RtpParameters,
      }),
      result: z.object({ ip: z.string(), rtpPort: z.int(), rtcpPort: z.int() }),
    },
    setProducerPaused: {
      params: z.object({ ...inRoom, producerId: ProducerId, paused: z.boolean() }),
      result: noResult,
    },
    closeProducer: { params: z.object({ ...inRoom, producerId: ProducerId }), result: noResult },

    /** Paused consumers on the seat's recv transport; producers that it cannot receive or already receives are left out. */
    consume: {
      params: z.object({
        ...ofPeer,
        rtpCapabilities: RtpCapabilities,
        producerIds: z.array(ProducerId).max(64),
      }),
      result: z.object({ consumers: z.array(ConsumerOffer) }),
    },
    /** Pauses or resumes; unknown ids are ignored (they may just have closed). Resuming video asks for a keyframe. */
    setConsumersPaused: {
      params: z.object({ ...ofPeer, consumerIds: z.array(ConsumerId).max(64), paused: z.boolean() }),
      result: noResult,
    },
    setPreferredLayers: {
      params: z.object({ ...ofPeer, consumerId: ConsumerId, layers: Layers }),
      result: noResult,
    },
    closeConsumers: { params: z.object({ ...ofPeer, consumerIds: z.array(ConsumerId).max(64) }), result: noResult },

    /**
     * A room that lives on several nodes has one pipe from its home to each other one, and each stream goes through it once: opened at
     * both ends, then connected with what the other end has answered. All idempotent.
     */
    openPipe: { params: z.object(ofPipe), result: PipeEnd },
    connectPipe: { params: z.object({ ...ofPipe, end: PipeEnd }), result: noResult },
    /** With everything that goes through it. */
    closePipe: { params: z.object(ofPipe), result: noResult },
    /** Makes a stream ready to leave; nothing does before `setPipedLayer`. */
    sendPiped: {
      params: z.object(ofPiped),
      result: z.object({
        seatId: SeatId,
        kind: MediaKind,
        source: TrackSource,
        rtpParameters: RtpParameters,
        paused: z.boolean(),
      }),
    },
    /** The stream at the other end, under the same id; what is wanted of it is told as `pipeWanted`. */
    receivePiped: {
      params: z.object({
        ...ofPiped,
        seatId: SeatId,
        kind: MediaKind,
        source: TrackSource,
        rtpParameters: RtpParameters,
        paused: z.boolean(),
        /** Whether or not anybody there shows it. */
        isAlwaysSent: z.boolean(),
      }),
      result: noResult,
    },
    setPipedLayer: { params: z.object({ ...ofPiped, layer: PipedLayer }), result: noResult },

    /**
     * A copy of one producer towards recorder sockets that are already open (DESIGN §6.1): not comedia, plain RTP to a loopback
     * address and SRTP to any other, rtx left out, payload types and extension ids kept, starts paused. Leased: closed 15 s after the last `renewTap`.
     * A tap of the same recording and track with a lower fence or epoch is closed. Needs no signaling connection.
     * The first keyframe may be followed by packets from before it (lower sequence number and timestamp), which mediasoup kept while it
     * waited: sort by sequence number before use.
     */
    openTap: {
      params: z.object({
        roomId: RoomId,
        recordingId: RecordingId,
        trackId: TrackId,
        producerId: ProducerId,
        epoch: z.int().positive(),
        fence: Fence,
        ip: z.ipv4(),
        rtpPort: z.int().min(1).max(65_535),
        rtcpPort: z.int().min(1).max(65_535),
      }),
      result: z.object({
        tapId: z.string(),
        kind: MediaKind,
        rtpParameters: RtpParameters,
        /** How many simulcast layers its sender may send, of which the highest that comes is copied. */
        layers: z.int().positive(),
        /** Where RTP and RTCP come from. */
        fromIp: z.string(),
        fromRtpPort: z.int(),
        fromRtcpPort: z.int(),
        /** What opens its RTP and RTCP, secret; null on loopback, where they are plain. */
        srtpParameters: SrtpKey.nullable(),
        /** Its sender has paused it: silence is no fault. */
        producerPaused: z.boolean(),
      }),
    },
    resumeTap: { params: z.object({ tapId: z.string() }), result: noResult },
    requestTapKeyFrame: { params: z.object({ tapId: z.string() }), result: noResult },
    /** The simulcast layer that is copied has stopped: whoever shows it, here or behind a pipe, gets a lower one that flows, and what was wanted again 2.5 s later. */
    tapLayerStopped: { params: z.object({ tapId: z.string() }), result: noResult },
    /** Renews many leases at once and says which are gone. */
    renewTaps: {
      params: z.object({ tapIds: z.array(z.string()).max(256) }),
      result: z.object({ gone: z.array(z.string()) }),
    },
    closeTap: { params: z.object({ tapId: z.string() }), result: noResult },

    /** Of any room on this node, also while there is none. */
    capabilities: { params: z.object({}), result: z.object({ routerRtpCapabilities: RtpCapabilities }) },
    /** Clock pair: the node's wall clock now, unix microseconds, for min-RTT alignment. */
    clock: { params: z.object({}), result: z.object({ unixUs: z.int() }) },
    load: {
      params: z.object({}),
      result: z.object({ workers: z.int(), rooms: z.int(), consumers: z.int(), cpuFraction: z.number() }),
    },
  },
  notices: {
    /** The room is gone from this node with everything in it; its owner may open it again at once. */
    roomClosed: z.object({ roomId: RoomId, cause: z.enum(['workerDied', 'ownerGone', 'shutdown']) }),
    /** Whoever closed it: the owner's order, the seat's removal, new transports in place of old ones. */
    producerClosed: z.object({ roomId: RoomId, producerId: ProducerId, seatId: SeatId }),
    producerPaused: z.object({ roomId: RoomId, producerId: ProducerId, paused: z.boolean() }),
    /** Closed with their producers; those closed by an order or with their transport are not told of. */
    consumersClosed: z.object({ roomId: RoomId, seatId: SeatId, consumerIds: z.array(ConsumerId) }),
    /** mediasoup score 0–10 of what arrives from (up) and at (down) a seat; sent when it changes, ≤ 1/s per seat. */
    lineQuality: z.object({ roomId: RoomId, seatId: SeatId, up: z.number().nullable(), down: z.number().nullable() }),
    /** Dominant speaker by mediasoup's ActiveSpeakerObserver (300 ms), null when nobody has spoken for a while. */
    activeSpeaker: z.object({ roomId: RoomId, seatId: SeatId.nullable(), producerId: ProducerId.nullable() }),
    /** How long seats were heard since the last time it was told, by the levels of their sound; every 2 s while somebody is. */
    talked: z.object({ roomId: RoomId, seats: z.array(z.object({ seatId: SeatId, ms: z.int().min(0) })) }),
    /** ICE or DTLS of a seat's transport changed. */
    transportState: z.object({
      roomId: RoomId,
      seatId: SeatId,
      transportId: TransportId,
      state: z.enum(['connected', 'disconnected', 'failed', 'closed', 'unclaimed']),
      protocol: z.enum(['udp', 'tcp']).nullable(),
    }),
    /** What is shown here of a stream that comes over a pipe: to be told to its sender with `setPipedLayer`. */
    pipeWanted: z.object({ roomId: RoomId, producerId: ProducerId, layer: PipedLayer }),
    tapClosed: z.object({ tapId: z.string(), recordingId: RecordingId, trackId: TrackId, cause: z.string() }),
  },
});
