/**
 * Runs tasks side by side, at most `width` at a time, in order. The first failure ends the others through the signal they were given, and is what the
 * caller gets after all have come to rest.
 */
export async function runPool(
  tasks: readonly ((signal: AbortSignal) => Promise<void>)[],
  width: number,
  signal: AbortSignal,
): Promise<void> {
  const failure = new AbortController();
  const both = AbortSignal.any([signal, failure.signal]);
  const waiting = [...tasks];
  const runNext = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      both.throwIfAborted();
      await task(both).catch((error: unknown) => {
        failure.abort(error);
        throw error;
      });
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: width }, runNext));
  signal.throwIfAborted();
  failure.signal.throwIfAborted();
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
