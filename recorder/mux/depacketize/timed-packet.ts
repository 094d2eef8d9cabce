/** One packet in sending order, with its place in the stream and where it was read. */
export interface TimedPacket {
  readonly payload: Buffer;
  readonly marker: boolean;
  /** Extended sequence number: never wraps. */
  readonly extended: number;
  /** Unwrapped RTP time. */
  readonly rtp: number;
  readonly receivedUs: number;
  /** Packets before this one are missing for good. */
  readonly afterLoss: boolean;
  /** The chunk of the packet log that holds it. */
  readonly chunk: number;
  /** RTP timestamp as it was sent. */
  readonly timestamp: number;
}
