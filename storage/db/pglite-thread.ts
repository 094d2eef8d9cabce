import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { PGlite, PGliteQueryResults, PGliteTransaction } from 'kysely';
import type { PGliteFailure, PGliteOrder, PGliteReply, PGliteResult, PGliteThreadData } from './pglite-messages.ts';

/** SQLSTATE: the server goes away. */
const ADMIN_SHUTDOWN = '57P01';

interface Waiting {
  readonly resolve: (result: PGliteResult | null) => void;
  readonly reject: (error: Error) => void;
}

function errorOf({ name, message, ...fields }: PGliteFailure): Error {
  return Object.assign(new Error(message), { name, ...fields });
}

/**
 * PGlite in a thread of its own. It computes where it is called, for milliseconds with each query; the sockets of a lesson must not wait for a list
 * that somebody opens.
 */
export class PGliteThread implements PGlite {
  readonly ready = true;
  readonly waitReady = Promise.resolve();
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #closed = false;

  /** @throws what PGlite throws when it cannot open the folder. */
  static async create(dataDir: string): Promise<PGliteThread> {
    const workerData: PGliteThreadData = { dataDir };
    const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), { workerData });
    // Rejects with the thread's error when it dies before it is ready.
    await once(worker, 'message');
    return new PGliteThread(worker);
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (reply: PGliteReply) => this.#settle(reply));
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', () => this.#fail(new Error('the thread has ended')));
  }

  get closed(): boolean {
    return this.#closed;
  }

  query<T>(sql: string, parameters: readonly unknown[] = []): Promise<PGliteQueryResults<T>> {
    return this.#query(null, sql, parameters);
  }

  async transaction<T>(callback: (transaction: PGliteTransaction) => Promise<T>): Promise<T> {
    this.#count += 1;
    const transaction = this.#count;
    await this.#ask({ do: 'begin', transaction });
    const rollback = async (): Promise<void> => void (await this.#ask({ do: 'rollback', transaction }));
    let result: T;
    try {
      result = await callback({
        query: (sql, parameters = []) => this.#query(transaction, sql, parameters),
        rollback,
      });
    } catch (error) {
      await rollback();
      throw error;
    }
    await this.#ask({ do: 'commit', transaction });
    return result;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#ask({ do: 'close' });
    } finally {
      await this.#worker.terminate();
    }
  }

  async #query<T>(
    transaction: number | null,
    sql: string,
    parameters: readonly unknown[],
  ): Promise<PGliteQueryResults<T>> {
    const result = await this.#ask({ do: 'query', transaction, sql, parameters });
    return { fields: [], rows: [], ...result } as PGliteQueryResults<T>;
  }

  #ask(order: PGliteOrder): Promise<PGliteResult | null> {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...order });
    });
  }

  #settle(reply: PGliteReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('failure' in reply) waiting?.reject(errorOf(reply.failure));
    else waiting?.resolve(reply.result);
  }

  /** Nothing goes on without the database: the process ends, and whoever watches over it starts it anew. */
  #fail(cause: Error): void {
    if (this.#closed) return;
    this.#closed = true;
    const error = Object.assign(new Error('the embedded database has ended', { cause }), { code: ADMIN_SHUTDOWN });
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    setImmediate(() => {
      throw error;
    });
  }
}
