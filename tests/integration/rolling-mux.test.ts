import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordingEvent } from '../../recorder/contract.ts';
import { SeatId, TrackId } from '../../signaling/protocol/ids.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import type { TrackSource } from '../../storage/objects/manifest.ts';
import { objectKeys } from '../../storage/objects/object-keys.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { beepTimes, flashTimes, median } from '../support/media/flash-and-beep.ts';
import { LoggedRecording, PAYLOAD_TYPES } from '../support/media/logged-recording.ts';
import { readPlayIndex, runsOf, writePlayable } from '../support/media/play-files.ts';
import { loadMediaClip, type MediaClip } from '../support/rtp/media-clip.ts';
import { captureUnixUsOf, rtpTimeline, type RtpStreamOptions } from '../support/rtp/rtp-timeline.ts';
import { runPiped } from '../../recorder/ffmpeg/pipe.ts';
import { createMuxer, type Muxer } from '../../recorder/mux/muxer.ts';

const STARTED = 1_790_000_000_000_000;
const log = createLog('mux-test', 'silent');
const smallClip = { width: 160, height: 96, fps: 30, kilobitsPerSecond: 150 } as const;

let folder: string;
let store: DirectoryObjectStore;
let recording: LoggedRecording;
let muxer: Muxer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-mux-'));
  store = await DirectoryObjectStore.create(join(folder, 'objects'));
  recording = new LoggedRecording(store, STARTED);
  muxer = createMuxer({ store, log });
});
afterEach(async () => {
  await muxer.close();
  await rm(folder, { recursive: true, force: true });
});

type Sent = Partial<RtpStreamOptions> & { readonly clip: MediaClip; readonly ssrc: number };

function sent(options: Sent): Iterable<{ kind: 'rtp' | 'rtcp'; atUnixUs: number; bytes: Buffer }> {
  const payloadType = PAYLOAD_TYPES[options.clip.codec];
  return rtpTimeline({ startUnixUs: STARTED, payloadType, cname: 'test', ...options });
}

const microphone = { track: 'mic', seat: 'lecturer', source: 'microphone', codec: 'opus' } as const;
const camera = { track: 'cam', seat: 'lecturer', source: 'camera', codec: 'H264' } as const;
const screen = { track: 'scr', seat: 'lecturer', source: 'screen', codec: 'VP8' } as const;

async function playableOf(view: string): Promise<string> {
  const index = await readPlayIndex(store, recording.recordingId);
  const segments = runsOf(index, view).flatMap((run) => run.segments);
  const extension = runsOf(index, view)[0]?.container === 'webm' ? 'webm' : 'mp4';
  return writePlayable(store, recording.recordingId, folder, `${view}.${extension}`, segments);
}

/** Beeps of the mix from the window at `fromS` on. */
async function heardBeeps(fromS = 0): Promise<number[]> {
  const { sound } = await readPlayIndex(store, recording.recordingId);
  const segments = (sound?.segments ?? []).filter(({ endUs }) => endUs > fromS * 1e6);
  const path = await writePlayable(store, recording.recordingId, folder, 'sound.mp4', segments);
  return beepTimes(path, (segments[0]?.startUs ?? 0) / 1e6);
}

/** Times of the frames that decode, and what the decoder complained of. */
async function decodedFrames(path: string): Promise<{ times: number[]; complaints: string }> {
  const args = ['-v', 'error', '-show_entries', 'frame=pts_time', '-of', 'csv=p=0', '-select_streams', 'v', path];
  const { stdout, stderr } = await runPiped({ program: 'ffprobe', args });
  const times = stdout.toString('utf8').split('\n').filter(Boolean).map(Number.parseFloat);
  return { times, complaints: stderr };
}

async function playedNames(): Promise<Set<string>> {
  const { views, sound } = await readPlayIndex(store, recording.recordingId);
  const runs = views.flatMap((view) => view.runs);
  return new Set([...runs.flatMap(({ segments }) => segments), ...(sound?.segments ?? [])].map(({ uri }) => uri));
}

function addedAs<S extends TrackSource, K extends 'audio' | 'video'>(track: string, source: S, kind: K) {
  return { seatId: SeatId.parse('seat-lecturer'), trackId: TrackId.parse(track), source, kind };
}

const lateBy = (us: number): (() => number) => {
  return () => us;
};

describe('rolling mux', () => {
  it('plays board, lecturer and sound on session time, each frame once, while chunks come in', async () => {
    const h264 = await loadMediaClip({ codec: 'H264', ...smallClip });
    const vp8 = await loadMediaClip({ codec: 'VP8', ...smallClip });
    const opus = await loadMediaClip({ codec: 'opus' });
    const network = { seed: 7, reorder: 0.03, reorderDelayUs: 250_000 };
    const shared = { startUnixUs: STARTED + 400_000, durationUs: 34_000_000, network };
    const video = sent({ clip: h264, ssrc: 11, rtpBase: 2 ** 32 - 90_000, sequenceBase: 65_500, ...shared });
    recording.add({ ...camera, ssrc: 11, packets: video, delayUs: lateBy(40_000) });
    const board = sent({ clip: vp8, ssrc: 12, skewPpm: 80, ...shared });
    recording.add({ ...screen, ssrc: 12, packets: board, delayUs: lateBy(90_000) });
    const sound = sent({ clip: opus, ssrc: 13, skewPpm: -90, ...shared });
    recording.add({ ...microphone, ssrc: 13, packets: sound, delayUs: lateBy(20_000) });
    for (const seconds of [11, 21, 32]) {
      await recording.storeUntil(seconds);
      const result = await muxer.step(recording.recordingId, { final: false });
      expect(result.durationUs).toBeGreaterThan((seconds - 8) * 1e6);
    }
    await recording.storeUntil(undefined, { endedAtUs: 35_000_000 });
    const result = await muxer.step(recording.recordingId, { final: true });
    expect(result).toMatchObject({ final: true, durationUs: 35_000_000 });

    for (const view of ['board', 'lecturer']) {
      const path = await playableOf(view);
      const { times, complaints } = await decodedFrames(path);
      expect(complaints).toBe('');
      expect(times).toHaveLength(34 * 30);
      expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true);
      const flashes = await flashTimes(path);
      // Opus starts early, so that the beep after the last whole second is in it too.
      const beeps = (await heardBeeps()).slice(0, 34);
      expect(flashes).toHaveLength(34);
      expect(beeps).toHaveLength(34);
      expect(Math.abs(median(flashes.map((flash, index) => flash - (beeps[index] ?? 0))))).toBeLessThan(0.005);
      expect(Math.abs(median(flashes.map((flash, index) => flash - 0.4 - index)))).toBeLessThan(0.01);
    }
    const index = await readPlayIndex(store, recording.recordingId);
    expect(index).toMatchObject({
      complete: true,
      durationUs: 35_000_000,
      masters: { lecturer: 'master-lecturer.m3u8' },
    });
    expect(Object.keys(index.masters)).toEqual(['lecturer']);
    const manifest = await new ManifestStore(store).read(recording.recordingId);
    expect(manifest?.renditions).toMatchObject([{ kind: 'views', durationUs: 35_000_000 }]);
    const clock = manifest?.tracks.find((track) => track.source === 'screen')?.epochs[0]?.clock;
    expect(clock?.basis).toBe('senderReports');
    expect(clock?.skewPpm).toBeCloseTo(-80, 0);
  });

  it('keeps |A/V offset| within 40 ms after an hour with 100 ppm of skew against each other and a hole of 58 minutes', async () => {
    const h264 = await loadMediaClip({ codec: 'H264', ...smallClip, fps: 10, kilobitsPerSecond: 40 });
    const opus = await loadMediaClip({ codec: 'opus' });
    const hour = 3_600_000_000;
    const network = { seed: 5, blackoutsUs: [{ fromUs: 30_000_000, toUs: hour - 50_000_000 }] };
    const video = { clip: h264, ssrc: 11, skewPpm: 100, durationUs: hour, network };
    recording.add({ ...camera, ssrc: 11, packets: sent(video), delayUs: lateBy(150_000) });
    const sound = { clip: opus, ssrc: 13, skewPpm: -100, durationUs: hour, network };
    recording.add({ ...microphone, ssrc: 13, packets: sent(sound), delayUs: lateBy(30_000) });
    for (const seconds of [30, 600, 1800, 3580]) {
      await recording.storeUntil(seconds);
      await muxer.step(recording.recordingId, { final: false });
    }
    await recording.storeUntil();
    await muxer.step(recording.recordingId, { final: true });
    const after = (times: number[]): number[] => times.filter((time) => time > 3550);
    const flashes = after(await flashTimes(await playableOf('lecturer')));
    const beeps = after(await heardBeeps(3550));
    expect(flashes.length).toBeGreaterThanOrEqual(30);
    const truth = (skewPpm: number, time: number): number => {
      const second = Math.round(time * (1 + skewPpm / 1e6));
      return (captureUnixUsOf({ startUnixUs: 0, skewPpm }, second * 1e6) / 1e6 - time) * 1000;
    };
    const videoErrors = flashes.map((time) => truth(100, time));
    const soundErrors = beeps.map((time) => truth(-100, time));
    expect(Math.abs(median(videoErrors) - median(soundErrors))).toBeLessThanOrEqual(40);
    expect(Math.abs(median(videoErrors))).toBeLessThan(10);
    expect(Math.abs(median(soundErrors))).toBeLessThan(10);
  }, 120_000);

  it('drops from a loss to the next keyframe and shows no damaged picture', async () => {
    const h264 = await loadMediaClip({ codec: 'H264', ...smallClip });
    const vp8 = await loadMediaClip({ codec: 'VP8', ...smallClip });
    const shared = { durationUs: 20_000_000, network: { seed: 21, loss: 0.01 } };
    recording.add({ ...camera, ssrc: 11, packets: sent({ clip: h264, ssrc: 11, ...shared }) });
    recording.add({ ...screen, ssrc: 12, packets: sent({ clip: vp8, ssrc: 12, ...shared }) });
    await recording.storeUntil();
    await muxer.step(recording.recordingId, { final: true });
    for (const view of ['lecturer', 'board']) {
      const { times, complaints } = await decodedFrames(await playableOf(view));
      expect(complaints).toBe('');
      expect(times.length).toBeGreaterThan(200);
      expect(times.length).toBeLessThan(600);
      // Every frame stands at its own place: a multiple of 1/30 s of session time.
      expect(times.every((time) => Math.abs(time * 30 - Math.round(time * 30)) < 0.1)).toBe(true);
    }
  });

  it('starts a new run with a new initialisation when the resolution changes', async () => {
    const small = await loadMediaClip({ codec: 'H264', ...smallClip, seconds: 4 });
    const large = await loadMediaClip({ codec: 'H264', width: 320, height: 192, fps: 30, seconds: 4 });
    const first = [...sent({ clip: small, ssrc: 11, durationUs: 4_000_000 })];
    const packets = first.filter(({ kind }) => kind === 'rtp').length;
    const then = sent({
      clip: large,
      ssrc: 11,
      sequenceBase: packets,
      rtpBase: 360_000,
      startUnixUs: STARTED + 4_000_000,
      durationUs: 4_000_000,
    });
    recording.add({ ...camera, ssrc: 11, packets: [...first, ...then] });
    await recording.storeUntil();
    await muxer.step(recording.recordingId, { final: true });
    const runs = runsOf(await readPlayIndex(store, recording.recordingId), 'lecturer');
    expect(runs.map(({ width, height }) => [width, height])).toEqual([
      [160, 96],
      [320, 192],
    ]);
    expect(runs[1]?.segments[0]?.startUs).toBe(runs[0]?.segments.at(-1)?.endUs);
    for (const [index, run] of runs.entries()) {
      const path = await writePlayable(store, recording.recordingId, folder, `${index}.mp4`, run.segments);
      const { times, complaints } = await decodedFrames(path);
      expect(complaints).toBe('');
      expect(times).toHaveLength(120);
      expect(times[0]).toBeCloseTo(index * 4, 2);
    }
  });

  it('goes on after a death at any write, without losing or doubling a frame', async () => {
    const h264 = await loadMediaClip({ codec: 'H264', ...smallClip });
    const opus = await loadMediaClip({ codec: 'opus' });
    recording.add({ ...camera, ssrc: 11, packets: sent({ clip: h264, ssrc: 11, durationUs: 24_000_000 }) });
    recording.add({ ...microphone, ssrc: 13, packets: sent({ clip: opus, ssrc: 13, durationUs: 24_000_000 }) });
    let writes = 0;
    for (const [step, seconds] of [11, 21, undefined].entries()) {
      await recording.storeUntil(seconds);
      for (let died = 1; ; died += step === 0 ? 1 : 3) {
        const dying = createMuxer({ store: dyingAfter(store, died), log });
        const result = await dying.step(recording.recordingId, { final: seconds === undefined }).catch(() => undefined);
        writes += 1;
        if (result !== undefined) break;
      }
    }
    expect(writes).toBeGreaterThan(10);
    const { times } = await decodedFrames(await playableOf('lecturer'));
    expect(times).toHaveLength(24 * 30);
    expect(new Set(times).size).toBe(24 * 30);
    expect((await heardBeeps()).filter((time) => time < 23.9)).toHaveLength(24);
  });

  it('lets of two processes that mux the same recording one go on, with nothing doubled', async () => {
    const h264 = await loadMediaClip({ codec: 'H264', ...smallClip });
    recording.add({ ...camera, ssrc: 11, packets: sent({ clip: h264, ssrc: 11, durationUs: 24_000_000 }) });
    const other = createMuxer({ store, log });
    for (const seconds of [11, 21, undefined]) {
      await recording.storeUntil(seconds);
      const steps = [muxer, other].map((each) => each.step(recording.recordingId, { final: seconds === undefined }));
      await Promise.all(steps);
    }
    expect((await decodedFrames(await playableOf('lecturer'))).times).toHaveLength(24 * 30);
  });

  it('joins epochs on session time with the hole between them, and hears a late epoch in what was mixed before', async () => {
    const h264 = await loadMediaClip({ codec: 'H264', ...smallClip });
    const opus = await loadMediaClip({ codec: 'opus' });
    const part = { durationUs: 12_000_000 };
    recording.add({ ...camera, ssrc: 11, packets: sent({ clip: h264, ssrc: 11, ...part }) });
    recording.add({ ...microphone, ssrc: 13, packets: sent({ clip: opus, ssrc: 13, durationUs: 40_000_000 }) });
    await recording.storeUntil(41);
    await muxer.step(recording.recordingId, { final: false });
    const startUnixUs = STARTED + 15_000_000;
    recording.add({ ...camera, epoch: 2, ssrc: 21, packets: sent({ clip: h264, ssrc: 21, startUnixUs, ...part }) });
    const late = sent({ clip: opus, ssrc: 33, startUnixUs: startUnixUs + 500_000, durationUs: 5_000_000 });
    recording.add({ ...microphone, track: 'pupil', seat: 'pupil', ssrc: 33, packets: late });
    await recording.storeUntil();
    await muxer.step(recording.recordingId, { final: true });
    const flashes = await flashTimes(await playableOf('lecturer'));
    expect(flashes.map((time) => Math.round(time * 100) / 100)).toEqual([
      ...Array.from({ length: 12 }, (_, second) => second),
      ...Array.from({ length: 12 }, (_, second) => second + 15),
    ]);
    const beeps = await heardBeeps();
    expect(beeps.filter((time) => Math.abs((time % 1) - 0.5) < 0.02)).toEqual([]);
    const { sound } = await readPlayIndex(store, recording.recordingId);
    expect(sound?.segments.map(({ startUs }) => startUs)).toEqual([0, 10_240_000, 20_480_000, 30_720_000]);
  });

  it('stays complete when a step that was wished for during class gets its turn after the last one', async () => {
    const opus = await loadMediaClip({ codec: 'opus' });
    recording.add({ ...microphone, ssrc: 13, packets: sent({ clip: opus, ssrc: 13, durationUs: 12_000_000 }) });
    await recording.storeUntil(undefined, { endedAtUs: 12_000_000 });
    await muxer.step(recording.recordingId, { final: true });
    const complete = await readPlayIndex(store, recording.recordingId);
    expect(await muxer.step(recording.recordingId, { final: false })).toMatchObject({ final: false });
    expect(await readPlayIndex(store, recording.recordingId)).toEqual(complete);
    expect(complete).toMatchObject({ complete: true, durationUs: 12_000_000 });
  });

  const inGroups = [
    { n: 0, atUs: 6_000_000, type: 'producerClosed', data: { trackId: TrackId.parse('mic') } },
    { n: 1, atUs: 6_000_000, type: 'producerClosed', data: { trackId: TrackId.parse('cam') } },
    { n: 2, atUs: 16_500_000, type: 'producerAdded', data: addedAs('mic', 'microphone', 'audio') },
    { n: 3, atUs: 16_500_000, type: 'producerAdded', data: addedAs('cam', 'camera', 'video') },
    { n: 4, atUs: 26_250_000, type: 'producerClosed', data: { trackId: TrackId.parse('mic') } },
    { n: 5, atUs: 26_250_000, type: 'producerClosed', data: { trackId: TrackId.parse('cam') } },
  ] satisfies RecordingEvent[];

  it.each([
    { name: 'known before its packets', eventsAfterS: 0 },
    { name: 'known when its packets had been muxed', eventsAfterS: 32 },
    { name: 'known when some of its packets had been muxed', eventsAfterS: 12 },
  ])('derives nothing of what capture got of a track while it was not for the recording: $name (N8)', async (one) => {
    const h264 = await loadMediaClip({ codec: 'H264', ...smallClip });
    const opus = await loadMediaClip({ codec: 'opus' });
    const network = { seed: 7, reorder: 0.03, reorderDelayUs: 250_000 };
    const shared = { durationUs: 30_000_000, network };
    recording.add({ ...camera, ssrc: 11, packets: sent({ clip: h264, ssrc: 11, ...shared }), delayUs: lateBy(40_000) });
    const sound = sent({ clip: opus, ssrc: 13, ...shared });
    recording.add({ ...microphone, ssrc: 13, packets: sound, delayUs: lateBy(20_000) });
    const derivedBefore = new Set<string>();
    if (one.eventsAfterS > 0) {
      await recording.storeUntil(one.eventsAfterS);
      await muxer.step(recording.recordingId, { final: false });
      for (const uri of await playedNames()) derivedBefore.add(uri);
    }
    await recording.addEvents(inGroups);
    await recording.storeUntil(undefined, { endedAtUs: 30_000_000 });
    await muxer.step(recording.recordingId, { final: true });

    const seconds = (times: number[]): number[] => times.map((time) => Math.round(time * 100) / 100);
    const whole = [0, 1, 2, 3, 4, 5, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26];
    expect(seconds(await heardBeeps()).map(Math.round)).toEqual(whole);
    const { times, complaints } = await decodedFrames(await playableOf('lecturer'));
    expect(complaints).toBe('');
    expect(times.filter((time) => (time >= 6 && time < 16.45) || time >= 26.25)).toEqual([]);
    expect(times.filter((time) => time < 5.9)).toHaveLength(177);
    expect(times.filter((time) => time > 18 && time < 26)).toHaveLength(239);
    // What was made of it before is stored no more.
    const names = await playedNames();
    const left: string[] = [];
    for await (const { key } of store.list(objectKeys.playPrefix(recording.recordingId))) left.push(key);
    const gone = [...derivedBefore].filter((uri) => !names.has(uri));
    expect(gone.length).toBe(gone.filter((uri) => !left.includes(objectKeys.play(recording.recordingId, uri))).length);
    expect(gone.length > 0).toBe(one.eventsAfterS > 0);
  });

  it('removes what was replaced although the step that replaced it died before it had (N8)', async () => {
    const opus = await loadMediaClip({ codec: 'opus' });
    recording.add({ ...microphone, ssrc: 13, packets: sent({ clip: opus, ssrc: 13, durationUs: 30_000_000 }) });
    await recording.storeUntil(32);
    await muxer.step(recording.recordingId, { final: false });
    const derivedBefore = await playedNames();
    await recording.addEvents(inGroups);
    await recording.storeUntil(undefined, { endedAtUs: 30_000_000 });
    const dying = createMuxer({ store: dyingAfter(store, 1, 'delete'), log });
    await expect(dying.step(recording.recordingId, { final: true })).rejects.toThrow('died');
    // Once to remove it, once with nothing left to be removed.
    for (let step = 0; step < 2; step += 1) await muxer.step(recording.recordingId, { final: true });
    const names = await playedNames();
    const gone = [...derivedBefore].filter((uri) => !names.has(uri));
    expect(gone.length).toBeGreaterThan(1);
    for (const uri of gone) {
      expect(await store.stat(objectKeys.play(recording.recordingId, uri))).toBeUndefined();
    }
  });

  it('leaves a pause out of the sound, also of what had been mixed before the pause was known', async () => {
    const opus = await loadMediaClip({ codec: 'opus' });
    recording.add({ ...microphone, ssrc: 13, packets: sent({ clip: opus, ssrc: 13, durationUs: 30_000_000 }) });
    await recording.storeUntil(31);
    await muxer.step(recording.recordingId, { final: false });
    expect((await heardBeeps()).length).toBeGreaterThan(18);
    await recording.addEvents([
      { n: 0, atUs: 7_500_000, type: 'paused', data: {} },
      { n: 1, atUs: 13_500_000, type: 'resumed', data: {} },
    ]);
    await recording.storeUntil(undefined, { endedAtUs: 30_000_000 });
    await muxer.step(recording.recordingId, { final: true });
    const heard = (await heardBeeps()).map(Math.round);
    expect(heard.filter((second) => second > 7 && second < 14)).toEqual([]);
    expect(heard.slice(0, 8)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(heard).toContain(14);
    const { leftOut } = await readPlayIndex(store, recording.recordingId);
    expect(leftOut).toEqual([{ fromUs: 7_500_000, toUs: 13_500_000 }]);
  });
});

/** A store whose user dies at the nth such call: nothing after it is done. */
function dyingAfter(objects: ObjectStore, calls: number, at: 'put' | 'delete' = 'put'): ObjectStore {
  let left = calls;
  return new Proxy(objects, {
    get(target, name) {
      const call = bound(target, name);
      if (name !== at || typeof call !== 'function') return call;
      return (...given: unknown[]): unknown => {
        left -= 1;
        return left < 0 ? Promise.reject(new Error('died')) : call(...given);
      };
    },
  });
}

function bound(target: ObjectStore, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? (value.bind(target) as unknown) : value;
}
