import { setTimeout as sleep } from 'node:timers/promises';
import type { TestContext } from 'vitest';
import { RecordedRoom, until, type CaptureClient, type CaptureStand } from '../../support/stands/capture-stand.ts';
import { loadMediaClip, type MediaClip } from '../../support/rtp/media-clip.ts';
import { startRedis, type UrlService } from '../../support/stands/services.ts';
import { SfuStand } from '../../support/stands/sfu-stand.ts';

/** What a packet needs from a device's socket to the log. */
const UNDER_WAY_MS = 150;

export type After = TestContext['onTestFinished'];

/** What all faults of a recording are tried on: one node, and what its rooms send. */
export interface Stage {
  readonly sfu: SfuStand;
  readonly redis: UrlService;
  readonly sound: MediaClip;
  readonly picture: MediaClip;
  close(): Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const size = { width: 320, height: 192, fps: 15, kilobitsPerSecond: 800 } as const;
  const [sfu, redis, sound, picture] = await Promise.all([
    SfuStand.create({ workers: 1 }),
    startRedis(),
    loadMediaClip({ codec: 'opus' }),
    loadMediaClip({ codec: 'H264', ...size }),
  ]);
  const close = async (): Promise<void> => {
    await redis.stop();
    await sfu.close();
  };
  return { sfu, redis, sound, picture, close };
}

/** A room with sound and picture that is being recorded. */
export async function recordedPair(stage: Stage, stand: CaptureStand, after: After) {
  const room = await RecordedRoom.open(stage.sfu);
  after(() => room.close());
  const [audio, video] = [await room.add({ clip: stage.sound }), await room.add({ clip: stage.picture })];
  const client = await stand.connect();
  const begin = async (): Promise<void> => {
    await client.call('setGoal', room.goal());
    await until('the taps', async () => (await stand.metric('capture_taps')) === 2);
    await Promise.all([audio.start(), video.start()]);
  };
  return { room, audio, video, streams: [audio, video], client, begin };
}

export async function untilEpoch(client: CaptureClient, room: RecordedRoom, epoch: number): Promise<void> {
  await until(`packets of epoch ${epoch}`, async () => {
    const { recordings } = await client.call('describe', {});
    const tracks = recordings.find(({ recordingId }) => recordingId === room.recordingId)?.tracks ?? [];
    return tracks.length === 2 && tracks.every((track) => track.epoch >= epoch && track.lastPacketUnixMs !== null);
  });
}

/** The lesson is over; answers whether everything was stored at once. */
export async function endLesson(client: CaptureClient, room: RecordedRoom, fence = 1): Promise<boolean> {
  room.close();
  await sleep(UNDER_WAY_MS);
  const endedAtUs = Math.round((performance.timeOrigin + performance.now()) * 1000 - room.startedAtUnixUs);
  return (await client.call('finish', { recordingId: room.recordingId, fence, endedAtUs })).stored;
}
