type Listener<Args extends readonly unknown[]> = (...args: Args) => void;

/**
 * Typed events (event name → tuple of arguments) for facts ("closed", "producerAdded"). A listener that throws never breaks the emitter nor the listeners after it:
 * its error goes to `onListenerError`.
 */
export class Emitter<Events extends { readonly [Name in keyof Events]: readonly unknown[] }> {
  readonly #listeners = new Map<keyof Events, Set<Listener<readonly unknown[]>>>();
  readonly #onListenerError: (error: unknown, event: string) => void;

  constructor(onListenerError: (error: unknown, event: string) => void) {
    this.#onListenerError = onListenerError;
  }

  /** Returns the function that takes the listener off again. */
  on<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    // The map erases the tuple; `emit` is the only caller and passes the event's own arguments.
    const erased = listener as unknown as Listener<readonly unknown[]>;
    listeners.add(erased);
    return () => listeners.delete(erased);
  }

  once<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): () => void {
    const off = this.on(event, (...args) => {
      off();
      listener(...args);
    });
    return off;
  }

  emit<Name extends keyof Events>(event: Name, ...args: Events[Name]): void {
    for (const listener of Array.from(this.#listeners.get(event) ?? [])) {
      try {
        listener(...args);
      } catch (error) {
        this.#onListenerError(error, String(event));
      }
    }
  }

  removeAll(): void {
    this.#listeners.clear();
  }
}
