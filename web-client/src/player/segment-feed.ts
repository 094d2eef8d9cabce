import { canPlay, isQuotaError, mediaSourceClass, update } from './media-source.ts';
import { isOutside, nextSegment, type PlannedSegment } from './play-plan.ts';
import { SourceFailure, type PlaySource } from './play-source.ts';
import type { TimeRange } from './playback.ts';

const BEHIND_S = 30;
/** What lies further in front was left there by a jump back. */
const FAR_AHEAD_FACTOR = 3;
const MIN_AHEAD_S = 8;
const RETRY_MS = 1_000;
const MAX_RETRY_MS = 8_000;
/** A segment that is appended and still not in the buffer is damaged. */
const MAX_APPENDS = 2;
const MAX_REBUILDS = 5;
const EDGE_S = 0.05;

export interface FeedOptions {
  readonly element: HTMLMediaElement;
  readonly source: PlaySource;
  /** How much to have in front of the playhead. */
  readonly aheadS: number;
  /** Called when something has come or gone. */
  readonly onChange: () => void;
}

/**
 * Keeps one media element's buffer filled around the playhead from a list of segments, whatever their containers and codecs. Media times are
 * session seconds.
 */
export class SegmentFeed {
  readonly #options: FeedOptions;
  #segments: readonly PlannedSegment[] = [];
  #durationS = 0;
  #aheadS: number;
  #positionS = 0;
  #isActive = true;
  #isClosed = false;
  #mediaSource: MediaSource | undefined;
  #buffer: SourceBuffer | undefined;
  #objectUrl: string | undefined;
  #mimeType: string | undefined;
  #appendedInit: string | undefined;
  /** The media source that is being filled; one that has been replaced meanwhile may never answer. */
  #pumping: MediaSource | undefined;
  #fetching: { readonly segment: PlannedSegment; readonly abort: AbortController } | undefined;
  readonly #inits = new Map<string, Promise<ArrayBuffer>>();
  readonly #appends = new Map<string, number>();
  #retryMs = RETRY_MS;
  #retryAtMs = 0;
  #rebuilds = 0;
  #failure: SourceFailure['reason'] | null = null;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#aheadS = options.aheadS;
    options.element.addEventListener('error', this.#onElementError);
    this.#open();
  }

  /** Why the last fetch failed; null again when one has succeeded. */
  get failure(): SourceFailure['reason'] | null {
    return this.#failure;
  }

  get segments(): readonly PlannedSegment[] {
    return this.#segments;
  }

  get buffered(): readonly TimeRange[] {
    const ranges = this.#buffer === undefined ? undefined : safeBuffered(this.#buffer);
    if (ranges === undefined) return [];
    return Array.from({ length: ranges.length }, (_, at) => ({ fromS: ranges.start(at), toS: ranges.end(at) }));
  }

  isBufferedAt(positionS: number): boolean {
    return this.buffered.some(({ fromS, toS }) => positionS >= fromS - EDGE_S && positionS < toS);
  }

  /** A grown index has more segments; those that are there stay. */
  setSegments(segments: readonly PlannedSegment[], durationS: number): void {
    this.#segments = segments;
    this.#durationS = durationS;
    void this.#pump();
  }

  /** Another picture on the same element: starts afresh. */
  replaceSegments(segments: readonly PlannedSegment[], durationS: number): void {
    this.#appends.clear();
    this.#inits.clear();
    this.#segments = segments;
    this.#durationS = durationS;
    this.#open();
  }

  /** A picture that nobody looks at loads nothing. */
  setActive(isActive: boolean): void {
    this.#isActive = isActive;
    if (!isActive) this.#fetching?.abort.abort();
  }

  tick(positionS: number): void {
    this.#positionS = positionS;
    const inFlight = this.#fetching?.segment;
    if (inFlight !== undefined && isOutside(inFlight, { fromS: positionS, toS: positionS + this.#aheadS })) {
      this.#fetching?.abort.abort();
    }
    void this.#pump();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#fetching?.abort.abort();
    this.#options.element.removeEventListener('error', this.#onElementError);
    this.#detach();
  }

  #open(): void {
    this.#fetching?.abort.abort();
    this.#detach();
    const Kind = mediaSourceClass();
    if (Kind === undefined || this.#isClosed) return;
    const mediaSource = new Kind();
    this.#mediaSource = mediaSource;
    this.#objectUrl = URL.createObjectURL(mediaSource);
    mediaSource.addEventListener('sourceopen', () => void this.#pump());
    const { element } = this.#options;
    element.disableRemotePlayback = true;
    element.src = this.#objectUrl;
  }

  #detach(): void {
    if (this.#objectUrl === undefined) return;
    URL.revokeObjectURL(this.#objectUrl);
    this.#objectUrl = undefined;
    this.#mediaSource = undefined;
    this.#buffer = undefined;
    this.#mimeType = undefined;
    this.#appendedInit = undefined;
    this.#options.element.removeAttribute('src');
    this.#options.element.load();
  }

  /** A decoder that gives up takes its whole media source along: start again without the segment it choked on. */
  readonly #onElementError = (): void => {
    const { element } = this.#options;
    if (this.#isClosed || element.error === null || this.#rebuilds >= MAX_REBUILDS) return;
    this.#rebuilds += 1;
    const at = this.#segments.find(({ startS, endS }) => this.#positionS >= startS && this.#positionS < endS);
    this.#appends.clear();
    if (at !== undefined && this.#rebuilds > 1) this.#appends.set(at.uri, MAX_APPENDS);
    this.#open();
  };

  #isHeld = (segment: PlannedSegment): boolean => {
    const appends = this.#appends.get(segment.uri) ?? 0;
    if (appends >= MAX_APPENDS || !canPlay(segment.mimeType)) return true;
    return appends > 0 && this.isBufferedAt((segment.startS + segment.endS) / 2);
  };

  async #pump(): Promise<void> {
    const owner = this.#mediaSource;
    if (owner === undefined || this.#pumping === owner) return;
    this.#pumping = owner;
    try {
      while (this.#isReady(owner)) {
        const wish = { positionS: this.#positionS, aheadS: this.#aheadS, isHeld: this.#isHeld };
        const segment = nextSegment(this.#segments, wish);
        if (segment === undefined) break;
        await this.#bring(owner, segment);
        this.#options.onChange();
      }
      if (this.#isReady(owner)) await this.#trim();
    } finally {
      if (this.#pumping === owner) this.#pumping = undefined;
    }
  }

  #isReady(owner: MediaSource): boolean {
    const isOpen = !this.#isClosed && this.#isActive && owner === this.#mediaSource && owner.readyState === 'open';
    return isOpen && performance.now() >= this.#retryAtMs;
  }

  async #bring(owner: MediaSource, segment: PlannedSegment): Promise<void> {
    const abort = new AbortController();
    this.#fetching = { segment, abort };
    try {
      const [init, bytes] = await Promise.all([
        this.#init(segment.init, abort.signal),
        this.#options.source.bytes(segment.uri, abort.signal),
      ]);
      this.#failure = null;
      this.#retryMs = RETRY_MS;
      if (owner !== this.#mediaSource || owner.readyState !== 'open') return;
      await this.#append(owner, segment, init, bytes);
    } catch (error) {
      if (!abort.signal.aborted) this.#noteFailure(segment, error);
    } finally {
      this.#fetching = undefined;
    }
  }

  #init(uri: string, signal: AbortSignal): Promise<ArrayBuffer> {
    const known = this.#inits.get(uri);
    if (known !== undefined) return known;
    const asked = this.#options.source.bytes(uri, signal);
    this.#inits.set(uri, asked);
    asked.catch(() => this.#inits.delete(uri));
    return asked;
  }

  #noteFailure(segment: PlannedSegment, error: unknown): void {
    if (error instanceof SourceFailure && error.reason !== 'missing') {
      this.#failure = error.reason;
      this.#retryAtMs = performance.now() + this.#retryMs;
      this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
      return;
    }
    // Missing or damaged: one more try, then the card is shown in its place.
    this.#appends.set(segment.uri, (this.#appends.get(segment.uri) ?? 0) + 1);
    this.#retryAtMs = performance.now() + RETRY_MS;
  }

  async #append(owner: MediaSource, segment: PlannedSegment, init: ArrayBuffer, bytes: ArrayBuffer): Promise<void> {
    const buffer = this.#bufferFor(owner, segment.mimeType);
    if (owner.duration !== this.#durationS && !(owner.duration > this.#durationS)) owner.duration = this.#durationS;
    if (this.#appendedInit !== segment.init) {
      await update(buffer, () => buffer.appendBuffer(init));
      this.#appendedInit = segment.init;
    }
    this.#appends.set(segment.uri, (this.#appends.get(segment.uri) ?? 0) + 1);
    buffer.appendWindowEnd = segment.cutAtS === undefined ? Number.POSITIVE_INFINITY : segment.cutAtS + EDGE_S;
    try {
      await update(buffer, () => buffer.appendBuffer(bytes));
    } catch (error) {
      if (!isQuotaError(error)) throw error;
      this.#appends.delete(segment.uri);
      this.#aheadS = Math.max(MIN_AHEAD_S, this.#aheadS / 2);
      await this.#trim(EDGE_S);
      this.#retryAtMs = performance.now() + RETRY_MS;
    }
  }

  #bufferFor(owner: MediaSource, mimeType: string): SourceBuffer {
    const known = this.#buffer;
    if (known === undefined) {
      if (Number.isNaN(owner.duration)) owner.duration = Math.max(this.#durationS, 1);
      this.#buffer = owner.addSourceBuffer(mimeType);
      this.#mimeType = mimeType;
      return this.#buffer;
    }
    if (this.#mimeType !== mimeType) {
      known.changeType(mimeType);
      this.#mimeType = mimeType;
      this.#appendedInit = undefined;
    }
    return known;
  }

  /** Whole segments leave, so that what stays begins with a keyframe. */
  async #trim(behindS = BEHIND_S): Promise<void> {
    const buffer = this.#buffer;
    const keep = { fromS: this.#positionS - behindS, toS: this.#positionS + this.#aheadS * FAR_AHEAD_FACTOR };
    if (buffer === undefined) return;
    for (const segment of this.#segments) {
      if (!this.#appends.has(segment.uri) || !isOutside(segment, keep)) continue;
      this.#appends.delete(segment.uri);
      if (segment.endS > segment.startS) await update(buffer, () => buffer.remove(segment.startS, segment.endS));
    }
  }
}

/** A buffer that its media source has let go throws when asked. */
function safeBuffered(buffer: SourceBuffer): TimeRanges | undefined {
  try {
    return buffer.buffered;
  } catch {
    return undefined;
  }
}
