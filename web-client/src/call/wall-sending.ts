import type { Capture } from './capture.ts';
import type { RoomStore } from './room-store.ts';
import type { RoomView } from './room-state.ts';

/** What a pupil has said to being seen by the teachers; nothing is opened before that. */
export type WallAnswer = 'unasked' | 'yes' | 'no';

const KEY_PREFIX = 'tongke.wall.';

/** Whether this seat may be on the class wall now: a pupil who is neither on stage nor in a group, while a teacher has it on (SPEC V2). */
export function isWallOpen(view: RoomView): boolean {
  if (view.phase !== 'inside') return false;
  const { self, tools } = view;
  return self.seat === 'pupil' && !self.onStage && self.group === null && tools.wall.isAllowed && tools.wall.isOn;
}

export interface WallSendingOptions {
  readonly store: RoomStore;
  readonly capture: Capture;
  /** Of this tab: the answer holds for one lesson and survives a reload. */
  readonly storage: Storage;
  readonly lessonKey: string;
}

/** Keeps a pupil's camera on the class wall for as long as both the pupil and a teacher want it. */
export class WallSending {
  readonly #options: WallSendingOptions;
  readonly #listeners = new Set<() => void>();
  #answer: WallAnswer;
  #isOpen = false;
  #isTrying = false;

  constructor(options: WallSendingOptions) {
    this.#options = options;
    this.#answer = this.#recall();
  }

  readonly getAnswer = (): WallAnswer => this.#answer;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Returns the function that stops it. */
  follow(): () => void {
    return this.#options.store.subscribe(() => this.#look());
  }

  answer(answer: WallAnswer): void {
    this.#answer = answer;
    try {
      this.#options.storage.setItem(KEY_PREFIX + this.#options.lessonKey, answer);
    } catch {
      // It holds for this page at least.
    }
    if (answer !== 'yes') void this.#options.capture.setWall(false);
    for (const listener of this.#listeners) listener();
    this.#look();
  }

  #look(): void {
    const { store, capture } = this.#options;
    const { view, media } = store.getState();
    const isOpen = isWallOpen(view);
    if (isOpen !== this.#isOpen) {
      this.#isOpen = isOpen;
      capture.setWallOpen(isOpen);
    }
    const isSent = media.local.some((local) => local.source === 'wall');
    if (isOpen && this.#answer === 'yes' && !this.#isHindered && !isSent) void this.#send();
  }

  get #isHindered(): boolean {
    const { view, connection } = this.#options.store.getState();
    return view.phase !== 'inside' || view.safeMode || connection.kind !== 'connected';
  }

  /** A camera that cannot be opened is asked about again, not tried for ever; what a lost line has hindered is tried when it is back. */
  async #send(): Promise<void> {
    if (this.#isTrying) return;
    this.#isTrying = true;
    const hasWorked = await this.#options.capture.setWall(true);
    this.#isTrying = false;
    if (!hasWorked && this.#isOpen && !this.#isHindered) this.answer('unasked');
  }

  #recall(): WallAnswer {
    try {
      const saved = this.#options.storage.getItem(KEY_PREFIX + this.#options.lessonKey);
      return saved === 'yes' || saved === 'no' ? saved : 'unasked';
    } catch {
      return 'unasked';
    }
  }
}
