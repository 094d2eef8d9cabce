type Listener<T extends readonly unknown[]> = (...values: T) => void;

/** Typed events of the call's parts. A listener that throws must not keep the others from hearing. */
export class Emitter<Events extends { [K in keyof Events]: readonly unknown[] }> {
  readonly #listeners = new Map<keyof Events, Set<Listener<readonly unknown[]>>>();

  on<K extends keyof Events>(event: K, listener: Listener<Events[K]>): () => void {
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set);
    const wrapped: Listener<readonly unknown[]> = (...values) => listener(...(values as unknown as Events[K]));
    set.add(wrapped);
    return () => void set.delete(wrapped);
  }

  emit<K extends keyof Events>(event: K, ...values: Events[K]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        listener(...values);
      } catch (error) {
        console.error('listener failed', event, error);
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
