import type { Source } from '../../../signaling/protocol/media.ts';
import { follow } from './follow-control.ts';
import { canPlay } from './media-source.ts';
import { coverageAt, type PlannedView } from './play-plan.ts';
import { SegmentFeed } from './segment-feed.ts';
import type { PlaySource } from './play-source.ts';

const AHEAD_S = 20;
/** A jump takes about this long: the picture lands where the sound will be by then. */
const JUMP_LEAD_S = 0.06;
/** A still picture stands where the playhead is, to within less than a frame. */
const STILL_S = 0.02;

/**
 * - `shown`: the picture of this instant, or of the one before it where there is a crack.
 * - `loading`: there is one, it is not here yet. `absent`: nobody sent one. `unplayable`: this browser cannot decode it.
 */
export type PictureStatus = 'shown' | 'loading' | 'absent' | 'unplayable';

export interface PictureState {
  readonly view: string | null;
  readonly status: PictureStatus;
  /** Whose picture is, was or will be here. */
  readonly displayName: string;
  readonly source: Source;
}

export interface MasterTime {
  readonly positionS: number;
  readonly isAdvancing: boolean;
  readonly rate: number;
}

const NOTHING: PictureState = { view: null, status: 'absent', displayName: '', source: 'camera' };

/** One muted video element that shows one view and follows the master's time. */
export class ViewPicture {
  readonly #video: HTMLVideoElement;
  readonly #feed: SegmentFeed;
  #view: PlannedView | undefined;
  #isActive = true;
  #isNudging = false;
  #state: PictureState = NOTHING;

  constructor(video: HTMLVideoElement, source: PlaySource, onChange: () => void) {
    this.#video = video;
    video.muted = true;
    video.playsInline = true;
    this.#feed = new SegmentFeed({ element: video, source, aheadS: AHEAD_S, onChange });
  }

  get state(): PictureState {
    return this.#state;
  }

  get feed(): SegmentFeed {
    return this.#feed;
  }

  /** Nothing to wait for: it is there, or there is none. */
  get isSettled(): boolean {
    if (!this.#isActive || this.#state.status === 'absent' || this.#state.status === 'unplayable') return true;
    const hasFrame = this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    return this.#state.status === 'shown' && hasFrame && !this.#video.seeking;
  }

  /** Is looked at, exists, and is not here. */
  get isAwaited(): boolean {
    return this.#isActive && this.#state.status === 'loading';
  }

  show(view: PlannedView | undefined, durationS: number): void {
    const isOther = view?.view !== this.#view?.view;
    this.#view = view;
    if (isOther) this.#feed.replaceSegments(view?.segments ?? [], durationS);
    else this.#feed.setSegments(view?.segments ?? [], durationS);
  }

  setActive(isActive: boolean): void {
    this.#isActive = isActive;
    this.#feed.setActive(isActive);
    if (!isActive) this.#video.pause();
  }

  tick(master: MasterTime): void {
    if (!this.#isActive) return;
    this.#feed.tick(master.positionS);
    const status = this.#statusAt(master.positionS);
    this.#state = this.#stateOf(status, master.positionS);
    if (status === 'shown' && this.#feed.isBufferedAt(master.positionS)) this.#follow(master);
    else if (!this.#video.paused) this.#video.pause();
  }

  close(): void {
    this.#feed.close();
  }

  #statusAt(positionS: number): PictureStatus {
    const here = coverageAt(this.#view?.segments ?? [], positionS);
    if (here.kind === 'crack') return 'shown';
    if (here.kind === 'hole') return 'absent';
    if (!canPlay(here.segment.mimeType)) return 'unplayable';
    return this.#feed.isBufferedAt(positionS) ? 'shown' : 'loading';
  }

  #stateOf(status: PictureStatus, positionS: number): PictureState {
    const view = this.#view;
    if (view === undefined) return this.#state === NOTHING ? this.#state : NOTHING;
    const here = coverageAt(view.segments, positionS);
    const segment = here.kind === 'segment' ? here.segment : here.kind === 'hole' ? here.before : undefined;
    const displayName = segment?.displayName ?? view.displayName;
    const isSame =
      this.#state.view === view.view && this.#state.status === status && this.#state.displayName === displayName;
    return isSame ? this.#state : { view: view.view, status, displayName, source: view.source };
  }

  #follow({ positionS, isAdvancing, rate }: MasterTime): void {
    const video = this.#video;
    if (video.seeking) return;
    const driftS = video.currentTime - positionS;
    if (!isAdvancing) {
      if (!video.paused) video.pause();
      if (Math.abs(driftS) > STILL_S) video.currentTime = positionS;
      return;
    }
    const order = follow({ driftS, rate, isNudging: this.#isNudging });
    if (order.kind === 'jump') {
      video.currentTime = positionS + JUMP_LEAD_S * rate;
      this.#isNudging = false;
    } else {
      this.#isNudging = order.isNudging;
      if (video.playbackRate !== order.rate) video.playbackRate = order.rate;
    }
    // A pause that crosses it is no failure.
    if (video.paused) video.play().catch(() => undefined);
  }
}
