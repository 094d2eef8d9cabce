/** What may be taken at once, and what comes back with time. */
export interface Bucket {
  readonly capacity: number;
  readonly perSecond: number;
}

/** How full a bucket is. */
export class Level {
  readonly #bucket: Bucket;
  #left: number;
  #atMs: number;

  constructor(bucket: Bucket, nowMs: number) {
    this.#bucket = bucket;
    this.#left = bucket.capacity;
    this.#atMs = nowMs;
  }

  /** False, and nothing taken: there is not so much in it. */
  take(nowMs: number, much = 1): boolean {
    const { capacity, perSecond } = this.#bucket;
    this.#left = Math.min(capacity, this.#left + ((nowMs - this.#atMs) / 1_000) * perSecond);
    this.#atMs = nowMs;
    if (this.#left < much) return false;
    this.#left -= much;
    return true;
  }
}
