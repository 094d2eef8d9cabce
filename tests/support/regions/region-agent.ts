/**
 * Runs in a region, beside its sfu node, which takes and gives plain RTP on its own machine only: devices that send and sinks that receive.
 * Ordered over IPC by `RegionProgram`.
 */
import { loadMediaClip } from '../rtp/media-clip.ts';
import { createRtpSink, type RtpSink } from '../rtp/rtp-sink.ts';
import { createRtpSource, type RtpSource } from '../rtp/rtp-source.ts';
import type { AgentAnswers, AgentOrder } from './region-program.ts';

const sources: RtpSource[] = [];
const sinks: RtpSink[] = [];

function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`nothing at ${index}`);
  return found;
}

async function obey(order: AgentOrder): Promise<AgentAnswers[AgentOrder['do']]> {
  switch (order.do) {
    case 'makeSource': {
      const [clip, ...higherLayers] = await Promise.all(order.clips.map((spec) => loadMediaClip(spec)));
      if (clip === undefined) throw new Error('a source has a clip');
      const source = createRtpSource({ clip, higherLayers });
      return { index: sources.push(source) - 1, kind: clip.kind, rtpParameters: source.rtpParameters };
    }
    case 'startSource':
      await at(sources, order.index).start(order.target);
      return {};
    case 'makeSink': {
      const sink = await createRtpSink();
      return { index: sinks.push(sink) - 1, rtpPort: sink.rtpPort, rtcpPort: sink.rtcpPort };
    }
    case 'readSink': {
      const { packets } = at(sinks, order.index);
      return packets.map(({ sequence, timestamp, receivedUnixUs }) => ({ sequence, timestamp, receivedUnixUs }));
    }
  }
}

// One order at a time, answered in turn.
process.on('message', (order: AgentOrder) => {
  void obey(order).then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit(0));
