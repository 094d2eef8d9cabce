import type { types } from 'mediasoup-client';
import type { Source } from '../../../signaling/protocol/media.ts';
import type { CloseReason, RoomSnapshot } from '../../../signaling/protocol/room.ts';
import { FIRST_RULES, type ClassRules } from '../../../signaling/protocol/class-order.ts';
import { PERMISSIONS, isPermitted } from '../../../signaling/protocol/seats.ts';
import type { LessonKind, Permission, SeatKind } from '../../../signaling/protocol/seats.ts';
import type { SiteOrder } from '../../../signaling/protocol/sites.ts';
import type { RouteReply } from '../../../signaling/protocol/rest.ts';
import { callApi } from '../api/api.ts';
import { RequestFailure, asFailure } from '../api/request-failure.ts';
import { Capture } from './capture.ts';
import type { CaptureProblem } from './capture-problem.ts';
import type { Devices } from './devices.ts';
import { HotPlug } from './hot-plug.ts';
import { MediaSession } from './media-session.ts';
import { RoomActions } from './room-actions.ts';
import { RoomLine } from './room-line.ts';
import { RoomStore } from './room-store.ts';
import type { SeatMemory, RememberedSeat } from './seat-memory.ts';
import { SignalingClient } from './signaling-client.ts';
import type { SeatPass } from './signaling-client.ts';
import { WallSending } from './wall-sending.ts';
import type { WarmDevice } from './warm-device.ts';

const SOCKET_PATH = '/socket.io';
/** The seat token's 30 s begin when the page goes away, so the moment it was last here is kept fresh. */
const TOUCH_MS = 2_000;

/** Opened by themselves when they may be sent. */
const OWN_SOURCES = ['camera', 'microphone'] as const;
type OwnSource = (typeof OWN_SOURCES)[number];

const PERMISSION_OF = { camera: 'sendCamera', microphone: 'sendMicrophone' } as const;

/**
 * What a seat may have open. Safe mode only shuts it on the server for a while, so it is left open here; the microphone of
 * a listening classroom is always there, because the server opens and shuts it.
 */
function grantedTo(seat: SeatKind, kind: LessonKind, onStage: boolean, rules: ClassRules): Permission[] {
  const isHalfDuplex = seat === 'site' && kind === 'sky';
  return PERMISSIONS.filter((permission) =>
    isPermitted(seat, permission, {
      onStage: onStage || (isHalfDuplex && permission === 'sendMicrophone'),
      safeMode: false,
      rules,
    }),
  );
}

export type JoinGrant = RouteReply<'joinLesson'>;

export interface RoomCallOptions {
  /** Names the seat in this tab's memory: the lesson, or the invitation. */
  readonly key: string;
  readonly obtainGrant: () => Promise<JoinGrant>;
  readonly memory: SeatMemory;
  readonly warmDevice: WarmDevice;
  readonly devices: Devices;
  /** Opened by the device check; sent as soon as the seat may. */
  readonly tracks: Readonly<Partial<Record<'camera' | 'microphone', MediaStreamTrack>>>;
  /** What to open by itself whenever the seat may send it: after a reload, on coming on stage. */
  readonly wants: () => Readonly<Record<'camera' | 'microphone', boolean>>;
  readonly onCaptureProblem: (source: Source, problem: CaptureProblem) => void;
  /** One tile of many rooms: only the pictures that are shown, no sound. */
  readonly picturesOnly?: boolean;
  /** A phone that stands beside the classroom's own loudspeakers neither sends nor receives. */
  readonly isMedialess?: boolean | undefined;
}

interface Entry {
  readonly seat: Omit<RememberedSeat, 'savedAtMs'>;
  readonly transports: RouteReply<'enterRoom'>['transports'];
}

async function enter(grant: JoinGrant): Promise<Entry> {
  const { roomId } = grant;
  const entered = await callApi('enterRoom', { params: { roomId }, body: { joinToken: grant.joinToken } });
  const { seatId, seatToken, routerRtpCapabilities, iceServers, transports } = entered;
  return { seat: { roomId, seatId, seatToken, routerRtpCapabilities, iceServers }, transports };
}

/** One visit to a room: the socket, the media and the state of it, put together. */
export class RoomCall {
  readonly store = new RoomStore();
  readonly actions: RoomActions;
  readonly media: MediaSession;
  readonly capture: Capture;
  readonly wall: WallSending;
  readonly hotPlug: HotPlug;
  readonly #options: RoomCallOptions;
  readonly #client: SignalingClient;
  readonly #stops: (() => void)[] = [];
  #seat: Omit<RememberedSeat, 'savedAtMs'>;
  #tracks: RoomCallOptions['tracks'];
  #wasPermitted: readonly OwnSource[] = [];
  #rules = FIRST_RULES;
  #granted: (onStage: boolean) => readonly Permission[] = () => [];
  #isInside = false;
  #closed = false;

  /** Takes the seat of a moment ago when this is a reload, else a new one. Rejects with {@link RequestFailure}. */
  static async create(options: RoomCallOptions): Promise<RoomCall> {
    const remembered = options.memory.recall(options.key);
    const line = new RoomLine(location.origin, SOCKET_PATH);
    line.open();
    try {
      const entry: Entry =
        remembered === null ? await enter(await options.obtainGrant()) : { seat: remembered, transports: null };
      const call = new RoomCall(options, entry, line);
      await call.#open(entry);
      return call;
    } catch (error) {
      line.close();
      throw error;
    }
  }

  private constructor(options: RoomCallOptions, entry: Entry, line: RoomLine) {
    this.#options = options;
    this.#seat = entry.seat;
    this.#tracks = options.tracks;
    this.media = new MediaSession({
      client: { call: (name, params) => this.#client.call(name, params) },
      devices: options.warmDevice,
      iceServers: entry.seat.iceServers,
      picturesOnly: options.picturesOnly === true,
      onChange: () => this.#handleMedia(),
      onSourceEnded: (source, problem) => this.capture.handleEnded(source, problem),
    });
    const { devices } = options;
    this.hotPlug = new HotPlug({ devices, capture: () => this.capture, local: () => this.media.local });
    this.capture = new Capture({
      devices,
      media: this.media,
      onProblem: options.onCaptureProblem,
      onReplaced: (source, how, track) => this.hotPlug.handleReplaced(source, how, track),
    });
    this.#stops.push(() => this.hotPlug.close());
    this.wall = new WallSending({
      store: this.store,
      capture: this.capture,
      storage: sessionStorage,
      lessonKey: entry.seat.roomId,
    });
    this.#client = new SignalingClient({
      pass: this.#pass(entry.seat),
      line,
      rtpCapabilities: () => this.media.rtpCapabilities,
      renew: () => this.#renew(),
      onSeatToken: (seatToken) => this.#remember({ ...this.#seat, seatToken }),
    });
    this.actions = new RoomActions(this.store, (name, params, patienceMs) =>
      this.#client.call(name, params, patienceMs),
    );
    this.#follow();
  }

  /** Says goodbye; the seat is given up. */
  async leave(): Promise<void> {
    if (this.#closed) return;
    this.#options.memory.forget(this.#options.key);
    await this.#client.call('leave', {}).catch(() => undefined);
    this.store.setClosed('left');
    await this.close();
  }

  /** Ends this page's part without giving up the seat: a reload comes back to it. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const stop of this.#stops) stop();
    // Whoever goes before the room has opened had handed them over already.
    for (const track of Object.values(this.#tracks)) track.stop();
    this.#client.close('left');
    await this.media.close();
  }

  /** What the screen of a classroom is told to do. Returns the function that stops it. */
  obeySiteOrders(obey: (order: SiteOrder) => void): () => void {
    return this.#client.on('siteOrder', ({ order }) => obey(order));
  }

  #handleMedia(): void {
    const { state } = this.media;
    this.store.setMedia(state);
    this.capture.setHeard(state.remote.filter(({ kind }) => kind === 'audio').map(({ track }) => track));
  }

  async #open({ seat, transports }: Entry): Promise<void> {
    this.#remember(seat);
    if (seat.routerRtpCapabilities !== null && this.#options.isMedialess !== true) {
      await this.media.load(seat.routerRtpCapabilities as types.RtpCapabilities).catch((error: unknown) => {
        // A browser without WebRTC still gets chat, hands and the list.
        console.warn('no WebRTC in this browser', error);
      });
    }
    // The server makes the snapshot while the page makes its transports.
    this.#client.connect();
    if (transports !== null && this.media.rtpCapabilities !== undefined) await this.media.attach(transports);
  }

  #follow(): void {
    const client = this.#client;
    this.#stops.push(
      // Before the store, whose listeners draw.
      client.on('snapshot', (snapshot) => void this.#handleSnapshot(snapshot).catch(complain)),
      this.store.follow(client),
      this.wall.follow(),
      // `selfChanged` follows.
      client.on('orderChanged', ({ order }) => {
        this.#rules = order.rules;
      }),
      // In a group one sends as on stage.
      client.on('selfChanged', ({ onStage, group }) => {
        void this.#handleStage(onStage || group !== null).catch(complain);
      }),
      client.on('soundChanged', ({ isDucked }) => void this.capture.setDucked(isDucked).catch(complain)),
      client.on('producerAdded', (producer) => {
        if (producer.seatId !== this.#seat.seatId) this.media.remote.addProducer(producer);
      }),
      client.on('producerClosed', ({ producerId }) => {
        this.media.remote.removeProducer(producerId);
        this.media.local.handleProducerClosed(producerId);
      }),
      client.on('consumersClosed', ({ consumerIds }) => this.media.remote.handleConsumersClosed(consumerIds)),
      client.on('mutedByTeacher', ({ producerIds }) => this.media.local.handleMuted(producerIds)),
      client.on('videoCodecChanged', ({ codec }) => void this.media.local.useVideoCodec(codec).catch(complain)),
      client.on('mediaReset', () => void this.media.handleReset().catch(complain)),
      client.on('state', (state) => {
        if (state.kind === 'closed') void this.#handleClosed(state.reason);
      }),
    );
    this.#watchPage();
  }

  #watchPage(): void {
    const listen = (target: EventTarget, name: string, handle: () => void): void => {
      target.addEventListener(name, handle);
      this.#stops.push(() => target.removeEventListener(name, handle));
    };
    const { connection } = navigator as Navigator & { connection?: EventTarget };
    const handleNetwork = (): void => {
      this.media.handleNetworkChange();
      void this.#client.probe();
    };
    listen(window, 'online', handleNetwork);
    if (connection !== undefined) listen(connection, 'change', handleNetwork);
    listen(document, 'visibilitychange', () => {
      this.media.setHidden(document.hidden);
      if (!document.hidden) void this.#client.probe();
    });
    const touch = setInterval(() => this.#options.memory.touch(this.#options.key), TOUCH_MS);
    this.#stops.push(() => clearInterval(touch));
    listen(window, 'pagehide', () => this.#options.memory.touch(this.#options.key));
  }

  async #handleSnapshot(snapshot: RoomSnapshot): Promise<void> {
    if (snapshot.phase === 'waiting' || this.#options.isMedialess === true) return;
    const { seat, group } = snapshot.self;
    const onStage = snapshot.self.onStage || group !== null;
    this.#rules = snapshot.tools.order.rules;
    this.#granted = (isOnStage) => grantedTo(seat, snapshot.lesson.kind, isOnStage, this.#rules);
    this.capture.setPermitted(this.#granted(onStage));
    void this.capture.setDucked(snapshot.tools.sound.isDucked).catch(complain);
    const arriving = this.media.handleSnapshot(snapshot);
    // Drawing the room takes as long as all else that follows from the snapshot. It is drawn while the line is being set up, which needs no page.
    if (!this.#isInside) this.store.holdFor(arriving);
    this.#isInside = true;
    await arriving;
    await this.#handleStage(onStage);
  }

  /** The first time that a source may be sent it is sent by itself when it is wanted; later it is the person's to open it. */
  async #handleStage(onStage: boolean): Promise<void> {
    const permitted = this.#granted(onStage);
    const may = OWN_SOURCES.filter((source) => permitted.includes(PERMISSION_OF[source]));
    const fresh = may.filter((source) => !this.#wasPermitted.includes(source));
    this.#wasPermitted = may;
    this.capture.setPermitted(permitted);
    const tracks = this.#tracks;
    this.#tracks = {};
    await Promise.all(OWN_SOURCES.map((source) => this.#begin(source, tracks[source], fresh.includes(source))));
  }

  async #begin(source: OwnSource, track: MediaStreamTrack | undefined, isFresh: boolean): Promise<void> {
    if (track !== undefined) await this.capture.adopt(source, track);
    else if (!isFresh || !this.#options.wants()[source] || this.media.local.has(source)) return;
    else if (source === 'camera') await this.capture.setCamera(true);
    else await this.capture.setMicrophone(true);
  }

  async #renew(): Promise<SeatPass> {
    const { seat } = await enter(await this.#options.obtainGrant());
    this.#remember(seat);
    return this.#pass(seat);
  }

  #pass(seat: Omit<RememberedSeat, 'savedAtMs'>): SeatPass {
    return { origin: location.origin, path: SOCKET_PATH, roomId: seat.roomId, seatToken: seat.seatToken };
  }

  #remember(seat: Omit<RememberedSeat, 'savedAtMs'>): void {
    this.#seat = seat;
    this.#options.memory.save(this.#options.key, seat);
  }

  async #handleClosed(reason: CloseReason): Promise<void> {
    this.#options.memory.forget(this.#options.key);
    if (reason === 'clientTooOld') reloadOnce();
    await this.close();
  }
}

function complain(error: unknown): void {
  const failure = asFailure(error);
  if (!(failure instanceof RequestFailure) || !failure.isConnection) console.error('media failed', error);
}

const RELOADED_KEY = 'tongke.reloaded';

/** An old page reloads itself to get the new one; once, or a broken deployment would reload for ever. */
function reloadOnce(): void {
  if (Date.now() - Number(sessionStorage.getItem(RELOADED_KEY) ?? 0) < 60_000) return;
  sessionStorage.setItem(RELOADED_KEY, String(Date.now()));
  location.reload();
}
