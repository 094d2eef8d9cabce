import type { Clock } from './ports.ts';

/** How long a room goes on as it is without any teacher's connection (SPEC X1). */
export const SAFE_MODE_AFTER_MS = 10_000;

export interface SafeModeOptions {
  readonly clock: Clock;
  readonly onChanged: (active: boolean) => void;
}

/** Locks pupils' microphones, cameras and chat while no teacher is there (SPEC X). */
export class SafeMode {
  readonly #options: SafeModeOptions;
  #isActive = false;
  #cancel: (() => void) | null = null;

  constructor(options: SafeModeOptions) {
    this.#options = options;
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  /** The last teacher's connection is gone. */
  teacherGone(): void {
    if (this.#isActive || this.#cancel !== null) return;
    this.#cancel = this.#options.clock.after(SAFE_MODE_AFTER_MS, () => {
      this.#cancel = null;
      this.#set(true);
    });
  }

  teacherHere(): void {
    this.close();
    this.#set(false);
  }

  restore(active: boolean): void {
    this.#isActive = active;
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #set(active: boolean): void {
    if (this.#isActive === active) return;
    this.#isActive = active;
    this.#options.onChanged(active);
  }
}
