import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { captureContract, type RecordedProducer, type RecordingGoal } from '../../../recorder/contract.ts';
import { ChunkReader, type LogRecord } from '../../../recorder/packet-log/format.ts';
import { LessonId, type RecordingId, type TrackId } from '../../../signaling/protocol/ids.ts';
import { InnerClient } from '../../../signaling/runtime/inner-client.ts';
import { createLog } from '../../../signaling/runtime/log.ts';
import { ManifestStore } from '../../../storage/objects/manifest-store.ts';
import type { RecordingManifest } from '../../../storage/objects/manifest.ts';
import type { ObjectStore } from '../../../storage/ports.ts';
import type { FaultyStore } from './faulty-store.ts';
import type { RtpSink } from '../rtp/rtp-sink.ts';
import { createRtpSource, type RtpSource, type RtpSourceOptions } from '../rtp/rtp-source.ts';
import { freePort } from './ports.ts';
import { ServiceProcess } from './service-process.ts';
import {
  fenceOf,
  newProducerId,
  newRecordingId,
  newRoomId,
  newSeatId,
  newTrackId,
  type SfuClient,
  type SfuStand,
} from './sfu-stand.ts';

const POLL_MS = 20;
const WAIT_LIMIT_MS = 30_000;

export type CaptureClient = InnerClient<typeof captureContract>;

export interface CapturePlace {
  readonly dataDir?: string;
  readonly logPath?: string;
  readonly store?: FaultyStore;
}

/** The real recorder-capture process on a folder of its own; it can be killed and started again. */
export class CaptureStand {
  readonly dataDir: string;
  readonly process: ServiceProcess;
  readonly #url: string;
  readonly #secret: string;
  readonly #clients: CaptureClient[] = [];

  /**
   * @param env `REDIS_URL`, and `S3_…` for another store than the folder's own.
   * @param place where it keeps its data; a folder of its own without it.
   */
  static async start(
    secret: string,
    env: Readonly<Record<string, string>>,
    place: CapturePlace = {},
  ): Promise<CaptureStand> {
    const dataDir = place.dataDir ?? (await mkdtemp(join(tmpdir(), 'tongke-capture-')));
    await place.store?.attach(dataDir);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const service = await ServiceProcess.start({
      program: process.execPath,
      args: [resolve('recorder/capture/main.ts')],
      env: {
        INNER_PORT: String(port),
        TONGKE_INNER_SECRET: secret,
        DATA_DIR: dataDir,
        NODE_ENV: 'test',
        // As the supervisor does: a restart must not compile everything again.
        NODE_COMPILE_CACHE: join(tmpdir(), 'tongke-test-compile-cache'),
        CAPTURE_DISK_LOW_BYTES: '0',
        CAPTURE_DISK_FULL_BYTES: '0',
        ...place.store?.env,
        ...env,
      },
      logPath: place.logPath ?? join(dataDir, 'log'),
      stopSignal: 'SIGTERM',
      isReady: async () => {
        const answer = await fetch(`${url}/readyz`).catch(() => undefined);
        await answer?.body?.cancel();
        return answer?.ok ?? false;
      },
    });
    return new CaptureStand(dataDir, service, url, secret);
  }

  private constructor(dataDir: string, service: ServiceProcess, url: string, secret: string) {
    this.dataDir = dataDir;
    this.process = service;
    this.#url = url;
    this.#secret = secret;
  }

  get url(): string {
    return this.#url;
  }

  async connect(): Promise<CaptureClient> {
    const client: CaptureClient = new InnerClient({
      contract: captureContract,
      url: this.#url,
      secret: this.#secret,
      log: createLog('capture-stand', 'silent'),
      clientName: 'test',
    });
    this.#clients.push(client);
    await client.opened();
    return client;
  }

  /** One value of the process's Prometheus page. */
  async metric(name: string): Promise<number> {
    const page = await (await fetch(`${this.#url}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1] ?? Number.NaN);
  }

  /** Files of packet logs on the local disk. */
  async localChunks(): Promise<string[]> {
    const folder = join(this.dataDir, 'capture');
    try {
      const files = await readdir(folder, { recursive: true });
      return files.filter((file) => file.endsWith('.rtpd'));
    } catch (error) {
      const { code, path } = error as NodeJS.ErrnoException;
      // A folder inside went while it was read: capture was done with it.
      if (code === 'ENOENT' && path !== folder) return await this.localChunks();
      throw error;
    }
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.process.down();
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

export interface RecordedStream {
  readonly source: RtpSource;
  readonly producer: RecordedProducer;
  /** Begins to send. */
  start(): Promise<void>;
}

/** A room on a node with streams that wait to be recorded, and the goal that says so. */
export class RecordedRoom {
  readonly recordingId: RecordingId = newRecordingId();
  readonly startedAtUnixUs = Math.round((performance.timeOrigin + performance.now()) * 1000);
  readonly streams: RecordedStream[] = [];
  readonly #roomId = newRoomId();
  readonly #lessonId = LessonId.parse(randomUUID());
  readonly #sfu: SfuClient;
  readonly #sfuUrl: string;

  static async open(stand: SfuStand): Promise<RecordedRoom> {
    const client = await stand.connect();
    const room = new RecordedRoom(client, stand.node.url);
    await client.call('openRoom', { roomId: room.#roomId, fence: 1 });
    return room;
  }

  private constructor(sfu: SfuClient, sfuUrl: string) {
    this.#sfu = sfu;
    this.#sfuUrl = sfuUrl.replace(/^http/, 'ws');
  }

  /** A producer is there, nothing is sent yet. */
  async add(options: RtpSourceOptions, trackId: TrackId = newTrackId()): Promise<RecordedStream> {
    const rtp = createRtpSource(options);
    const kind = options.clip.kind;
    const producer: RecordedProducer = {
      producerId: newProducerId(),
      trackId,
      seatId: newSeatId(),
      seat: 'lecturer',
      displayName: '王老师',
      kind,
      source: kind === 'audio' ? 'microphone' : 'camera',
    };
    const { producerId, seatId, source } = producer;
    const place = { roomId: this.#roomId, fence: 1, seatId, producerId, source };
    const target = await this.#sfu.call('openIngest', { ...place, kind, rtpParameters: rtp.rtpParameters });
    const stream = { source: rtp, producer, start: () => rtp.start(target) };
    this.streams.push(stream);
    return stream;
  }

  /** As after the death of a worker: the room is there again, empty. */
  async reopen(): Promise<void> {
    this.close();
    await this.#sfu.call('closeRoom', { roomId: this.#roomId, fence: 1 });
    await this.#sfu.call('openRoom', { roomId: this.#roomId, fence: 1 });
  }

  async pauseProducer({ producer }: RecordedStream): Promise<void> {
    const { producerId } = producer;
    await this.#sfu.call('setProducerPaused', { roomId: this.#roomId, fence: 1, producerId, paused: true });
  }

  async closeProducer({ producer }: RecordedStream): Promise<void> {
    await this.#sfu.call('closeProducer', { roomId: this.#roomId, fence: 1, producerId: producer.producerId });
  }

  /** Another receiver of a stream, as a viewer is one; the answer renews its lease of 15 s. */
  async watch({ producer }: RecordedStream, { ip, rtpPort, rtcpPort }: RtpSink): Promise<() => Promise<void>> {
    const names = { recordingId: newRecordingId(), trackId: newTrackId(), fence: fenceOf(1), epoch: 1 };
    const { producerId } = producer;
    const tap = await this.#sfu.call('openTap', { roomId: this.#roomId, ...names, producerId, ip, rtpPort, rtcpPort });
    await this.#sfu.call('resumeTap', { tapId: tap.tapId });
    return async () => void (await this.#sfu.call('renewTaps', { tapIds: [tap.tapId] }));
  }

  goal(fence = 1, streams: readonly RecordedStream[] = this.streams): RecordingGoal {
    return {
      recordingId: this.recordingId,
      lessonId: this.#lessonId,
      roomId: this.#roomId,
      title: '空中课堂',
      fence: fenceOf(fence),
      startedAtUnixUs: this.startedAtUnixUs,
      sfuUrl: this.#sfuUrl,
      producers: streams.map(({ producer }) => producer),
    };
  }

  close(): void {
    for (const { source } of this.streams) source.stop();
  }
}

export interface StoredTrack {
  readonly trackId: TrackId;
  readonly epochs: readonly number[];
  readonly records: readonly LogRecord[];
  /** From first to last record of each chunk. */
  readonly chunkSpansUs: readonly number[];
}

export async function readManifest(objects: ObjectStore, recordingId: RecordingId): Promise<RecordingManifest> {
  const manifest = await new ManifestStore(objects).read(recordingId);
  if (manifest === undefined) throw new Error('the recording has no manifest');
  return manifest;
}

/** Everything that the store holds of a recording, through its manifest. */
export async function readStoredTracks(objects: ObjectStore, recordingId: RecordingId): Promise<StoredTrack[]> {
  const manifest = await readManifest(objects, recordingId);
  return Promise.all(
    manifest.tracks.map(async ({ trackId, epochs }) => {
      const chunks = epochs.flatMap((epoch) => epoch.chunks);
      const bodies = await Promise.all(chunks.map(async ({ key }) => (await objects.getBuffer(key)).body));
      const readers = bodies.map((body) => new ChunkReader(body));
      const records = readers.flatMap((reader) => [...reader]);
      if (readers.some(({ end }) => end.state !== 'whole')) throw new Error('a stored chunk is not whole');
      return {
        trackId,
        epochs: epochs.map(({ epoch }) => epoch),
        records,
        chunkSpansUs: chunks.map((chunk) => chunk.lastReceivedUnixUs - chunk.firstReceivedUnixUs),
      };
    }),
  );
}

export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  limitMs = WAIT_LIMIT_MS,
): Promise<T> {
  const deadlineMs = Date.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadlineMs) throw new Error(`waited in vain for ${what}`);
    await sleep(POLL_MS);
  }
}
