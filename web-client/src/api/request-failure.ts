import type { ErrorCode, FieldProblem } from '../../../signaling/protocol/errors.ts';

/**
 * What the client itself can find out, beside the server's codes: nobody answered in time, there is no network, or
 * the answer was not what the contract says.
 */
export type FailureCode = ErrorCode | 'offline' | 'timedOut' | 'unreadable';

export interface FailureFacts {
  readonly message?: string | undefined;
  /** An id that is in the server's log; shown so that somebody can quote it. */
  readonly errorId?: string | undefined;
  readonly problems?: readonly FieldProblem[] | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** The only error that REST calls and socket requests reject with. */
export class RequestFailure extends Error {
  readonly code: FailureCode;
  readonly errorId: string | undefined;
  readonly problems: readonly FieldProblem[];
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryAfterMs: number | undefined;

  constructor(code: FailureCode, facts: FailureFacts = {}) {
    super(facts.message ?? code, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'RequestFailure';
    this.code = code;
    this.errorId = facts.errorId;
    this.problems = facts.problems ?? [];
    this.details = facts.details ?? {};
    this.retryAfterMs = facts.retryAfterMs;
  }

  /** Nothing is wrong with the request: the line or the server was away. */
  get isConnection(): boolean {
    return this.code === 'offline' || this.code === 'timedOut' || this.code === 'unavailable';
  }
}

export function asFailure(error: unknown): RequestFailure {
  return error instanceof RequestFailure ? error : new RequestFailure('unreadable', { cause: error });
}
