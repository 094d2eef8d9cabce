/** Asks for the best that there is. */
export const TOP_LAYER = 9;

/**
 * What receivers on this node want of a stream that comes over a pipe: the highest spatial layer that any of them shows, null while none
 * does. The other end of the pipe sends no more than that.
 */
export class Demand {
  readonly #wanted = new Map<string, number>();
  readonly #onChange: (layer: number | null) => void;
  #told: number | null = null;
  #isTelling = false;

  /** `onChange` is called after the turn in which the answer has changed. */
  constructor(onChange: (layer: number | null) => void) {
    this.#onChange = onChange;
  }

  get layer(): number | null {
    return this.#wanted.size === 0 ? null : Math.max(...this.#wanted.values());
  }

  /** @param layer null: the receiver is paused or gone. */
  set(receiverId: string, layer: number | null): void {
    if (layer === null) this.#wanted.delete(receiverId);
    else this.#wanted.set(receiverId, layer);
    if (this.#isTelling) return;
    this.#isTelling = true;
    setImmediate(() => {
      this.#isTelling = false;
      if (this.layer === this.#told) return;
      this.#told = this.layer;
      this.#onChange(this.layer);
    });
  }
}
