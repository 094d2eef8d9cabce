import { problemWords, type ProblemCode, type ProblemValues } from './problems.ts';

/**
 * The closed list of error codes of both wires (REST as RFC 9457 problem+json, socket as ack).
 *
 * - `user`: something a person did or may not do; shown in plain words.
 * - `protocol`: a defect or tampering of the client; never the user's fault.
 * - `internal`: ours; the peer gets nothing but an id that is in the log.
 */
export type ErrorFamily = 'user' | 'protocol' | 'internal';

interface ErrorCodeFacts {
  readonly family: ErrorFamily;
  /** HTTP status of the REST edge. */
  readonly status: number;
  /** Whether the same request may succeed later without anybody changing it. */
  readonly retryable: boolean;
}

const user = (status: number, retryable = false): ErrorCodeFacts => ({ family: 'user', status, retryable });
const protocol = (status: number): ErrorCodeFacts => ({ family: 'protocol', status, retryable: false });

export const ERROR_CODES = {
  // Sign-in and rights.
  signedOut: user(401),
  wrongCredentials: user(401),
  /** Signed in with a password that somebody else has given out: an own one comes first. */
  passwordChangeRequired: user(403),
  forbidden: user(403),
  notFound: user(404),
  conflict: user(409),
  gone: user(410),
  tooManyRequests: user(429, true),
  invitationExpired: user(410),
  enrolmentCodeInvalid: user(403),
  /** What the screen of a classroom shows is good for a minute. */
  pairingCodeInvalid: user(410),
  originRejected: protocol(403),
  // Joining a room.
  lessonNotOpen: user(409, true),
  lessonEnded: user(410),
  roomLocked: user(423, true),
  roomFull: user(503, true),
  /** Too many wait on one invitation already. */
  lobbyFull: user(503, true),
  removedFromRoom: user(403),
  waitingForTeacher: user(409, true),
  safeMode: user(423, true),
  stageFull: user(409, true),
  groupFull: user(409, true),
  /** A teacher has not allowed it to the class for now. */
  closedByTeacher: user(423, true),
  /** `details.word` is one that the school refuses. */
  wordRefused: user(422),
  seatTokenInvalid: user(401),
  // Contract.
  invalidInput: protocol(400),
  unsupportedMedia: protocol(415),
  payloadTooLarge: protocol(413),
  clientTooOld: user(426),
  serverTooOld: user(426, true),
  staleFence: protocol(409),
  // Ours.
  unavailable: { family: 'internal', status: 503, retryable: true },
  storageFull: { family: 'internal', status: 507, retryable: true },
  internal: { family: 'internal', status: 500, retryable: true },
} as const satisfies Record<string, ErrorCodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One bad field of an input: `path` as in the JSON sent (`people.3.account`), `message` for a person. */
export interface FieldProblem {
  readonly path: string;
  /** Chinese where there is a code, else the parser's. */
  readonly message: string;
  /** One of `PROBLEMS`, with the values that its words need. */
  readonly code?: string | undefined;
  readonly values?: ProblemValues | undefined;
}

export interface AppErrorOptions {
  readonly message?: string;
  readonly cause?: unknown;
  /** Sent to the peer; must not hold anything it may not know. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The only error that crosses a module boundary on purpose. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.message ?? code, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details;
  }

  get family(): ErrorFamily {
    return ERROR_CODES[this.code].family;
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }
}

/** The database, or whatever else was asked, is away. */
export const isUnavailable = (error: unknown): boolean => error instanceof AppError && error.code === 'unavailable';

/** `invalidInput` about one field, in words for a person. */
export function fieldProblem(path: string, code: ProblemCode, values: ProblemValues = {}): AppError {
  const problem: FieldProblem = { path, code, values, message: problemWords(code, values) };
  return new AppError('invalidInput', { details: { problems: [problem] } });
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERROR_CODES, value);
}
