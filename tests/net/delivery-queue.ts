/** Packets that are under way, in the order of their arrival. One timer for all keeps packets of the same millisecond in order. */
export class DeliveryQueue<P> {
  readonly #deliver: (packet: P) => void;
  readonly #waiting: { readonly packet: P; readonly atMs: number }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(deliver: (packet: P) => void) {
    this.#deliver = deliver;
  }

  add(packet: P, atMs: number): void {
    let place = this.#waiting.length;
    while (place > 0 && (this.#waiting[place - 1]?.atMs ?? 0) > atMs) place -= 1;
    this.#waiting.splice(place, 0, { packet, atMs });
    if (place === 0) this.#work();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #work(): void {
    clearTimeout(this.#timer);
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const waitMs = next.atMs - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#work(), Math.ceil(waitMs));
        return;
      }
      this.#waiting.shift();
      this.#deliver(next.packet);
    }
  }
}
