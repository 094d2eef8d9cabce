/**
 * Chromium writes cookies to the disk every half a minute, so that a power cut right after the enrolment would undo it. Until the cookie is
 * surely there, the token is where a write can be waited for; afterwards no script of the page can read it any more.
 */
const DATABASE = 'tongke-site';
const STORE = 'enrolment';
const KEY = 'token';
/** Twice as long as Chromium takes, for a computer that is busy. */
export const COOKIE_WRITTEN_MS = 60_000;

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((done, fail) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE));
    opening.addEventListener('success', () => done(opening.result));
    opening.addEventListener('error', () => fail(opening.error ?? new Error('no database')));
  });
}

/** A browser without a database for this page has its cookie alone: undefined. */
async function inStore<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>) {
  try {
    const database = await openDatabase();
    try {
      // `strict`: on the disk, not only with the operating system.
      const transaction = database.transaction(STORE, mode, { durability: 'strict' });
      const request = ask(transaction.objectStore(STORE));
      await new Promise<void>((done, fail) => {
        transaction.addEventListener('complete', () => done());
        transaction.addEventListener('abort', () => fail(transaction.error ?? new Error('not written')));
      });
      return request.result;
    } finally {
      database.close();
    }
  } catch (error) {
    console.warn('enrolment token not kept', error);
    return undefined;
  }
}

export async function keepEnrolmentToken(token: string): Promise<void> {
  await inStore('readwrite', (store) => store.put(token, KEY));
}

export async function forgetEnrolmentToken(): Promise<void> {
  await inStore('readwrite', (store) => store.delete(KEY));
}

export async function recallEnrolmentToken(): Promise<string | null> {
  const token: unknown = await inStore<unknown>('readonly', (store) => store.get(KEY));
  return typeof token === 'string' ? token : null;
}
