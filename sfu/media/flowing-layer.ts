import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer } from 'mediasoup/types';

/** The slowest lower layer sends eight pictures a second, and two of them may come between two of the one above. */
const LOOK_EVERY_MS = 60;
const MIN_LOOKS = 2;
const MAX_LOOKS = 5;

/**
 * The highest simulcast layer below one that is said to have stopped of which packets come. Undefined when none does, for then the whole line has stopped and what
 * is under way is sent again, and when the layer has not stopped at all.
 *
 * @throws Error of mediasoup: the producer is closed.
 */
export async function flowingLayerBelow(producer: Producer, stopped: number): Promise<number | undefined> {
  const before = await packetCounts(producer);
  let flowing: number | undefined;
  for (let look = 0; look < MAX_LOOKS && (look < MIN_LOOKS || flowing !== stopped - 1); look += 1) {
    await sleep(LOOK_EVERY_MS);
    const counts = await packetCounts(producer);
    const grown = counts.flatMap((count, layer) => (count > (before[layer] ?? 0) ? [layer] : []));
    if (grown.includes(stopped)) return undefined;
    flowing = grown.findLast((layer) => layer < stopped);
  }
  return flowing;
}

/** From the lowest layer to the highest. */
async function packetCounts(producer: Producer): Promise<number[]> {
  const stats = await producer.getStats();
  return (producer.rtpParameters.encodings ?? []).map(({ rid, ssrc }) => {
    const stream = stats.find((candidate) => (rid === undefined ? candidate.ssrc === ssrc : candidate.rid === rid));
    return stream?.packetCount ?? 0;
  });
}
