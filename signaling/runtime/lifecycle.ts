import type { Log } from './log.ts';

const CLOSER_TIMEOUT_MS = 5_000;
/** After all closers have run, a forgotten handle may hold the process no longer than this. */
const LINGER_MS = 500;

export interface Lifecycle {
  /** Not ready before `setReady(true)` and from the first signal on. */
  readonly isReady: () => boolean;
  readonly setReady: (ready: boolean) => void;
  readonly isStopping: () => boolean;
  /** Registers a closer; closers run in reverse order of registration, each bounded by its own timeout. */
  readonly onStop: (name: string, close: () => void | Promise<void>, timeoutMs?: number) => void;
  /** Stops in order; resolves when every closer has ended, failed or run out of time. Idempotent. */
  readonly stop: (cause: string, exitCode?: number) => Promise<void>;
}

interface Closer {
  readonly name: string;
  readonly close: () => void | Promise<void>;
  readonly timeoutMs: number;
}

/**
 * Orderly end of a process: SIGTERM and SIGINT make it not ready at once and run the closers; a second signal forces. An unhandled
 * rejection or exception is logged and takes the same path with exit code 1.
 */
export function createLifecycle(log: Log): Lifecycle {
  const closers: Closer[] = [];
  let isReady = false;
  let stopping: Promise<void> | null = null;

  const runClosers = async (): Promise<void> => {
    for (const closer of closers.toReversed()) {
      await runCloser(closer, log);
    }
  };
  const stop = (cause: string, exitCode = 0): Promise<void> => {
    isReady = false;
    if (exitCode !== 0) {
      process.exitCode = exitCode;
    }
    stopping ??= (async () => {
      log.info({ cause }, 'stopping');
      await runClosers();
      log.info('stopped');
      process.exitCode ??= 0;
      setTimeout(() => process.exit(), LINGER_MS).unref();
    })();
    return stopping;
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping !== null) {
      log.warn({ signal }, 'second signal, ending at once');
      process.exit(process.exitCode ?? 1);
    }
    void stop(signal);
  };
  const onCrash = (error: unknown, origin: string): void => {
    log.fatal({ err: error, origin }, 'unhandled failure');
    void stop(origin, 1);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('uncaughtException', (error) => onCrash(error, 'uncaughtException'));
  process.on('unhandledRejection', (reason) => onCrash(reason, 'unhandledRejection'));

  return {
    isReady: () => isReady,
    setReady: (ready) => {
      isReady = ready && stopping === null;
    },
    isStopping: () => stopping !== null,
    onStop: (name, close, timeoutMs = CLOSER_TIMEOUT_MS) => {
      closers.push({ name, close, timeoutMs });
    },
    stop,
  };
}

async function runCloser(closer: Closer, log: Log): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<'tooLate'>((resolve) => {
    timer = setTimeout(() => resolve('tooLate'), closer.timeoutMs);
  });
  try {
    const outcome = await Promise.race([Promise.resolve().then(closer.close), tooLate]);
    if (outcome === 'tooLate') {
      log.error({ closer: closer.name, timeoutMs: closer.timeoutMs }, 'closer ran out of time');
    }
  } catch (error) {
    log.error({ err: error, closer: closer.name }, 'closer failed');
  } finally {
    clearTimeout(timer);
  }
}
