import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Capture } from '../../recorder/capture/capture.ts';
import type { SessionParts } from '../../recorder/capture/recording-session.ts';
import { SfuLink, SfuLinks } from '../../recorder/capture/sfu-link.ts';
import { Uploader } from '../../recorder/capture/uploader.ts';
import { RecordingGoal } from '../../recorder/contract.ts';
import { ChunkHeader } from '../../recorder/packet-log/format.ts';
import { createReceiveClock } from '../../recorder/packet-log/receive-clock.ts';
import { TrackLog } from '../../recorder/packet-log/track-log.ts';
import { AppError } from '../../signaling/protocol/errors.ts';
import { TrackId } from '../../signaling/protocol/ids.ts';
import { createLog } from '../../signaling/runtime/log.ts';
import { DirectoryObjectStore } from '../../storage/objects/directory.ts';
import { ManifestStore } from '../../storage/objects/manifest-store.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { seededRandom } from '../net/seeded-random.ts';
import { fenceOf, newRecordingId } from '../support/stands/sfu-stand.ts';
import { readManifest, readStoredTracks, until } from '../support/stands/capture-stand.ts';
import { expectPlayable } from '../support/media/recorded-outcome.ts';
import { loadMediaClip, type MediaClip } from '../support/rtp/media-clip.ts';
import { rtpTimeline, type TimedPacket } from '../support/rtp/rtp-timeline.ts';
import { plan } from './plan.ts';

const SEEDS = plan.isFull ? 40 : 3;
const STEPS = 30;
const TRACKS = ['one', 'two'] as const;
const STARTED = 1_790_000_000_000_000;
const log = createLog('fault-schedule', 'silent');

let folder: string;
let sound: MediaClip;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tongke-schedule-'));
  sound = await loadMediaClip({ codec: 'opus' });
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

const WEATHERS = ['fair', 'fair', 'away', 'answers lost'] as const;
type Weather = (typeof WEATHERS)[number];

/** A store that is not there, or that does what it was told and says nothing of it. */
class WeatheredStore {
  weather: Weather = 'fair';
  readonly objects: ObjectStore;

  constructor(store: DirectoryObjectStore) {
    this.objects = new Proxy<ObjectStore>(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function' || name === 'list' || name === 'close') {
          return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        }
        return async (...args: unknown[]): Promise<unknown> => {
          const weather = this.weather;
          if (weather === 'away') throw new AppError('unavailable');
          const answer: unknown = await Reflect.apply(member, target, args);
          if (weather === 'answers lost' && name === 'put') throw new AppError('unavailable');
          return answer;
        };
      },
    });
  }
}

interface OpenLog {
  readonly log: TrackLog;
  readonly path: string;
  /** What was appended to the chunk that is open, and how much of it is surely on the disk. */
  open: number[];
  durable: number;
}

/** A capture process on a disk of its own, driven by hand: what it is told to write, it writes with the code of the real one. */
class Machine {
  readonly #root: string;
  readonly #store: WeatheredStore;
  readonly #goal: () => RecordingGoal;
  readonly #scene: Scene;
  #capture: Capture | undefined;
  #uploader: Uploader | undefined;
  #links: SfuLinks | undefined;
  #logs = new Map<string, OpenLog>();

  constructor(root: string, goal: () => RecordingGoal, scene: Scene) {
    this.#root = root;
    this.#goal = goal;
    this.#scene = scene;
    this.#store = scene.store;
  }

  get isUp(): boolean {
    return this.#capture !== undefined;
  }

  async start(): Promise<void> {
    const { objects } = this.#store;
    const clock = createReceiveClock();
    this.#uploader = new Uploader({ store: objects, log });
    this.#links = new SfuLinks((url) => new SfuLink({ url, secret: '', clock, log }));
    const parts: SessionParts = {
      links: this.#links,
      ...{ clock, address: '127.0.0.1', uploader: this.#uploader, objects, log },
      manifests: new ManifestStore(objects),
      mux: { wish: async () => undefined },
      isDiskFull: () => false,
      totals: { packets: 0, bytes: 0, lost: 0 },
      ...{ onNoSpace: () => undefined, onSilent: () => undefined, onStored: () => undefined },
    };
    await mkdir(this.#root, { recursive: true });
    this.#capture = await Capture.create(this.#root, parts);
  }

  /** Nothing of the recording is left here. */
  get isEmpty(): boolean {
    return (this.#capture?.sessions.length ?? 0) === 0;
  }

  /** @throws AppError `gone` and `staleFence`, as from a real one. */
  async capture(): Promise<Capture> {
    if (this.#capture === undefined) throw new Error('the machine is down');
    await this.#capture.setGoal(this.#goal());
    return this.#capture;
  }

  async append(track: string, packets: readonly TimedPacket[], numbers: readonly number[]): Promise<void> {
    const open = this.#logs.get(track) ?? (await this.#open(track));
    for (const [index, { kind, atUnixUs, bytes }] of packets.entries()) {
      open.log.append(kind, BigInt(Math.round(atUnixUs)) * 1000n, bytes);
      open.open.push(numbers[index] ?? 0);
    }
  }

  async flush(): Promise<void> {
    for (const { log: own } of this.#logs.values()) await own.flush();
  }

  async sync(): Promise<void> {
    for (const open of this.#logs.values()) {
      await open.log.sync();
      this.#scene.keep(open.open);
      open.durable = (await stat(open.path).catch(() => undefined))?.size ?? 0;
    }
  }

  /** Ends the chunks; the next append begins another epoch, as after a rejoin. */
  async roll(): Promise<void> {
    const logs = [...this.#logs];
    this.#logs.clear();
    for (const [track, open] of logs) {
      await open.log.close();
      this.#scene.keep(open.open);
      this.#capture?.sessions[0]?.outbox.endEpoch(TrackId.parse(track), open.log.header.epoch);
    }
  }

  /** Power is lost: of what was not synced the disk has any part, and perhaps garbage behind it. */
  async crash(random: () => number): Promise<void> {
    const logs = [...this.#logs.values()];
    this.#logs.clear();
    this.#uploader?.close();
    const sessions = this.#capture?.sessions ?? [];
    this.#capture = undefined;
    await Promise.all(sessions.map((session) => session.close()));
    this.#links?.close();
    for (const { log: own, path, durable } of logs) {
      const before = await readFile(path).catch(() => undefined);
      // What closing still writes belongs to a process that is dead.
      await own.close();
      await rm(path, { force: true });
      if (before === undefined) continue;
      const left = durable + Math.floor(random() * (before.length - durable + 1));
      const garbage = Buffer.alloc(random() < 0.5 ? 1 + Math.floor(random() * 40) : 0, 0x5a);
      await writeFile(path, Buffer.concat([before.subarray(0, left), garbage]));
    }
  }

  async #open(track: string): Promise<OpenLog> {
    const session = (await this.capture()).sessions[0];
    if (session === undefined) throw new Error('no session');
    const header = headerOf(this.#goal(), track, this.#scene.nextEpoch(track));
    const at = join(this.#root, this.#scene.recordingId, 'tracks', track);
    await mkdir(at, { recursive: true });
    const own = new TrackLog({
      folder: at,
      header,
      clock: createReceiveClock(),
      onSealed: (chunk) => session.outbox.addChunk(chunk, header),
      onFailed: () => Promise.reject(new Error('the disk of a test refuses')),
    });
    const path = join(at, `${String(header.epoch).padStart(4, '0')}-000000.rtpd`);
    const opened: OpenLog = { log: own, path, open: [], durable: 0 };
    this.#logs.set(track, opened);
    return opened;
  }
}

function headerOf(goal: RecordingGoal, track: string, epoch: number) {
  return ChunkHeader.omit({ n: true, wallUnixNs: true, monotonicNs: true }).parse({
    recordingId: goal.recordingId,
    trackId: track,
    epoch,
    kind: 'audio',
    source: 'microphone',
    seatId: `seat-${track}`,
    codec: { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 },
    ssrc: TRACKS.findIndex((each) => each === track) + 1,
    headerExtensions: {},
    producerId: `producer-${track}`,
  });
}

/** A lesson of two microphones, two machines that may have it, and one store; everything that happens is drawn from the seed. */
class Scene {
  readonly store: WeatheredStore;
  readonly #random: () => number;
  readonly #streams: ReadonlyMap<string, Iterator<TimedPacket>>;
  readonly #bytes: Buffer[] = [];
  readonly #kept = new Set<number>();
  readonly #epochs = new Map<string, number>();
  readonly #machines: readonly [Machine, Machine];
  readonly #recordingId = newRecordingId();
  #owner = 0;
  #fence = 1;
  readonly happened: string[] = [];

  static async create(seed: number): Promise<Scene> {
    const root = join(folder, `seed-${seed}`);
    const store = await DirectoryObjectStore.create(join(root, 'objects'));
    return new Scene(seed, root, store);
  }

  private constructor(seed: number, root: string, store: DirectoryObjectStore) {
    this.#random = seededRandom(seed);
    this.store = new WeatheredStore(store);
    this.#streams = new Map(
      TRACKS.map((track, index) => {
        const own = { ssrc: index + 1, payloadType: 111, cname: track };
        return [track, rtpTimeline({ clip: sound, startUnixUs: STARTED, ...own })];
      }),
    );
    const machine = (name: string): Machine => new Machine(join(root, name), () => this.#goal(), this);
    this.#machines = [machine('a'), machine('b')];
  }

  get recordingId() {
    return this.#recordingId;
  }

  /** Surely on a disk: from now on it must not be lost. */
  keep(numbers: readonly number[]): void {
    for (const number of numbers) this.#kept.add(number);
  }

  nextEpoch(track: string): number {
    const epoch = (this.#epochs.get(track) ?? 0) + 1;
    this.#epochs.set(track, epoch);
    return epoch;
  }

  async run(): Promise<void> {
    await this.#machines[0].start();
    for (let step = 0; step < STEPS; step += 1) {
      await this.#append();
      await this.#happen();
    }
    await this.#settle();
  }

  /** Each record that was synced is in the store, once; nothing is there that was never written; what the manifest says holds. */
  async expectInvariants(): Promise<void> {
    const objects = this.store.objects;
    const tracks = await readStoredTracks(objects, this.#recordingId);
    const stored = new Map<string, number>();
    for (const { records } of tracks) {
      for (const { bytes } of records) {
        const text = bytes.toString('latin1');
        stored.set(text, (stored.get(text) ?? 0) + 1);
      }
    }
    const written = new Set(this.#bytes.map((bytes) => bytes.toString('latin1')));
    const lost = [...this.#kept].filter((number) => stored.get(this.#bytes[number]?.toString('latin1') ?? '') !== 1);
    expect(lost, this.happened.join(', ')).toEqual([]);
    expect([...stored.keys()].filter((text) => !written.has(text))).toEqual([]);
    expect(this.#kept.size).toBeGreaterThan(STEPS * 10);
    const manifest = await readManifest(objects, this.#recordingId);
    expect(manifest).toMatchObject({ state: 'captured', fence: this.#fence });
    await expectPlayable(objects, this.#recordingId);
  }

  #goal(): RecordingGoal {
    return RecordingGoal.parse({
      recordingId: this.#recordingId,
      ...{ lessonId: 'lesson', roomId: 'lesson', title: '分数', startedAtUnixUs: STARTED },
      fence: fenceOf(this.#fence),
      sfuUrl: 'ws://127.0.0.1:1',
      producers: [],
    });
  }

  async #append(): Promise<void> {
    const machine = this.#machines[this.#owner];
    if (machine?.isUp !== true) return;
    for (const [track, stream] of this.#streams) {
      const count = 20 + Math.floor(this.#random() * 60);
      const packets = Array.from({ length: count }, () => stream.next().value as TimedPacket);
      const numbers = packets.map(({ bytes }) => this.#bytes.push(bytes) - 1);
      await machine.append(track, packets, numbers);
    }
  }

  async #happen(): Promise<void> {
    const owner = this.#machines[this.#owner];
    const other = this.#machines[1 - this.#owner];
    if (owner === undefined || other === undefined) return;
    const draw = this.#random();
    const say = (what: string): void => void this.happened.push(what);
    if (!owner.isUp) {
      say('restart');
      return owner.start();
    }
    if (draw < 0.2) return owner.flush();
    if (draw < 0.45) return owner.sync();
    if (draw < 0.6) return owner.roll();
    if (draw < 0.72) {
      say('crash');
      return owner.crash(this.#random);
    }
    if (draw < 0.88) {
      this.store.weather = WEATHERS[Math.floor(this.#random() * WEATHERS.length)] ?? 'fair';
      return say(this.store.weather);
    }
    if (draw < 0.95) return this.#move(owner, other, say);
    // Whoever lost the recording comes back with what it has.
    if (!other.isUp) {
      say('the other comes back');
      await other.start();
    }
  }

  async #move(owner: Machine, other: Machine, say: (what: string) => void): Promise<void> {
    say('moves');
    if (this.#random() < 0.5) await owner.crash(this.#random);
    else await owner.roll();
    this.#fence += 1;
    this.#owner = 1 - this.#owner;
    if (!other.isUp) await other.start();
  }

  /** The weather clears, everybody comes back, and the lesson ends. */
  async #settle(): Promise<void> {
    this.store.weather = 'fair';
    const owner = this.#machines[this.#owner];
    const other = this.#machines[1 - this.#owner];
    if (owner === undefined || other === undefined) return;
    if (!owner.isUp) await owner.start();
    await owner.roll();
    const fence = fenceOf(this.#fence);
    const capture = await owner.capture();
    await until('the end', () => capture.finish(this.#recordingId, fence, 600_000_000));
    // Nobody tells it that the recording is another one's: its first write does.
    if (other.isUp) await other.crash(this.#random);
    await other.start();
    await until('everybody to have brought out everything', async () => this.#machines.every(({ isEmpty }) => isEmpty));
    for (const machine of this.#machines) await machine.crash(this.#random);
  }
}

describe('a lesson under a schedule of faults drawn from a seed', () => {
  it.concurrent.for(Array.from({ length: SEEDS }, (_, index) => 20_261_128 + index))(
    '(%i) loses nothing that was synced, doubles nothing, and verifies',
    async (seed) => {
      const scene = await Scene.create(seed);
      await scene.run();
      await scene.expectInvariants();
    },
  );
});
