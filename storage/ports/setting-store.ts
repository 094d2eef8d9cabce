/** Values of the whole deployment under a name; the caller parses them. Errors as in `DirectoryStore`. */
export interface SettingStore {
  get(name: string): Promise<unknown>;
  put(name: string, value: unknown): Promise<void>;
  /** The stored value: the given one when there was none. */
  putIfAbsent(name: string, value: unknown): Promise<unknown>;
  /** Idempotent. */
  delete(name: string): Promise<void>;
}
