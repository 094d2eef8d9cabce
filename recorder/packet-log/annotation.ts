import * as z from 'zod';

/**
 * What capture itself notes between the packets of a track, one JSON object per record of kind `annotation`.
 *
 * - `clock`: a min-RTT clock pair with the sfu node (Cristian's algorithm): at `localUnixUs` on the clock of the receive times the node's clock showed `remoteUnixUs`, ± `rttUs / 2`.
 * - `keyFrameRequested`: why a keyframe was asked for.
 * - `loss`: packets that stayed missing 300 ms after the sequence number was skipped.
 * - `layerStalled`: a camera that was flowing stopped, and a lower simulcast layer was asked for.
 * - `silent`, `back`: nothing arrived for 5 s although the producer is live; and the end of it.
 */
export const Annotation = z.discriminatedUnion('type', [
  z.object({ type: z.literal('clock'), localUnixUs: z.int(), remoteUnixUs: z.int(), rttUs: z.int() }),
  z.object({ type: z.literal('keyFrameRequested'), cause: z.enum(['start', 'loss', 'interval', 'resumed']) }),
  z.object({ type: z.literal('loss'), firstSequence: z.int(), packets: z.int() }),
  z.object({ type: z.literal('layerStalled') }),
  z.object({ type: z.literal('silent') }),
  z.object({ type: z.literal('back') }),
]);
export type Annotation = z.infer<typeof Annotation>;

export function encodeAnnotation(annotation: Annotation): Buffer {
  return Buffer.from(JSON.stringify(annotation));
}

/** Undefined when the bytes are no annotation that this version knows. */
export function parseAnnotation(bytes: Buffer): Annotation | undefined {
  try {
    return Annotation.safeParse(JSON.parse(bytes.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
