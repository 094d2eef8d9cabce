import type * as mediasoup from 'mediasoup/types';
import * as z from 'zod';
import { notice, request } from './define.ts';
import { ConsumerId, ProducerId, RequestId, SeatId, TransportId } from './ids.ts';

/** Media of a seat: WebRTC transports, producers and consumers as mediasoup defines them. */

/** The shape is checked here only as far as it goes; mediasoup itself validates it deeply. */
const passedThrough = <T>() => z.custom<T>((value) => typeof value === 'object' && value !== null);

/** What a recording may have tracks of. */
export const RecordedSource = z.enum(['camera', 'microphone', 'screen', 'screenAudio', 'visualiser']);
export type RecordedSource = z.infer<typeof RecordedSource>;

/** `wall` is a pupil's camera on the class wall: small, slow, for teachers alone, and never recorded (SPEC V). */
export const Source = z.enum([...RecordedSource.options, 'wall']);
export type Source = z.infer<typeof Source>;

/** Of the one encoding of a picture on the class wall, bits per second. */
export const WALL_MAX_BITRATE = 100_000;

export const ProducerInfo = z.object({
  producerId: ProducerId,
  seatId: SeatId,
  kind: z.enum(['audio', 'video']),
  source: Source,
  paused: z.boolean(),
});
export type ProducerInfo = z.infer<typeof ProducerInfo>;

export type StageProducer = ProducerInfo & { readonly source: RecordedSource };

/** Everybody may receive it, and the recording has it: all but the class wall. */
export const isForEverybody = (producer: ProducerInfo): producer is StageProducer => producer.source !== 'wall';

export const TransportOffer = z.object({
  transportId: TransportId,
  iceParameters: passedThrough<mediasoup.IceParameters>(),
  iceCandidates: z.array(passedThrough<mediasoup.IceCandidate>()),
  dtlsParameters: passedThrough<mediasoup.DtlsParameters>(),
});
export type TransportOffer = z.infer<typeof TransportOffer>;

/** `send` is null for a seat that may not send now; it asks `createTransports` with `sendOnly` once it may (SPEC M3). */
export const TransportPair = z.object({ send: TransportOffer.nullable(), recv: TransportOffer });
export type TransportPair = z.infer<typeof TransportPair>;

export const ConsumerOffer = z.object({
  consumerId: ConsumerId,
  producerId: ProducerId,
  seatId: SeatId,
  source: Source,
  kind: z.enum(['audio', 'video']),
  rtpParameters: passedThrough<mediasoup.RtpParameters>(),
  type: z.enum(['simple', 'simulcast', 'svc', 'pipe']),
  producerPaused: z.boolean(),
});
export type ConsumerOffer = z.infer<typeof ConsumerOffer>;

/**
 * What browsers of a room send pictures in: H264, which plays back everywhere without transcoding, until somebody is inside who cannot
 * receive it (Firefox without its OpenH264, some phones); from then on VP8, which every browser with WebRTC has (SPEC M13).
 */
export const VideoCodec = z.enum(['h264', 'vp8']);
export type VideoCodec = z.infer<typeof VideoCodec>;

export const RtpCapabilities = passedThrough<mediasoup.RtpCapabilities>();

export const IceServer = z.object({
  urls: z.array(z.string()),
  username: z.string().optional(),
  credential: z.string().optional(),
});
export type IceServer = z.infer<typeof IceServer>;

const nothing = z.object({});
const consumerIds = z.array(ConsumerId).min(1).max(64);

export const mediaRequests = {
  /**
   * New transports in place of the old ones, after admission, `mediaReset`, or a failed ICE restart. With `sendOnly` the receiving
   * transport and everything on it stays (it is described again) and only a sending one is made: for a seat that comes on stage.
   */
  createTransports: request({
    needs: 'seated',
    params: z.object({ rtpCapabilities: RtpCapabilities, sendOnly: z.boolean().default(false) }),
    result: z.object({ transports: TransportPair, routerRtpCapabilities: RtpCapabilities }),
  }),
  connectTransport: request({
    needs: 'seated',
    params: z.object({ transportId: TransportId, dtlsParameters: passedThrough<mediasoup.DtlsParameters>() }),
    result: nothing,
  }),
  restartIce: request({
    needs: 'seated',
    params: z.object({ transportId: TransportId }),
    result: z.object({ iceParameters: passedThrough<mediasoup.IceParameters>() }),
  }),
  /**
   * Idempotent by `requestId`. The permission follows the source (`sendMicrophone`, …) and is checked by the room.
   * One producer per source and seat: a new one replaces the old.
   */
  produce: request({
    needs: 'seated',
    params: z.object({
      requestId: RequestId,
      kind: z.enum(['audio', 'video']),
      source: Source,
      rtpParameters: passedThrough<mediasoup.RtpParameters>(),
      paused: z.boolean().default(false),
    }),
    result: z.object({ producerId: ProducerId }),
  }),
  /** Own producers only. Unmuting is refused while the seat may not send (`safeMode`, `forbidden`). */
  setProducerPaused: request({
    needs: 'seated',
    params: z.object({ producerId: ProducerId, paused: z.boolean() }),
    result: nothing,
  }),
  closeProducer: request({ needs: 'seated', params: z.object({ producerId: ProducerId }), result: nothing }),
  /** Paused consumers; what cannot be received is left out. */
  consume: request({
    needs: 'seated',
    params: z.object({ producerIds: z.array(ProducerId).min(1).max(64) }),
    result: z.object({ consumers: z.array(ConsumerOffer) }),
  }),
  setConsumersPaused: request({
    needs: 'seated',
    params: z.object({ consumerIds, paused: z.boolean() }),
    result: nothing,
  }),
  setPreferredLayers: request({
    needs: 'seated',
    params: z.object({
      consumerId: ConsumerId,
      spatialLayer: z.int().min(0).max(2),
      temporalLayer: z.int().min(0).max(2).optional(),
    }),
    result: nothing,
  }),
  closeConsumers: request({ needs: 'seated', params: z.object({ consumerIds }), result: nothing }),
} as const;

export const mediaNotices = {
  producerAdded: notice(ProducerInfo),
  producerPaused: notice(z.object({ producerId: ProducerId, paused: z.boolean() })),
  producerClosed: notice(z.object({ producerId: ProducerId })),
  consumersClosed: notice(z.object({ consumerIds: z.array(ConsumerId) })),
  activeSpeaker: notice(z.object({ seatId: SeatId.nullable() })),
  /** The media node was lost: every transport, producer and consumer is gone; ask `createTransports` and send again. */
  mediaReset: notice(z.object({})),
  /** Whoever sends pictures in another codec sends them anew in this one. */
  videoCodecChanged: notice(z.object({ codec: VideoCodec })),
} as const;
