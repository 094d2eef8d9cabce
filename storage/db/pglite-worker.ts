/** The thread in which the embedded database runs; {@link PGliteThread} is its other end. */
import { PGlite, type Transaction } from '@electric-sql/pglite';
import { parentPort, workerData } from 'node:worker_threads';
import type {
  PGliteFailure,
  PGliteOrder,
  PGliteReply,
  PGliteRequest,
  PGliteResult,
  PGliteThreadData,
} from './pglite-messages.ts';

/** Object identifier of `bigint`; all of ours are below 2^53. */
const INT8 = 20;

interface OpenTransaction {
  readonly inside: Transaction;
  readonly end: { readonly commit: () => void; readonly rollback: (reason: Error) => void };
  readonly ended: Promise<void>;
}

const { dataDir } = workerData as PGliteThreadData;
const database = await PGlite.create({ dataDir, parsers: { [INT8]: Number } });
const transactions = new Map<number, OpenTransaction>();

function transactionOf(id: number): OpenTransaction {
  const transaction = transactions.get(id);
  if (transaction === undefined) throw new Error('no such transaction');
  return transaction;
}

/** PGlite's transaction lasts as long as its callback: the callback waits for the order that ends it. */
async function begin(id: number): Promise<void> {
  const end = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<Transaction>();
  const ended = database.transaction(async (inside) => {
    begun.resolve(inside);
    await end.promise;
  });
  ended.catch((error: unknown) => begun.reject(error));
  transactions.set(id, { inside: await begun.promise, end: { commit: end.resolve, rollback: end.reject }, ended });
}

async function end(id: number, how: 'commit' | 'rollback'): Promise<void> {
  const transaction = transactionOf(id);
  transactions.delete(id);
  if (how === 'commit') {
    transaction.end.commit();
    await transaction.ended;
  } else {
    transaction.end.rollback(new Error('rolled back'));
    await transaction.ended.catch(() => undefined);
  }
}

async function obey(order: PGliteOrder): Promise<PGliteResult | null> {
  switch (order.do) {
    case 'query': {
      const target = order.transaction === null ? database : transactionOf(order.transaction).inside;
      const { affectedRows, rows } = await target.query(order.sql, [...order.parameters]);
      return { ...(affectedRows === undefined ? {} : { affectedRows }), rows };
    }
    case 'begin':
      await begin(order.transaction);
      return null;
    case 'commit':
    case 'rollback':
      await end(order.transaction, order.do);
      return null;
    case 'close':
      await database.close();
      return null;
  }
}

function failureOf(error: unknown): PGliteFailure {
  const text = (name: string): string | undefined => {
    const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  return {
    name: text('name') ?? 'Error',
    message: text('message') ?? String(error),
    code: text('code'),
    constraint: text('constraint'),
    detail: text('detail'),
  };
}

async function answer({ id, ...order }: PGliteRequest): Promise<PGliteReply> {
  try {
    return { id, result: await obey(order) };
  } catch (error) {
    return { id, failure: failureOf(error) };
  }
}

parentPort?.on('message', (request: PGliteRequest) => {
  void answer(request).then((reply) => parentPort?.postMessage(reply));
});
parentPort?.postMessage('ready');
