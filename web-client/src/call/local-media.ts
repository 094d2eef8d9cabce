import type { types } from 'mediasoup-client';
import type { Source, VideoCodec } from '../../../signaling/protocol/media.ts';
import { asFailure } from '../api/request-failure.ts';
import { problemOf } from './capture-problem.ts';
import type { CaptureProblem } from './capture-problem.ts';
import { isH264, isSentAsMusic, kindOf, producerOptions } from './encodings.ts';
import type { SignalingClient } from './signaling-client.ts';

/** One source of one's own: what is captured, and whether it reaches the room. */
export interface LocalSource {
  readonly source: Source;
  readonly track: MediaStreamTrack;
  readonly paused: boolean;
  readonly sending: boolean;
}

interface Entry {
  readonly source: Source;
  track: MediaStreamTrack;
  paused: boolean;
  producer: types.Producer | null;
  producing: Promise<void> | null;
  /** Tracks take each other's place one after the other. */
  replacing: Promise<void>;
}

const SEND_AGAIN_MS = 1_000;

export interface LocalMediaOptions {
  readonly call: SignalingClient['call'];
  readonly onChange: () => void;
  /**
   * The track ended by itself: a camera was unplugged, "stop sharing" was pressed in the browser's own bar. The source stays until
   * it is given another track or unpublished. With a problem no other device helps.
   */
  readonly onEnded: (source: Source, problem: CaptureProblem | null) => void;
}

/**
 * The sources of this seat. What is wanted is kept apart from the producers that carry it, so that a new transport (after
 * admission, coming on stage, or the loss of the media node) sends the same things again without anybody clicking.
 */
export class LocalMedia {
  readonly #options: LocalMediaOptions;
  readonly #entries = new Map<Source, Entry>();
  #transport: types.Transport | null = null;
  #device: types.Device | null = null;
  #videoCodec: VideoCodec = 'h264';
  #isClosed = false;

  constructor(options: LocalMediaOptions) {
    this.#options = options;
  }

  list(): readonly LocalSource[] {
    return [...this.#entries.values()].map(({ source, track, paused, producer }) => ({
      source,
      track,
      paused,
      sending: producer !== null && !producer.closed,
    }));
  }

  has(source: Source): boolean {
    return this.#entries.has(source);
  }

  isPaused(source: Source): boolean {
    return this.#entries.get(source)?.paused ?? false;
  }

  /** The track as it is captured; silent while the source is paused. */
  trackOf(source: Source): MediaStreamTrack | null {
    return this.#entries.get(source)?.track ?? null;
  }

  get isIdle(): boolean {
    return this.#entries.size === 0;
  }

  /** With null the old producers are gone with their transport; with a new one everything wanted is sent again. */
  async useTransport(transport: types.Transport | null, device: types.Device | null): Promise<void> {
    this.#transport = transport;
    this.#device = device;
    for (const entry of this.#entries.values()) entry.producer = null;
    if (transport !== null) await Promise.all([...this.#entries.values()].map((entry) => this.#produce(entry)));
    this.#options.onChange();
  }

  /** Somebody in the room cannot receive H264: what is sent in it is sent anew, and everything from now on in VP8. */
  async useVideoCodec(codec: VideoCodec): Promise<void> {
    if (codec === this.#videoCodec) return;
    this.#videoCodec = codec;
    if (codec === 'vp8') await Promise.all([...this.#entries.values()].map((entry) => this.#sendReceivably(entry)));
  }

  /** Sends a track, or puts another one in its place without a new negotiation. */
  async publish(source: Source, track: MediaStreamTrack, paused = false): Promise<void> {
    if (this.#isClosed) {
      track.stop();
      return;
    }
    const existing = this.#entries.get(source);
    if (existing !== undefined) {
      const before = existing.replacing.catch(() => undefined);
      existing.replacing = before.then(() => this.#replaceTrack(existing, track));
      await existing.replacing;
      return;
    }
    const entry: Entry = { source, track, paused, producer: null, producing: null, replacing: Promise.resolve() };
    this.#entries.set(source, entry);
    this.#watchEnd(entry, track);
    track.enabled = !paused;
    this.#options.onChange();
    try {
      await this.#produce(entry);
    } catch (error) {
      this.#forget(entry);
      throw error;
    }
  }

  async unpublish(source: Source): Promise<void> {
    const entry = this.#entries.get(source);
    if (entry === undefined) return;
    const { producer } = entry;
    this.#forget(entry);
    if (producer === null || producer.closed) return;
    producer.close();
    await this.#options.call('closeProducer', { producerId: producer.id }).catch(() => undefined);
  }

  /** The own ear hears it at once; when the server refuses, it is put back and the reason is thrown. */
  async setPaused(source: Source, paused: boolean): Promise<void> {
    const entry = this.#entries.get(source);
    if (entry === undefined || entry.paused === paused) return;
    this.#setLocally(entry, paused);
    // One that is being made tells the room when it is there.
    if (entry.producer !== null) await this.#tellPaused(entry, entry.producer);
  }

  async #tellPaused(entry: Entry, producer: types.Producer): Promise<void> {
    const { paused } = entry;
    try {
      await this.#options.call('setProducerPaused', { producerId: producer.id, paused });
    } catch (error) {
      // Silence stays silence whatever the line does; only an opening that was refused is taken back.
      if (!paused && entry.producer === producer) this.#setLocally(entry, true);
      throw error;
    }
  }

  /** A teacher muted this seat; the server has done its part already. */
  handleMuted(producerIds: readonly string[]): void {
    for (const entry of this.#entries.values()) {
      if (entry.producer !== null && producerIds.includes(entry.producer.id)) this.#setLocally(entry, true);
    }
  }

  /**
   * A producer of ours was closed by the room: either the right to send it is gone (then {@link unpublish} follows with the
   * news of it), or the media node is lost (then a reset follows), or it simply failed and is sent again.
   */
  handleProducerClosed(producerId: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.producer?.id !== producerId) continue;
      entry.producer.close();
      entry.producer = null;
      this.#sendAgainLater(entry);
    }
    this.#options.onChange();
  }

  /** After a reconnect: what the room does not know of ours is sent again. */
  async reconcile(known: readonly string[]): Promise<void> {
    const lost = [...this.#entries.values()].filter(
      ({ producer }) => producer !== null && !known.includes(producer.id),
    );
    for (const entry of lost) {
      entry.producer?.close();
      entry.producer = null;
    }
    await Promise.all([...this.#entries.values()].map((entry) => this.#produce(entry)));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const entry of [...this.#entries.values()]) {
      entry.producer?.close();
      this.#forget(entry);
    }
    this.#transport = null;
    return Promise.resolve();
  }

  async #sendReceivably(entry: Entry): Promise<void> {
    await entry.producing?.catch(() => undefined);
    const { producer } = entry;
    if (producer === null || producer.closed || !isH264(producer.rtpParameters)) return;
    // The server closes the old one when the new one of the same source comes (SPEC M4).
    entry.producer = null;
    producer.close();
    await this.#produce(entry);
  }

  #sendAgainLater(entry: Entry): void {
    setTimeout(() => {
      if (this.#entries.get(entry.source) !== entry) return;
      this.#produce(entry).catch((error: unknown) => {
        if (!asFailure(error).isConnection) this.#forget(entry);
      });
    }, SEND_AGAIN_MS);
  }

  #setLocally(entry: Entry, paused: boolean): void {
    entry.paused = paused;
    entry.track.enabled = !paused;
    if (paused) entry.producer?.pause();
    else entry.producer?.resume();
    this.#options.onChange();
  }

  async #replaceTrack(entry: Entry, track: MediaStreamTrack): Promise<void> {
    const old = entry.track;
    if (old === track) return;
    // What is being made carries the old track.
    await entry.producing?.catch(() => undefined);
    if (this.#entries.get(entry.source) !== entry) {
      track.stop();
      return;
    }
    entry.track = track;
    track.enabled = !entry.paused;
    this.#watchEnd(entry, track);
    const { source } = entry;
    try {
      if (entry.producer === null) await this.#produce(entry);
      else if (isSentAsMusic(source, old) === isSentAsMusic(source, track))
        await entry.producer.replaceTrack({ track });
      else await this.#produceAnew(entry);
    } finally {
      old.stop();
      this.#options.onChange();
    }
  }

  /** The room puts the new one in the place of the old (SPEC M4). */
  async #produceAnew(entry: Entry): Promise<void> {
    entry.producer?.close();
    entry.producer = null;
    await this.#produce(entry);
  }

  /** Two calls at once must not make two producers. */
  #produce(entry: Entry): Promise<void> {
    entry.producing ??= this.#produceNow(entry).finally(() => {
      entry.producing = null;
    });
    return entry.producing;
  }

  async #produceNow(entry: Entry): Promise<void> {
    const [transport, device] = [this.#transport, this.#device];
    if (transport === null || device === null || transport.closed || entry.producer !== null) return;
    const kind = kindOf(entry.source);
    const { track, paused } = entry;
    // A device that is gone gets another track in a moment.
    if (!device.canProduce(kind) || track.readyState === 'ended') return;
    const producer = await transport
      .produce({
        ...producerOptions(device, entry.source, track, this.#videoCodec),
        track,
        appData: { source: entry.source, paused },
      })
      .catch((error: unknown) => {
        // Its transport went; another one may be there already.
        if (this.#transport !== transport) return null;
        throw asFailure(error);
      });
    const isWanted = this.#entries.get(entry.source) === entry;
    if (producer !== null && isWanted && this.#transport === transport) {
      await this.#carry(entry, producer, { track, paused });
      return;
    }
    producer?.close();
    if (isWanted) await this.#produceNow(entry);
    else await this.#disown(producer);
  }

  /** Switched off before the room had answered, which knows of it only now. */
  async #disown(producer: types.Producer | null): Promise<void> {
    if (producer === null) return;
    await this.#options.call('closeProducer', { producerId: producer.id }).catch(() => undefined);
  }

  /** What has changed while the producer was being made is made good. */
  async #carry(entry: Entry, producer: types.Producer, made: Pick<Entry, 'track' | 'paused'>): Promise<void> {
    entry.producer = producer;
    if (entry.track !== made.track) await producer.replaceTrack({ track: entry.track });
    producer.on('transportclose', () => {
      if (entry.producer === producer) entry.producer = null;
      this.#options.onChange();
    });
    // Muted or opened in the meantime: a refusal has been taken back already.
    if (entry.paused !== made.paused) await this.#tellPaused(entry, producer).catch(() => undefined);
    this.#options.onChange();
  }

  #watchEnd(entry: Entry, track: MediaStreamTrack): void {
    track.addEventListener(
      'ended',
      (event) => {
        const isCurrent = this.#entries.get(entry.source) === entry && entry.track === track;
        if (isCurrent) this.#options.onEnded(entry.source, problemOf(event));
      },
      { once: true },
    );
  }

  #forget(entry: Entry): void {
    if (this.#entries.get(entry.source) === entry) this.#entries.delete(entry.source);
    entry.track.stop();
    this.#options.onChange();
  }
}
