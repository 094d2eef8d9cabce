import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { MediaKind, RtpParameters } from 'mediasoup/types';
import * as z from 'zod';
import type { MediaClip } from '../support/rtp/media-clip.ts';
import { createRtpSource } from '../support/rtp/rtp-source.ts';
import { newRecordingId, newTrackId } from '../support/stands/sfu-stand.ts';
import type { BareAnswer } from './bare/bare-sfu.ts';
import type { BenchStage } from './bench-stage.ts';
import { openLecture } from './lecture.ts';

const LEASE_RENEWAL_MS = 5_000;
/** As many as one order takes. */
const TAPS_PER_RENEWAL = 256;
const Ports = z.array(z.int());

interface Intake {
  ingest(kind: MediaKind, rtpParameters: RtpParameters): Promise<BareAnswer>;
}

/** One of the two sides: takes one stream in, sends copies of it out. */
export interface Forwarder extends Intake {
  readonly pid: number;
  /** A copy of the stream that came in as the n-th. */
  copy(stream: number, to: BareAnswer): Promise<void>;
}

async function deafPorts(stage: BenchStage, count: number): Promise<number[]> {
  const child = fork(join(import.meta.dirname, './bare/deaf-sink.ts'), [String(count)]);
  stage.keep(child, (opened) => opened.kill('SIGKILL'));
  const [ports] = (await once(child, 'message')) as [unknown];
  child.kill('SIGSTOP');
  return Ports.parse(ports);
}

/** The real process, which sends its copies as it does to a recorder. */
export async function openOurs(stage: BenchStage): Promise<Forwarder> {
  const lecture = await openLecture(stage);
  const { pid, client, place, producerIds } = lecture;
  const tapIds: string[] = [];
  const renewing = setInterval(() => {
    for (let from = 0; from < tapIds.length; from += TAPS_PER_RENEWAL) {
      const some = tapIds.slice(from, from + TAPS_PER_RENEWAL);
      client.call('renewTaps', { tapIds: some }).catch(() => undefined);
    }
  }, LEASE_RENEWAL_MS);
  stage.keep(renewing, clearInterval);
  return {
    pid,
    ingest: async (kind, rtpParameters) => lecture.ingest(kind, rtpParameters),
    copy: async (stream, to) => {
      const producerId = producerIds[stream];
      if (producerId === undefined) throw new Error('no such stream');
      const of = { ...place, recordingId: newRecordingId(), trackId: newTrackId(), epoch: 1 };
      const { tapId } = await client.call('openTap', { ...of, producerId, ip: '127.0.0.1', ...to });
      await client.call('resumeTap', { tapId });
      tapIds.push(tapId);
    },
  };
}

export async function ingest(stage: BenchStage, side: Intake, clips: readonly MediaClip[]): Promise<void> {
  for (const clip of clips) {
    const source = stage.keep(createRtpSource({ clip }), (opened) => opened.stop());
    const target = await side.ingest(clip.kind, source.rtpParameters);
    await source.start({ ip: '127.0.0.1', ...target });
  }
}

export async function addViewers(stage: BenchStage, side: Forwarder, streams: number, count: number): Promise<void> {
  const ports = await deafPorts(stage, count * streams * 2);
  for (let stream = 0; stream < streams; stream += 1) {
    for (let n = 0; n < count; n += 1) {
      const [rtpPort, rtcpPort] = ports.splice(0, 2);
      if (rtpPort === undefined || rtcpPort === undefined) throw new Error('too few ports');
      await side.copy(stream, { rtpPort, rtcpPort });
    }
  }
}
