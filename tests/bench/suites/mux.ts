import { join } from 'node:path';
import { EpochWorker, emptyEpochState } from '../../../recorder/mux/epoch-worker.ts';
import type { EpochState } from '../../../recorder/mux/mux-state.ts';
import { PlayStore } from '../../../recorder/mux/play-store.ts';
import { SoundTrack } from '../../../recorder/mux/sound-track.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../../storage/objects/directory.ts';
import { ManifestStore } from '../../../storage/objects/manifest-store.ts';
import type { ManifestTrack } from '../../../storage/objects/manifest.ts';
import { LoggedRecording, PAYLOAD_TYPES } from '../../support/media/logged-recording.ts';
import { rtpTimeline } from '../../support/rtp/rtp-timeline.ts';
import type { BenchStage } from '../bench-stage.ts';
import { loadSound, loadPicture } from '../bench-media.ts';
import { median, type Figure } from '../figure.ts';

const STARTED_UNIX_US = 1_790_000_000_000_000;
const BUDGET_TIMES = 500;
const MIXED_TRACKS = 4;
const SECONDS_PER_HOUR = 3_600;

type Codec = 'H264' | 'VP8' | 'VP9' | 'AV1' | 'opus';

interface Desk {
  readonly store: DirectoryObjectStore;
  readonly mediaSeconds: number;
  readonly rounds: number;
}

/** Packet logs of one codec, as capture leaves them in the directory store. */
async function logTracks(desk: Desk, codec: Codec, count: number): Promise<LoggedRecording> {
  const clip = codec === 'opus' ? await loadSound() : await loadPicture(codec);
  const recording = new LoggedRecording(desk.store, STARTED_UNIX_US);
  for (let index = 0; index < count; index += 1) {
    const ssrc = index + 1;
    const packets = rtpTimeline({
      clip,
      startUnixUs: STARTED_UNIX_US,
      ssrc,
      payloadType: PAYLOAD_TYPES[codec],
      cname: `bench-${index}`,
      durationUs: desk.mediaSeconds * 1e6,
    });
    const source = codec === 'opus' ? 'microphone' : 'camera';
    recording.add({ track: `${codec}-${index}`, seat: `seat-${index}`, source, codec, ssrc, packets });
  }
  await recording.storeUntil(undefined, { endedAtUs: desk.mediaSeconds * 1e6 });
  return recording;
}

/** Chunks of the packet log to CMAF or WebM in the store, everything of one track. */
async function muxTrack(
  store: DirectoryObjectStore,
  recording: LoggedRecording,
  track: ManifestTrack,
): Promise<EpochState> {
  const [epoch] = track.epochs;
  if (epoch === undefined) throw new Error('the track has no epoch');
  const play = new PlayStore(store, recording.recordingId);
  const state = emptyEpochState(track, epoch);
  const { startedAtUnixUs } = recording;
  const log = createLog('bench', 'silent');
  const isWithheld = (): boolean => false;
  const worker = new EpochWorker({ objects: store, play, log, track, epoch, startedAtUnixUs, isWithheld }, state);
  return worker.advance(state, epoch.chunks, true);
}

async function tracksOf(store: DirectoryObjectStore, recording: LoggedRecording): Promise<readonly ManifestTrack[]> {
  return (await new ManifestStore(store).read(recording.recordingId))?.tracks ?? [];
}

interface Pace {
  /** Seconds of media that one second is enough for. */
  readonly times: number;
  /** CPU of this process for an hour of media; without that of ffmpeg. */
  readonly cpuSecondsPerHour: number;
}

/** Medians over the rounds. */
async function paceOf(desk: Desk, work: () => Promise<unknown>): Promise<Pace> {
  const rounds: Pace[] = [];
  for (let round = 0; round < desk.rounds; round += 1) {
    const [startedMs, cpuBefore] = [performance.now(), process.cpuUsage()];
    await work();
    const { user, system } = process.cpuUsage(cpuBefore);
    rounds.push({
      times: (desk.mediaSeconds * 1_000) / (performance.now() - startedMs),
      cpuSecondsPerHour: ((user + system) / 1e6) * (SECONDS_PER_HOUR / desk.mediaSeconds),
    });
  }
  return {
    times: median(rounds.map(({ times }) => times)),
    cpuSecondsPerHour: median(rounds.map(({ cpuSecondsPerHour }) => cpuSecondsPerHour)),
  };
}

async function measureCodec(desk: Desk, codec: Codec): Promise<Figure[]> {
  const recording = await logTracks(desk, codec, 1);
  const [track] = await tracksOf(desk.store, recording);
  if (track === undefined) throw new Error('nothing was logged');
  const pace = await paceOf(desk, async () => muxTrack(desk.store, recording, track));
  const name = `mux.${codec.toLowerCase()}`;
  return [
    { name, value: pace.times, unit: '× real time', better: 'higher', budget: BUDGET_TIMES },
    { name: `${name}.cpu`, value: pace.cpuSecondsPerHour, unit: 'CPU-s/h', better: 'lower' },
  ];
}

/** The rolling mix alone: decode, add up, encode, once its tracks are muxed. */
async function measureMix(desk: Desk): Promise<Figure> {
  const recording = await logTracks(desk, 'opus', MIXED_TRACKS);
  const epochs: EpochState[] = [];
  for (const track of await tracksOf(desk.store, recording)) epochs.push(await muxTrack(desk.store, recording, track));
  const { times } = await paceOf(desk, async () => {
    const play = new PlayStore(desk.store, recording.recordingId);
    const sound = new SoundTrack({ ffmpegPath: 'ffmpeg', play });
    await sound.advance({ sound: undefined, epochs, leftOut: [], untilUs: desk.mediaSeconds * 1e6, isFinal: true });
  });
  return { name: `mux.aac-mix-of-${MIXED_TRACKS}`, value: times, unit: '× real time', better: 'higher' };
}

/** How fast the rolling muxer is, by codec (720p30 at 1.5 Mbit/s; 32 kbit/s Opus), into a directory as object store. */
export async function measureMux(stage: BenchStage): Promise<Figure[]> {
  const store = await DirectoryObjectStore.create(join(stage.folder, 'objects'));
  const desk = { store, mediaSeconds: stage.isShort ? 20 : 300, rounds: stage.isShort ? 1 : 5 };
  const figures: Figure[] = [];
  for (const codec of ['H264', 'VP8', 'VP9', 'AV1', 'opus'] as const) {
    stage.say(codec);
    figures.push(...(await measureCodec(desk, codec)));
  }
  stage.say('mix');
  return [...figures, await measureMix(desk)];
}
