/**
 * Opens the microphone for as long as a key is held. Opening may take a while (the device, the server); what is wanted last is what
 * it comes to, in whatever order the answers arrive.
 */
export class TalkHold {
  readonly #setOpen: (open: boolean) => Promise<unknown>;
  #isWanted = false;
  #isOpen = false;
  #isWorking = false;

  constructor(setOpen: (open: boolean) => Promise<unknown>) {
    this.#setOpen = setOpen;
  }

  get isHeld(): boolean {
    return this.#isWanted;
  }

  press(): void {
    this.#want(true);
  }

  release(): void {
    this.#want(false);
  }

  #want(open: boolean): void {
    if (this.#isWanted === open) return;
    this.#isWanted = open;
    void this.#settle();
  }

  async #settle(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    while (this.#isOpen !== this.#isWanted) {
      const open = this.#isWanted;
      // A refusal is told by whoever was asked; the key is as good as released then.
      await this.#setOpen(open).catch(() => undefined);
      this.#isOpen = open;
    }
    this.#isWorking = false;
  }
}
