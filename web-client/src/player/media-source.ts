/** Safari on iPhones has only the managed kind (iOS 17.1 and later); older iPhones have none. */
interface ManagedGlobal {
  readonly ManagedMediaSource?: typeof MediaSource;
}

export function mediaSourceClass(): typeof MediaSource | undefined {
  if (typeof MediaSource !== 'undefined') return MediaSource;
  return (globalThis as ManagedGlobal).ManagedMediaSource;
}

export function canPlay(mimeType: string): boolean {
  return mediaSourceClass()?.isTypeSupported(mimeType) ?? false;
}

/** Resolves when the update is done. @throws what `start` throws (`QuotaExceededError`), or an Error for damaged media. */
export async function update(buffer: SourceBuffer, start: () => void): Promise<void> {
  await new Promise<void>((done, fail) => {
    const stop = new AbortController();
    const { signal } = stop;
    const settle = (finish: () => void): void => {
      stop.abort();
      finish();
    };
    buffer.addEventListener('updateend', () => settle(done), { signal });
    buffer.addEventListener('error', () => settle(() => fail(new Error('the buffer refused what was appended'))), {
      signal,
    });
    buffer.addEventListener('abort', () => settle(() => fail(new Error('aborted'))), { signal });
    try {
      start();
    } catch (error) {
      settle(() => fail(error instanceof Error ? error : new Error('append failed', { cause: error })));
    }
  });
}

export function isQuotaError(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}
